"""Products that a district sends in as a spreadsheet."""
