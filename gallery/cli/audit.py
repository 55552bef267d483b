"""``flask audit …``: proofs that nothing was changed behind the application's back. They repair nothing."""

from datetime import timedelta

import click
from flask import Blueprint, current_app

from gallery.core import audit, clock
from gallery.core.db import db, snapshot, transaction
from gallery.settlement.queries import prove_money
from gallery.settlement.queries.reconciliation import reconcile
from gallery.stocktake.queries import prove_stock

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
    """Prove chain, ledger, stock rows, documents and anchors against each other; name the first broken row."""
    proof = prove_stock(snapshot(), current_app.config["AUDIT_KEY"].encode())
    for finding in proof.findings:
        click.echo(str(finding), err=True)
    if proof.findings:
        first = proof.findings[0]
        raise click.ClickException(f"{len(proof.findings)} finding(s); the first broken row: {first.row}")
    click.echo(f"Stock adds up: {proof.movements} movements in {len(proof.heads)} chains.")


@bp.cli.command("money")
def money() -> None:
    """Prove documents, journal, owners' shares and payouts against each other; name the first that does not add up.

    What bank, gateways and riders did not confirm until yesterday are notes: it may still come.
    """
    proof = prove_money(snapshot())
    for finding in proof.findings:
        click.echo(str(finding), err=True)
    if proof.findings:
        raise click.ClickException(f"{len(proof.findings)} finding(s); the first one: {proof.findings[0].row}")
    for one in reconcile(snapshot(), clock.today() - timedelta(days=1)).differences:
        click.echo(f"note: {one.kind}: {one.public_id or one.document}: {one.amount_idr} of {one.day}")
    click.echo(f"Money adds up: {proof.entries} entries.")
