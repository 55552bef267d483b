"""Invented data that shows the product at work: never part of a real installation."""
