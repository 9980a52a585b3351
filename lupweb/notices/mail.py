"""Mail by SMTP (RFC 5321): short, plain, and never without TLS beyond this machine."""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from lupweb.errors import InvalidSetting, MailNotSent
from lupweb.texts import _

LONGEST_S = 10.0
"""How long the server may take for each answer."""
PORTS = {"smtp": 587, "smtps": 465}
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

Send = Callable[[str, str], None]
"""Subject and text -> a mail to the administrators; raises MailNotSent."""


@dataclass(frozen=True)
class MailServer:
    """A mail server, and who may send through it.

    :param is_tls: TLS from the first byte; otherwise by STARTTLS, which then must be there
    """

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = ""
    needs_tls: bool = True

    def __repr__(self) -> str:
        return f"MailServer({self.host!r}, {self.port})"

    def send(self, message: EmailMessage) -> None:
        """Send one message.

        :raises MailNotSent: if the server cannot be reached, or refuses it
        """
        try:
            with self._connected() as smtp:
                if self.user:
                    smtp.login(self.user, self.password)
                smtp.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(
                _(
                    "The mail server %(host)s did not take the mail: %(why)s.",
                    host=self.host,
                    why=_why(error),
                )
            ) from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.is_tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=LONGEST_S, context=context)
        smtp = smtplib.SMTP(self.host, self.port, timeout=LONGEST_S)
        if self.needs_tls:
            try:
                smtp.starttls(context=context)
            except (OSError, smtplib.SMTPException):
                smtp.close()
                raise
        return smtp


def mail_server(url: str) -> MailServer:
    """Return the server of `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`.

    :raises InvalidSetting: if it is no such address; a password may stand in it, so it is not
        repeated
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise _no_address() from error
    if not host:
        raise _no_address()
    return MailServer(
        host,
        port,
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        needs_tls=host not in THIS_MACHINE,
    )


def sending(server: MailServer, sender: str, receivers: Sequence[str]) -> Send:
    """Return what sends to these receivers."""

    def send(subject: str, text: str) -> None:
        server.send(message_of(sender, receivers, subject, text))

    return send


def message_of(sender: str, receivers: Sequence[str], subject: str, text: str) -> EmailMessage:
    """Return a mail that no machine answers (RFC 3834)."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(receivers)
    message["Subject"] = " ".join(subject.split())  # a line break would begin another header
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _no_address() -> InvalidSetting:
    return InvalidSetting(
        _("SMTP_URL is no address of a mail server: smtp://USER:PASSWORD@HOST:587, or smtps://…")
    )


def _why(error: Exception) -> str:
    """Return the reason without what was sent: a password might stand in it."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return str(_("it refuses name and password"))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return str(_("it offers no TLS, or none of our ways to sign in"))
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return str(_("it refuses the receivers"))
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code}"
    if isinstance(error, ssl.SSLError):
        return str(_("its certificate is not trusted, or TLS failed"))
    return getattr(error, "strerror", None) or type(error).__name__
