"""Sales over the counter: tills and shifts, the running sale, receipts, returns, leases for a lost connection."""
