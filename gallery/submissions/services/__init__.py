"""Submissions: take a file in, check every row, bring the good ones into the catalogue."""
