"""A rotation that is killed in the middle leaves everything readable, and the next one does the rest."""

import os
import signal
import subprocess
import sys

import pytest

from config import DEMO_KEY
from gallery.cli import keys as commands
from gallery.core import adapters
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.core.files import StoredFile
from gallery.delivery.models import CourierExchange
from gallery.delivery.services.inbox import ANSWER, REQUEST
from gallery.keys.queries import key_counts
from tests.architecture.source import ROOT
from tests.factories.keys import keep_exchanges, key, seal_everything, use_keys
from tests.keys.killed_rotation import STEPS
from tests.waiting import until

pytestmark = pytest.mark.processes
NEW = key(7)
PATIENCE_S = 60
ASKED = [f"nomor {number}" for number in range(18)]


@pytest.fixture
def kill(app, tmp_path):
    """Start a rotation, kill it with SIGKILL at this step, and return when the process is gone."""

    def killed(step):
        environ = {
            "ENVIRONMENT": "testing",
            "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
            "DATA_DIR": app.config["DATA_DIR"],
            "DATA_ENCRYPTION_KEYS": f"{NEW},{DEMO_KEY}",
        }
        db.session.remove()
        command = [sys.executable, "-m", "tests.keys.killed_rotation", step, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT, env=os.environ | environ) as process:
            try:
                until(lambda: (tmp_path / "in-the-middle").exists() or process.poll() is not None, step, PATIENCE_S)
            finally:
                process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL

    return killed


def said():
    db.session.rollback()
    cipher = adapters.cipher()
    return [
        (cipher.decrypt(row.request, REQUEST), cipher.decrypt(row.answer, ANSWER))
        for row in db.session.query(CourierExchange).order_by(CourierExchange.id)
    ]


def under_the_newest():
    """How many values are, and how many are not."""
    db.session.rollback()
    counts = key_counts(db.session(), adapters.files(), adapters.cipher())
    return sum(one.values for one in counts if one.is_newest), sum(one.values for one in counts if not one.is_newest)


def recorded():
    db.session.rollback()
    return sum(entry.facts["values"] for entry in db.session.query(AuditEntry).filter_by(action="keys.rotated"))


@pytest.mark.parametrize("step", STEPS)
def test_the_next_run_finishes_what_a_killed_one_left(app, monkeypatch, kill, step):
    monkeypatch.setattr(commands, "rest", lambda _seconds: None)
    seal_everything()
    keep_exchanges(ASKED)
    before = said()
    use_keys(NEW, DEMO_KEY)
    _done, values = under_the_newest()

    kill(step)
    done, left = under_the_newest()
    assert done > 0
    assert left > 0 or step == "the sheet is written but not its row"
    assert done + left == values
    assert said() == before  # both kinds are read side by side

    def finished():
        # PostgreSQL needs a moment to see that the killed process is gone and to let go of its rows.
        return app.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0

    until(finished, "rotated", PATIENCE_S)
    assert under_the_newest() == (values, 0)
    assert recorded() == values  # each value once: what was taken back by the kill stands in no entry
    use_keys(NEW)
    assert said() == before
    sheet = db.session.query(StoredFile).filter_by(purpose="submission").one()
    with adapters.files().open(sheet.key) as stream:
        assert len(stream.read()) == sheet.size_bytes
