"""Mail written to files, for development and demonstrations: one file for each mail."""

from email.message import EmailMessage
from pathlib import Path

from gallery.core.mail import Message


class FileMailer:
    """Implements :class:`gallery.core.mail.Mailer`."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender

    def send(self, message: Message) -> None:
        """Afterwards the mail stands in the folder as an ``.eml`` file, newest name last; twice is once."""
        self._folder.mkdir(parents=True, exist_ok=True)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail.set_content(message.text)
        mail["Message-ID"] = message.message_id(self._sender)
        unfinished = self._folder / f"{message.key}.part"
        unfinished.write_bytes(mail.as_bytes())
        unfinished.replace(self._folder / f"{message.key}.eml")
