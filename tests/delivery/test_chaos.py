"""A small form of the chaos run; the large one: ``python -m tests.delivery.chaos --orders 200``."""

import contextlib
import os
import subprocess
import sys

import pytest

from tests import postgres
from tests.site import ROOT


@pytest.mark.processes
def test_after_kills_and_faults_every_parcel_is_at_its_courier_once():
    arguments = ["--orders", "3", "--seed", "7"]
    with contextlib.ExitStack() as stack:
        if postgres.database_url():
            own = stack.enter_context(postgres.own_database(f"chaos_{postgres.run_id()}_{os.getpid()}"))
            url = own.render_as_string(hide_password=False)
            arguments += ["--database", "postgresql", "--database-url", url]
        done = subprocess.run(
            [sys.executable, "-m", "tests.delivery.chaos", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "drift 0" in done.stdout
