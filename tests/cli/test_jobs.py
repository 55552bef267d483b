import pytest

from gallery.core import clock, outbox
from gallery.core.db import db, transaction


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["jobs", *arguments])


@pytest.fixture
def dead():
    with transaction() as session:
        session.add(
            outbox.OutboxMessage(topic="mail.send", payload={}, attempts=8, dead_at=clock.now(), last_error="x.Y")
        )
    return db.session.query(outbox.OutboxMessage).one().id


def test_no_dead_work(run):
    result = run("dead")
    assert (result.exit_code, result.output) == (0, "No message failed for good.\n")


def test_dead_work_is_listed_and_makes_the_command_fail(run, dead):
    result = run("dead")
    assert result.exit_code == 1
    assert "mail.send  x.Y" in result.output


def test_dead_work_is_done_after_retry(run, dead, monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(outbox, "_timetable", [])
    assert run("retry", str(dead)).exit_code == 0
    assert run("drain").output == "1 message(s) done.\n"


def test_only_dead_work_can_be_retried(run, app):
    with transaction() as session:
        outbox.emit(session, "a")
    number = db.session.query(outbox.OutboxMessage).one().id
    assert run("retry", str(number)).exit_code != 0
