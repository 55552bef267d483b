"""How gunicorn serves wsgi:application; found by gunicorn itself in the folder it is started in."""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path
from socket import socket

from gunicorn import util

sys.path.append(str(Path(__file__).parent))  # gunicorn reads this file before it knows where the site's code is
from config import ConfigError, Settings

try:
    settings = Settings.from_environ(os.environ)
except ConfigError as error:
    raise SystemExit(f"The site does not start: {error}") from None
bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
workers = settings.WEB_WORKERS
worker_class = "gthread"
threads = settings.WEB_THREADS

# glibc gives each thread a heap of its own, where room that others have left is of no use: a tenth of a worker's memory
# for threads that take turns anyway. Other C libraries have no such setting.
M_ARENA_MAX = -8
with suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

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

_UNREADABLE = """<!doctype html>
<html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Permintaan ditolak</title>
<h1>Permintaan ini tidak dapat dibaca</h1>
<p>{sentence}</p><p><a href="/">Ke halaman depan</a></p>
<p lang="en">The request could not be read ({status}).</p></html>
"""
_SENTENCES = {
    414: "Alamat halamannya terlalu panjang. Pakai penyaring yang lebih sedikit.",
    431: "Peramban Anda mengirim data yang terlalu besar. Hapus cookie situs ini, lalu coba lagi.",
    500: "Ada gangguan di pihak kami. Coba lagi sebentar lagi.",
}


def _answer_unreadable(sock: socket, status: int, reason: str, _detail: str) -> None:
    """Say in words what gunicorn refuses before the site sees it; nothing of the request is repeated."""
    sentence = _SENTENCES.get(status, "Muat ulang halamannya, atau mulai lagi dari halaman depan.")
    page = _UNREADABLE.format(sentence=sentence, status=status).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(page)}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode("latin-1") + page)


# gunicorn has no setting for this page; its workers look the function up by this name at each error.
util.write_error = _answer_unreadable
