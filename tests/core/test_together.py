"""Things that arrive at once are committed together, and each knows what became of it."""

import threading

from sqlalchemy.exc import IntegrityError, OperationalError

from gallery.core import clock
from gallery.core.db import db
from gallery.core.outbox import TimetableEntry
from gallery.core.together import Together

THREADS = 8


def test_many_at_once_share_transactions_and_one_that_fails_hinders_no_other(app):
    batches, first_is_in, go_on = [], threading.Event(), threading.Event()

    def write(session, names):
        batches.append(list(names))
        if names == ["first"]:
            first_is_in.set()
            assert go_on.wait(20)
        session.add_all([TimetableEntry(name=name, next_at=clock.now()) for name in names])

    shared, answers = Together(write), {}

    def store(key, name):
        with app.app_context():
            try:
                shared.store(name)
                answers[key] = "stored"
            except (IntegrityError, OperationalError) as error:
                answers[key] = type(error).__name__
            finally:
                db.session.remove()

    db.session.remove()
    first = threading.Thread(target=store, args=("first", "first"))
    first.start()
    assert first_is_in.wait(20)
    names = [f"n{number}" for number in range(THREADS - 2)] + ["first"]
    others = [threading.Thread(target=store, args=(f"{number} {name}", name)) for number, name in enumerate(names)]
    for thread in others:
        thread.start()
    while len(shared._waiting) < len(names):
        pass
    go_on.set()
    for thread in [first, *others]:
        thread.join(30)
    assert batches[0] == ["first"]
    assert sorted(batches[1]) == sorted(names)  # all that came meanwhile
    failed = {key: answer for key, answer in answers.items() if answer != "stored"}
    assert list(failed.values()) == ["IntegrityError"]
    assert list(failed) == [f"{len(names) - 1} first"]
    assert db.session.query(TimetableEntry).count() == THREADS - 1
    shared.store("afterwards")
    assert db.session.query(TimetableEntry).count() == THREADS


def test_what_is_no_matter_of_the_database_is_raised_to_all(app):
    begun, go_on, raised = threading.Event(), threading.Event(), []

    def write(_session, names):
        if names == ["first"]:
            begun.set()
            assert go_on.wait(20)
        raise ZeroDivisionError

    shared = Together(write)

    def store(name):
        with app.app_context():
            try:
                shared.store(name)
            except ZeroDivisionError:
                raised.append(name)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=store, args=(name,)) for name in ("first", "second", "third")]
    threads[0].start()
    assert begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    while len(shared._waiting) < 2:
        pass
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert sorted(raised) == ["first", "second", "third"]
