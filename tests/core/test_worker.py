"""Workers as processes: several at once, asked to stop, killed in the middle."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from gallery.core import outbox
from gallery.core.db import db, transaction
from tests.waiting import until

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30


@pytest.fixture
def effects(app):
    """A table that the handlers of tests/core/worker_process.py write to; returns what stands in it."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE effect (name TEXT NOT NULL, pid INTEGER NOT NULL)"))
    engine = create_engine(db.engine.url)

    def rows():
        with engine.connect() as connection:
            return [(name, pid) for name, pid in connection.execute(text("SELECT name, pid FROM effect"))]

    yield rows
    engine.dispose()
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE effect"))


@pytest.fixture
def start(app, tmp_path):
    """Start a worker and wait until it works."""
    running = []

    def worker(claim_s=60):
        url = db.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.core.worker_process", url, str(tmp_path), str(claim_s)]
        process = subprocess.Popen(command, cwd=ROOT)
        running.append(process)
        until((tmp_path / f"ready-{process.pid}").exists, "worker ready", PATIENCE_S)
        return process

    yield worker
    for process in running:
        process.kill()
        process.wait()


def ask(topic, *names):
    with transaction() as session:
        for name in names:
            outbox.emit(session, topic, name=name)


def undone(app):
    db.session.remove()
    return db.session.query(outbox.OutboxMessage).filter_by(done_at=None).count()


def test_several_workers_share_the_work_and_do_each_piece_once(app, effects, start):
    names = [f"piece {number}" for number in range(60)]
    ask("quick", *names)
    workers = [start() for _ in range(3)]
    until(lambda: undone(app) == 0, "all done", PATIENCE_S)
    assert Counter(name for name, _ in effects()) == Counter(names)
    assert {pid for _, pid in effects()} <= {worker.pid for worker in workers}


def test_workers_pass_by_what_another_one_holds(app, effects, start, tmp_path):
    ask("slow", "held")
    first = start()
    until((tmp_path / f"in-the-middle-{first.pid}").exists, "first worker in its job", PATIENCE_S)
    if db.engine.dialect.name == "sqlite":
        # One writer at a time: the others wait for the transaction in hand, then go on.
        (tmp_path / "go-on").touch()
    second = start()
    ask("quick", "passed")
    until(lambda: "passed" in [name for name, _ in effects()], "the second piece", PATIENCE_S)
    (tmp_path / "go-on").touch()
    until(lambda: undone(app) == 0, "all done", PATIENCE_S)
    assert Counter(name for name, _ in effects()) == {"held": 1, "passed": 1}
    assert second.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_stop_finishes_what_it_has_in_hand_and_takes_nothing_more(
    app, effects, start, tmp_path, number
):
    ask("slow", "in hand", "next")
    worker = start()
    until((tmp_path / f"in-the-middle-{worker.pid}").exists, "worker in its job", PATIENCE_S)
    worker.send_signal(number)
    (tmp_path / "go-on").touch()
    assert worker.wait(PATIENCE_S) == 0
    assert (tmp_path / f"ended-{worker.pid}").exists()
    assert effects() == [("in hand", worker.pid)]
    assert undone(app) == 1


def test_work_of_a_killed_worker_is_done_by_another_exactly_once(app, effects, start, tmp_path):
    ask("slow", "cut off")
    first = start(claim_s=0.5)
    until((tmp_path / f"in-the-middle-{first.pid}").exists, "worker in its job", PATIENCE_S)
    first.kill()
    first.wait()
    assert effects() == []  # nothing half done is left
    (tmp_path / "go-on").touch()
    ask("quick", "after")
    second = start(claim_s=0.5)
    until(lambda: undone(app) == 0, "all done", PATIENCE_S)
    assert Counter(effects()) == {("cut off", second.pid): 1, ("after", second.pid): 1}
