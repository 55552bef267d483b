"""``flask jobs …``: the background worker."""

import click
from flask import Blueprint

from gallery.core import outbox

bp = Blueprint("jobs_cli", __name__, cli_group="jobs")


@bp.cli.command("work")
def work() -> None:
    """Work on messages and the timetable until SIGTERM or SIGINT; the message in hand is finished first."""
    with outbox.stop_on_signals() as stop:
        outbox.work(stop)


@bp.cli.command("drain")
def drain() -> None:
    """Do everything that is due now, then stop."""
    outbox.run_timetable()
    click.echo(f"{outbox.drain()} message(s) done.")
