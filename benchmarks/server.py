"""Servers to be measured: gunicorn as the site is served, with its processor time and memory read from the system."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.client import Connection, get
from tests.site import Site

ROOT = Path(__file__).resolve().parents[1]


class Server:
    """A running server; ``cpu`` counts all its processes, the master too."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self.process, self.port = process, port

    def _all(self) -> list[psutil.Process]:
        master = psutil.Process(self.process.pid)
        return [master, *master.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._all())

    def memory_mb(self) -> tuple[float, float]:
        """Memory of the largest web process: its share (pages held by several counted in parts), and all it sees."""
        facts = [process.memory_full_info() for process in self._all()[1:]]
        return max(one.pss for one in facts) / 1e6, max(one.rss for one in facts) / 1e6

    def cpu_ms_per_request(self, count: int, since: float) -> float:
        return (self.cpu() - since) * 1000 / max(count, 1)


@contextlib.contextmanager
def serving(site: Site, application: str, workers: int = 1, command: list[str] | None = None) -> Iterator[Server]:
    """Serve an application with the settings of a site; workers=1 unless throughput of the machine is asked."""
    environment = os.environ | site.environment | {"WEB_WORKERS": str(workers), "LOG_LEVEL": "WARNING"}
    environment["MAX_UNPAID_ORDERS"] = "1000000"  # one measuring buyer orders again and again
    # Workers that end after so many requests would take their processor time along.
    command = command or [sys.executable, "-m", "gunicorn", "--max-requests", "0", application]
    with (site.folder / "bench.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, site)
        yield Server(process, site.port)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(25)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen, site: Site) -> None:
    end = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            connection = Connection(site.port)
            connection.ask(get("/"))
            connection.close()
            return
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError((site.folder / "bench.log").read_text()[-3000:])
        time.sleep(0.1)
