"""``flask audit …``: proofs that nothing was changed behind the application's back. They repair nothing."""

import click
from flask import Blueprint, current_app

from gallery.core import audit
from gallery.core.db import db, transaction
from gallery.inventory.queries import audit_stock
from gallery.orders.queries import audit_holds

bp = Blueprint("audit_cli", __name__, cli_group="audit")


@bp.cli.command("verify")
def verify() -> None:
    """Check the chain of the audit trail and name the first broken link."""
    key = current_app.config["AUDIT_KEY"].encode()
    with transaction() as session:
        audit.seal_new(session, key)
    if broken := audit.broken_seal(db.session(), key):
        raise click.ClickException(f"audit trail broken: {broken}")
    number, seal = audit.head(db.session())
    click.echo(f"Audit trail intact: {number} entries, head {seal or '-'}")


@bp.cli.command("stock")
def stock() -> None:
    """Compare stock rows, movements and reservations, and what paid orders hold with what they still have to send."""
    drifts = [*audit_stock(db.session()), *audit_holds(db.session())]
    for drift in drifts:
        click.echo(str(drift), err=True)
    if drifts:
        raise click.ClickException(f"{len(drifts)} figure(s) of stock do not add up")
    click.echo("Stock adds up.")
