"""Pictures of every page: ``make screenshots`` writes docs/screenshots (WebP, two sizes, README) from the demo site.

Which pages there are says the application itself. A new page needs one line in ``pages.PAGES``. A page without a line,
and a line whose link is not found, is reported and makes the command fail; a picture of a page that is no more is
deleted. ``make screenshots ONLY=staff.notes`` takes only those whose name begins so.
"""
