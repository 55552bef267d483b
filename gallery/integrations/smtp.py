"""Mail through an SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

from gallery.core.errors import GatewayError
from gallery.core.mail import Message

TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Implements :class:`gallery.core.mail.Mailer`; STARTTLS unless ``use_tls`` is off (a relay on loopback)."""

    host: str
    port: int
    sender: str
    username: str = ""
    password: str = ""
    use_tls: bool = True

    def send(self, message: Message) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.to, message.subject
        mail["Message-ID"] = message.message_id(self.sender)
        mail.set_content(message.text)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S) as server:
                if self.use_tls:
                    server.starttls(context=ssl.create_default_context())
                if self.username:
                    server.login(self.username, self.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise GatewayError("smtp", retryable=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise GatewayError("smtp", retryable=True) from error
