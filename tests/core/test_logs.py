import io
import json
import logging
import sys

import pytest

from gallery.core import logs


@pytest.fixture
def written():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    logger = logging.getLogger("gallery.test-logs")
    logger.propagate, logger.handlers[:] = False, [handler]
    logger.setLevel("INFO")
    return logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_time_level_event_and_the_facts_of_its_request(written):
    logger, lines = written
    with logs.fresh_context(request_id="ab12"):
        logs.bind(user_id=7)
        logger.info("answered", extra={"route": "/produk/", "status": 200, "ms": 3, "phone": "0812"})
    [line] = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "gallery.test-logs",
        "event": "answered",
        "request_id": "ab12",
        "user_id": 7,
        "route": "/produk/",
        "status": 200,
        "ms": 3,
    }


def test_facts_of_one_request_do_not_reach_the_next(written):
    logger, lines = written
    with logs.fresh_context():
        with logs.fresh_context(request_id="ab12"):
            pass
        logger.info("later")
    assert "request_id" not in lines()[0]


@pytest.mark.parametrize("forged", ["a\nb", "a\r\nb", "a\u2028b", "\x1b[31mred", "a\x00b"])
def test_no_value_can_forge_a_line(written, forged):
    logger, lines = written
    with logs.fresh_context(request_id=forged):
        logger.info("asked for %s", forged)
    [line] = lines()
    assert line["event"] == f"asked for {forged}"


@pytest.mark.parametrize(
    "personal",
    [
        "1971051203850001",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "siti@contoh.id",
        "eyJhbGciOiJIUzI1NiJ9.Zm9v.c2lnbmF0dXJl",
    ],
)
def test_what_looks_personal_is_taken_out_of_the_text(written, personal):
    logger, lines = written
    logger.warning("could not reach %s now", personal)
    assert lines()[0]["event"] == "could not reach […] now"


def test_an_exception_is_its_class_and_its_place_never_its_text(written):
    logger, lines = written
    try:
        raise ValueError("NIK 1971051203850001 is wrong")
    except ValueError:
        logger.exception("failed")
    [line] = lines()
    assert line["error"] == "builtins.ValueError"
    assert line["trace"][-1].endswith("test_an_exception_is_its_class_and_its_place_never_its_text")
    assert "NIK" not in json.dumps(line)


def test_configure_leaves_one_json_handler(monkeypatch):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        logs.configure("WARNING", stream)
        logging.getLogger("some.package").warning("odd")
        logging.getLogger("some.package").info("chatter")
        assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["odd"]
        assert sys.stderr not in [getattr(h, "stream", None) for h in root.handlers]
    finally:
        root.handlers[:] = before
        root.setLevel(level)
