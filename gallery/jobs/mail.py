"""Sends the mails that services asked for, in the reader's language.

At least once: the claim of the message is committed before (the intent) and its end after (the result), but a worker
killed between the server's "accepted" and that commit sends again; no mail protocol can do better. Each try carries
the same Message-ID, so that servers and readers can drop the copy; the file mailer writes the same file, once.
"""

from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale

from gallery.core import adapters
from gallery.core.mail import Message
from gallery.core.outbox import handles, message_key


@handles("mail.send")
def send(payload: dict[str, Any]) -> None:
    """Render ``emails/<template>.txt`` (its first line is the subject) and hand the mail over.

    Links come from EXTERNAL_URL, never from the host of a request (SECURITY R8), and keep the reader's language.
    """
    locale = payload.get("locale", "id")
    base_url = current_app.config["EXTERNAL_URL"].rstrip("/") + ("" if locale == "id" else f"/{locale}")
    context = current_app.test_request_context(base_url=base_url, environ_overrides={"gallery.language": locale})
    with context, force_locale(locale):
        said = payload["facts"] | payload.get("secrets", {})
        text = render_template(f"emails/{payload['template']}.txt", base_url=base_url, **said)
    subject, _, body = text.strip().partition("\n")
    adapters.mailer().send(Message(payload["to"], subject.strip(), body.strip() + "\n", message_key()))
