from sqlalchemy import select

from gallery.core import adapters, clock, outbox
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


def test_a_mail_whose_sending_was_not_recorded_is_sent_again_as_the_same(app, tmp_path, monkeypatch):
    mailer, handed = adapters.mailer(), []
    really = type(mailer).send

    def send(self, mail):
        handed.append(mail.message_id("Galeri <galeri@localhost>"))
        really(self, mail)
        if len(handed) == 1:
            raise OSError  # accepted, and the worker never hears of it

    monkeypatch.setattr(type(mailer), "send", send)
    with transaction() as session:
        outbox.emit(session, "mail.send", to="ani@example.id", template="password_changed", facts={"name": "Ani"})
    outbox.drain()
    with transaction() as session:
        session.scalars(select(outbox.OutboxMessage)).one().available_at = clock.now()
    outbox.drain()
    assert len(handed) == 2
    assert len(set(handed)) == 1
    (file,) = (tmp_path / "data" / "mail").iterdir()
    assert f"Message-ID: {handed[0]}" in file.read_text()
