"""``flask jobs …``: the background worker."""

import click
from flask import Blueprint

from gallery.core import outbox
from gallery.core.db import db, transaction

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


@bp.cli.command("dead")
def dead() -> None:
    """List the messages that failed for good; exit non-zero when there are some."""
    rows = outbox.dead_messages(db.session())
    for row in rows:
        click.echo(f"{row.id}  {row.dead_at:%Y-%m-%d %H:%M} UTC  {row.topic}  {row.last_error}")
    if rows:
        raise click.ClickException(f"{len(rows)} message(s) failed for good; flask jobs retry ID tries one again")
    click.echo("No message failed for good.")


@bp.cli.command("retry")
@click.argument("message_id", type=int)
def retry(message_id: int) -> None:
    """Give a message that failed for good all its tries again."""
    try:
        with transaction() as session:
            outbox.retry_dead(session, message_id)
    except outbox.SecretGoneError as error:
        raise click.ClickException("its secret link is deleted: ask for a new one instead") from error
    click.echo(f"Message {message_id} will be tried again.")
