"""What everybody is owed: a journal of all money in double entry, and the MSMEs' share of it."""
