"""What the server refuses before the site sees it is explained in the site's language."""

import os
import socket
import subprocess
import sys
import time

import pytest

from tests.site import ROOT, free_port

# The server's own settings with the smallest application: what it refuses never reaches one.
APPLICATION = "def application(environ, start):\n    start('200 OK', [])\n    return [b'ok']\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    (folder / "tiny.py").write_text(APPLICATION)
    number = free_port()
    environment = os.environ | {"PORT": str(number), "WEB_WORKERS": "1"}
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "tiny:application"]
    server = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield number
    finally:
        server.terminate()
        server.wait(30)


def sent(port: int, request: bytes) -> str:
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
                line.sendall(request)
                return b"".join(iter(lambda: line.recv(65536), b"")).decode()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.mark.processes
@pytest.mark.parametrize(
    ("request_bytes", "status", "sentence"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", "414", "terlalu panjang"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"x" * 9000 + b"\r\n\r\n", "431", "Hapus cookie situs ini"),
        (b"<script> / HTTP/1.1\r\nHost: a\r\n\r\n", "400", "Muat ulang halamannya"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: odd\r\n\r\n", "501", "Muat ulang halamannya"),
    ],
)
def test_what_the_server_refuses_is_explained(port, request_bytes, status, sentence):
    answer = sent(port, request_bytes)
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert sentence in answer
    assert '<html lang="id">' in answer
    assert "<script>" not in answer
    assert "xxxx" not in answer
