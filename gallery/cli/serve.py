"""Command: the web server and a worker together, for one machine without a service manager."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

import click
from flask import Blueprint, current_app

STOP_WAIT_S: Final = 25  # a little more than gunicorn's graceful_timeout
bp = Blueprint("serve", __name__, cli_group=None)
START_WAIT_S: Final = 30
LOOK_EVERY_S: Final = 0.2


@bp.cli.command("serve")
def serve() -> None:
    """Run web server and worker until Ctrl-C; when one of them ends, stop the other too."""
    host, port = current_app.config["HOST"], current_app.config["PORT"]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    address = f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
    children: list[subprocess.Popen[bytes]] = []
    with _stop_asked() as asked:
        try:
            children.append(_start("gunicorn", "wsgi:application"))
            children.append(_start("flask", "jobs", "work"))
            if _answers(address, children, asked):
                click.echo(f"\nThe gallery is open at {address}   (Ctrl-C closes it)\n")
            while not asked and all(child.poll() is None for child in children):
                time.sleep(LOOK_EVERY_S)
        finally:
            _stop(children)
    if not asked:
        raise click.ClickException("web server or worker ended by itself; its last lines are above")


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C in the terminal reaches us alone, and we stop both in order.
    return subprocess.Popen([sys.executable, "-m", module, *arguments], start_new_session=True)  # noqa: S603


def _answers(address: str, children: list[subprocess.Popen[bytes]], asked: list[int]) -> bool:
    end = time.monotonic() + START_WAIT_S
    while time.monotonic() < end and not asked and all(child.poll() is None for child in children):
        try:
            with urlopen(f"{address}healthz", timeout=2):  # noqa: S310 - our own address
                return True
        except (URLError, OSError):
            time.sleep(LOOK_EVERY_S)
    return False


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    end = time.monotonic() + STOP_WAIT_S
    for child in children:
        try:
            child.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def _stop_asked() -> Iterator[list[int]]:
    asked: list[int] = []

    def ask(number: int, _frame: Any) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
