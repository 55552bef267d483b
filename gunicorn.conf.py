"""How gunicorn serves wsgi:application; found by gunicorn itself in the folder it is started in."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))

preload_app = True  # one copy in memory for all workers; new code needs a restart, not a reload

timeout = 30
graceful_timeout = 20
keepalive = 75  # longer than the proxy in front keeps an idle connection, so that the proxy is the one to close it
max_requests = 20_000  # a slow leak in a library never becomes a full machine
max_requests_jitter = 2_000

limit_request_line = 8_190
limit_request_field_size = 8_190
limit_request_fields = 100

accesslog = None  # gallery.web.request_log writes the lines: without addresses, queries and tokens
errorlog = "-"
loglevel = "warning"
