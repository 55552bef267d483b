import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gallery.core import clock, outbox
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import GatewayError
from gallery.core.outbox import OutboxMessage, every, handles

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time

    def on(self, **delta):
        self.time += timedelta(**delta)


@pytest.fixture
def time(monkeypatch):
    ticking = Clock()
    monkeypatch.setattr(clock, "now", ticking)
    return ticking


@pytest.fixture(autouse=True)
def no_other_handlers(app, monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(outbox, "_timetable", [])


def ask(topic, **payload):
    with transaction() as session:
        outbox.emit(session, topic, **payload)


def message():
    db.session.remove()
    return db.session.scalars(select(OutboxMessage)).one()


def test_work_is_asked_for_with_its_cause_or_not_at_all(time):
    with pytest.raises(ZeroDivisionError), transaction() as session:
        outbox.emit(session, "order.placed")
        1 / 0
    assert outbox.drain() == 0


def test_work_is_done_once_in_the_order_it_was_asked_for(time):
    done = []
    handles("a")(lambda payload: done.append(("a", payload["n"])))
    handles("b")(lambda payload: done.append(("b", payload["n"])))
    ask("a", n=1)
    ask("b", n=2)
    ask("a", n=3)
    assert (outbox.drain(), outbox.drain()) == (3, 0)
    assert done == [("a", 1), ("b", 2), ("a", 3)]


def test_what_is_done_keeps_no_facts_of_people_and_no_secret(time):
    handles("a")(lambda _: None)
    ask("a", to="budi@contoh.example", token="secret-link")
    outbox.drain()
    assert (message().payload, message().done_at) == ({}, clock.now())


def test_every_handler_of_a_topic_is_called(time):
    done = []
    handles("a")(lambda _: done.append("first"))
    handles("a")(lambda _: done.append("second"))
    ask("a")
    outbox.drain()
    assert done == ["first", "second"]


def test_work_for_later_waits(time):
    done = []
    handles("a")(done.append)
    with transaction() as session:
        outbox.emit(session, "a", after=timedelta(minutes=30))
    assert outbox.drain() == 0
    time.on(minutes=30)
    assert outbox.drain() == 1
    assert done == [{}]


def test_a_failure_is_tried_again_after_ever_longer_waits_and_then_given_up(time):
    tried = []

    @handles("a")
    def fails(_payload):
        tried.append(time.time)
        raise OSError("siti@contoh.id could not be reached")

    ask("a")
    while message().dead_at is None:
        outbox.drain()
        time.on(seconds=1)
        if len(tried) < outbox.MAX_ATTEMPTS:
            time.time = message().available_at
    waits = [round((after - before).total_seconds()) for before, after in itertools.pairwise(tried)]
    assert waits == [20, 40, 80, 160, 320, 640, 1280]
    assert (message().attempts, message().last_error) == (outbox.MAX_ATTEMPTS, "builtins.OSError")
    time.on(days=1)
    assert outbox.drain() == 0


def test_waits_have_a_longest(time, monkeypatch):
    monkeypatch.setattr(outbox, "LONGEST_DELAY_S", 30)

    @handles("a")
    def fails(_payload):
        raise OSError

    ask("a")
    for _ in range(3):
        outbox.drain()
        time.time = message().available_at
    outbox.drain()
    assert message().available_at - time.time == timedelta(seconds=30)


def test_what_a_failed_handler_wrote_is_undone_and_the_next_message_goes_on(time):
    done = []

    @handles("bad")
    def fails(_payload):
        with transaction() as session:
            session.add(AuditEntry(actor_label="x", action="x", subject="x", facts={}))
            session.flush()
            raise OSError

    handles("good")(done.append)
    ask("bad")
    ask("good")
    assert outbox.drain() == 2
    assert done == [{}]
    assert db.session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize(("retryable", "dead"), [(True, False), (False, True)])
def test_an_outside_service_that_says_never_is_not_asked_again(time, retryable, dead):
    @handles("a")
    def refused(_payload):
        raise GatewayError("no such number", retryable=retryable)

    ask("a")
    outbox.drain()
    assert (message().dead_at is not None) == dead


def test_dead_work_can_be_given_all_its_tries_again(time):
    answers = [GatewayError("closed", retryable=False), None]

    @handles("a")
    def sometimes(_payload):
        if answer := answers.pop(0):
            raise answer

    ask("a")
    outbox.drain()
    with transaction() as session:
        outbox.retry_dead(session, message().id)
    assert outbox.drain() == 1
    assert message().done_at == START


def test_dead_work_keeps_its_facts_but_no_secret(time):
    @handles("a")
    def refused(_payload):
        raise GatewayError("no such mailbox", retryable=False)

    ask("a", to="siti@contoh.id", secrets={"token": "rahasia"})
    outbox.drain()
    assert message().payload == {"to": "siti@contoh.id", "secrets": None}
    with pytest.raises(outbox.SecretGoneError), transaction() as session:
        outbox.retry_dead(session, message().id)
    assert message().dead_at == START


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours runs after it."""


def die(_payload):
    raise Killed


def test_work_of_a_dead_worker_is_taken_over_when_its_claim_has_run_out(time):
    handles("a")(die)
    ask("a")
    with pytest.raises(Killed):
        outbox.run_one()
    done = []
    outbox._handlers["a"] = [done.append]
    time.on(seconds=outbox.CLAIM.total_seconds() - 1)
    assert outbox.drain() == 0
    time.on(seconds=1)
    assert outbox.drain() == 1
    assert done == [{}]


def test_work_that_kills_every_worker_is_given_up(time):
    handles("a")(die)
    ask("a", secrets={"token": "rahasia"})
    for _ in range(outbox.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            outbox.run_one()
        time.on(hours=1)
    assert outbox.drain() == 0
    assert (message().dead_at, message().last_error) == (time.time, "worker died")
    assert message().payload == {"secrets": None}


def test_work_that_takes_too_long_is_stopped_and_counts_as_failed(app, monkeypatch):
    import time as real

    monkeypatch.setattr(outbox, "TIME_LIMIT_S", 0.05)
    handles("a")(lambda _: real.sleep(5))
    ask("a")
    outbox.drain()
    assert message().last_error.endswith("JobTimeoutError")
    assert message().dead_at is None


def test_the_timetable_runs_each_job_once_an_interval(time):
    runs = []
    every(minutes=5)(lambda: runs.append(time.time - START))
    for _ in range(12):
        outbox.run_timetable()
        time.on(minutes=1)
    assert runs == [timedelta(0), timedelta(minutes=5), timedelta(minutes=10)]


def test_a_failing_periodic_job_keeps_neither_others_nor_its_next_turn_from_running(time):
    runs = []

    @every(minutes=5)
    def fails():
        runs.append("fails")
        raise OSError

    @every(minutes=5)
    def works():
        runs.append("works")

    outbox.run_timetable()
    time.on(minutes=5)
    outbox.run_timetable()
    assert runs == ["fails", "works", "fails", "works"]
