"""The public door to the file store opens for renditions and nothing else."""

import pytest

from gallery.core import adapters
from gallery.core.files import new_key

KEY = "photo/ab/abcdefghjk-640.webp"


@pytest.fixture
def picture(app) -> str:
    adapters.files().put(KEY, b"RIFF....WEBP")
    return f"/media/{KEY}"


def test_a_rendition_is_public_and_cacheable_for_ever(client, picture):
    answer = client.get(picture)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/webp", b"RIFF....WEBP")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.content_length == 12
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]


def test_it_is_not_sent_again_to_who_has_it(client, picture):
    tag = client.get(picture).headers["ETag"]
    again = client.get(picture, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_jpeg_is_called_a_jpeg(client, app):
    adapters.files().put("photo/ab/abcdefghjk-320.jpg", b"\xff\xd8\xff")
    assert client.get("/media/photo/ab/abcdefghjk-320.jpg").mimetype == "image/jpeg"


@pytest.mark.parametrize(
    "key",
    [
        "original/ab/abcdefghjk.jpg",
        new_key("upload", "jpg"),
        new_key("photo", "jpg"),
        new_key("proof", "pdf"),
        new_key("licence", "jpg"),
        "photo/3f/submission-1-2-" + "a" * 64,
        "photo/ab/abcdefghjk-640.html",
        "photo/ab/abcdefghjk-640.svg",
        "photo/ab/abcdefghjk-640.webp.html",
        "mail/1.txt",
    ],
    # New keys are random, and all workers of a parallel run must name a test alike.
    ids=lambda key: key.partition("/")[0],
)
def test_everything_else_in_the_store_stays_closed(client, app, key):
    adapters.files().put(key, b"rahasia")
    answer = client.get(f"/media/{key}")
    assert answer.status_code == 404
    assert b"rahasia" not in answer.data


@pytest.mark.parametrize(
    "path",
    [
        "/media/../config.py",
        "/media/photo/../../gallery.db",
        "/media/photo/ab/%2e%2e/x-1.jpg",
        "/media//etc/passwd",
        "/media/photo/zz/zzzzzzzzzz-1.jpg",
    ],
)
def test_paths_lead_nowhere(client, path):
    assert client.get(path).status_code in {301, 308, 404}
