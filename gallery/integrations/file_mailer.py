"""Mail written to files, for development and demonstrations: one file for each mail."""

from email.message import EmailMessage
from pathlib import Path

from gallery.core import clock
from gallery.core.ids import public_id
from gallery.core.mail import Message


class FileMailer:
    """Implements :class:`gallery.core.mail.Mailer`."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender

    def send(self, message: Message) -> None:
        """Afterwards the mail stands in the folder as an ``.eml`` file, newest name last."""
        self._folder.mkdir(parents=True, exist_ok=True)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail.set_content(message.text)
        name = f"{clock.now():%Y%m%d-%H%M%S-%f}-{public_id()}.eml"
        (self._folder / name).write_bytes(mail.as_bytes())
