"""Measurements of the site as it is deployed: `make bench` writes docs/performance.md."""
