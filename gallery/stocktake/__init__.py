"""Stocktakes: what lies on the shelves is counted while the gallery stays open; and the proof of the stock's books."""
