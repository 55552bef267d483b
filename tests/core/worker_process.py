"""A worker of its own process for tests/core/test_worker.py: real signals, real kills.

``python -m tests.core.worker_process DATABASE_URL FOLDER CLAIM_SECONDS``
"""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from gallery.core import db, outbox
from gallery.core.db import transaction

url, folder, claim = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
outbox.CLAIM = timedelta(seconds=claim)
outbox.IDLE_WAIT_S = 0.05


def note(name: str) -> None:
    with transaction() as session:
        session.execute(text("INSERT INTO effect (name, pid) VALUES (:name, :pid)"), {"name": name, "pid": os.getpid()})


@outbox.handles("quick")
def quick(payload: dict) -> None:
    time.sleep(0.01)
    note(payload["name"])


@outbox.handles("slow")
def slow(payload: dict) -> None:
    """Write, tell the test, and stay in the open transaction until the test says go on."""
    with transaction() as session:
        session.execute(
            text("INSERT INTO effect (name, pid) VALUES (:name, :pid)"), {"name": payload["name"], "pid": os.getpid()}
        )
        (folder / f"in-the-middle-{os.getpid()}").touch()
        while not (folder / "go-on").exists():
            time.sleep(0.01)


app = Flask("worker")
app.config["SQLALCHEMY_DATABASE_URI"] = url
db.init_app(app)
with app.app_context(), outbox.stop_on_signals() as stop:
    (folder / f"ready-{os.getpid()}").touch()
    outbox.work(stop)
(folder / f"ended-{os.getpid()}").touch()
