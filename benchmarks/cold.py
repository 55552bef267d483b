"""The site with a page cache that keeps nothing, so that every request makes its page."""

from wsgi import application as app

app.extensions["page_cache"].max_bytes = 0
