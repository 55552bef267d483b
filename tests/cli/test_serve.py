"""``flask serve``: web server and worker come up together and go down together."""

import os
import signal
import subprocess
import sys
import time
from urllib.request import urlopen

import psutil
import pytest

from tests.site import ROOT, free_port

pytestmark = pytest.mark.processes
PATIENCE_S = 40


@pytest.fixture
def serving(database_url, tmp_path):
    port = free_port()
    environment = os.environ | {
        "ENVIRONMENT": "development",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path / "site"),
        "EXTERNAL_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "FLASK_APP": "wsgi.py",
    }
    command = [sys.executable, "-m", "flask", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                if "open at" in line:
                    break
            process.address = f"http://127.0.0.1:{port}"
            yield process
        finally:
            for child in children(process):
                child.kill()
            process.kill()


def children(process):
    return psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []


def gone(processes):
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    return alive == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_run_until_asked_to_stop(serving, number):
    started = children(serving)
    assert len([p for p in started if "jobs" in p.cmdline()]) == 1
    with urlopen(f"{serving.address}/healthz", timeout=5) as answer:
        assert answer.status == 200
    serving.send_signal(number)
    assert serving.wait(PATIENCE_S) == 0
    assert gone(started)


def test_when_one_ends_by_itself_the_other_is_stopped_and_the_command_fails(serving):
    started = children(serving)
    worker = next(p for p in started if "jobs" in p.cmdline())
    worker.kill()
    end = time.monotonic() + PATIENCE_S
    while serving.poll() is None and time.monotonic() < end:
        time.sleep(0.1)
    assert serving.returncode == 1
    assert gone(started)


@pytest.mark.parametrize("command", [["flask", "serve"], ["flask", "db", "upgrade"], ["gunicorn", "wsgi:application"]])
def test_a_setting_that_can_not_be_used_is_named_in_one_line(command):
    environment = os.environ | {"PORT": "delapan", "FLASK_APP": "wsgi.py"}
    tried = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 1
    assert tried.stderr == "The site does not start: PORT has a value that can not be read: 'delapan'\n"


def test_an_address_of_the_newer_kind_is_listened_at():
    command = [sys.executable, "-m", "gunicorn", "--print-config", "wsgi:application"]
    environment = os.environ | {"HOST": "::1", "PORT": "8000"}
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "['[::1]:8000']" in shown.stdout
