from gallery.accounts.models import User
from gallery.core import outbox
from gallery.core.db import db


def test_the_first_administrator_gets_a_link_and_no_password(app, tmp_path):
    run = app.test_cli_runner()
    result = run.invoke(args=["users", "invite-admin", "Admin Pertama", "Admin@Example.ID"])
    assert result.exit_code == 0
    user = db.session.query(User).one()
    assert (user.email, user.password_hash, [grant.role for grant in user.grants]) == (
        "admin@example.id",
        None,
        ["administrator"],
    )
    outbox.drain()
    mail = next((tmp_path / "data" / "mail").glob("*.eml")).read_text()
    assert "http://localhost/undangan/" in mail
    assert run.invoke(args=["users", "invite-admin", "Lagi", "admin@example.id"]).exit_code == 1
