"""Figures for people who answer for them: read-only, made from the ledger and from finished documents."""
