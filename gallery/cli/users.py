"""``flask users …``: the first administrator, who then invites everybody else in the browser."""

import click
from flask import Blueprint

from gallery.accounts.errors import AccountExistsError
from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.services import people
from gallery.accounts.states import Role
from gallery.core.db import transaction

bp = Blueprint("users_cli", __name__, cli_group="users")


@bp.cli.command("invite-admin")
@click.argument("name")
@click.argument("email")
def invite_admin(name: str, email: str) -> None:
    """Create an administrator and mail a link that sets the password; no account has a default password."""
    try:
        with transaction() as session:
            grants = [Grant(Role.ADMINISTRATOR)]
            people.invite(session, name=name, email=email.strip().lower(), grants=grants, actor=Actor.system())
    except AccountExistsError as error:
        raise click.ClickException("there is an account with this address already") from error
    click.echo("Invited. The worker (flask jobs work) sends the link; it works once, for 48 hours.")
