from gallery.core import outbox
from gallery.core.db import transaction


def send(app, tmp_path, **given):
    payload = {"to": "ani@example.id", "template": "password_changed", "facts": {"name": "Siti & <Ani>"}} | given
    with transaction() as session:
        outbox.emit(session, "mail.send", **payload)
    outbox.drain()
    return next((tmp_path / "data" / "mail").glob("*.eml")).read_text()


def test_a_mail_is_plain_text_with_links_of_the_configured_address(app, tmp_path):
    mail = send(app, tmp_path)
    assert "Subject: Kata sandi Anda diganti" in mail
    assert "Halo Siti & <Ani>," in mail
    assert "http://localhost/lupa-kata-sandi" in mail


def test_a_mail_keeps_the_readers_language(app, tmp_path):
    assert "http://localhost/en/lupa-kata-sandi" in send(app, tmp_path, locale="en")


def test_line_breaks_in_a_value_make_no_header(app, tmp_path):
    mail = send(app, tmp_path, facts={"name": "Ani\r\nBcc: semua@example.id"})
    head = mail.split("\n\n", 1)[0]
    assert "Bcc:" not in head
