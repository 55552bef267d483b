"""What the shop shows: one row per product on sale, its search words, and how many there are of what."""
