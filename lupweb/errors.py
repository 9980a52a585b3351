"""What can go wrong, in the domain's words. No HTTP codes: `web/errors.py` makes pages of these.

The class decides what happens next; the message is for people: what happened, what stays safe,
what to do.
"""

from typing import Any

from lupweb.texts import Text


class LupwebError(Exception):
    """Base of every error that lupweb raises on purpose."""

    def __init__(self, message: Text | str = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class InvalidValue(LupwebError):
    """What a person entered cannot be stored. Shown to them, beside the field."""


class InvalidSetting(LupwebError):
    """The installation is set up in a way that cannot work, or is not safe."""


class MissingPart(LupwebError):
    """A program that this command needs is not installed. The message names it."""


class InvalidForm(InvalidValue):
    """Something in a form cannot be stored. `form` is the form with everything that was typed."""

    def __init__(self, message: Text | str, form: Any) -> None:
        super().__init__(message)
        self.form = form


class InvalidParameter(InvalidValue):
    """A program asked for something with a parameter that cannot be understood.

    :param parameter: its name
    """

    def __init__(self, message: Text | str, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class FilterRefused(InvalidValue):
    """A filter cannot be understood; nobody was looked for.

    :param column: place of the first sign that does not fit, counted from 1; inside the text
    :param text: the filter as it was written
    :param expected: what may stand there, or ""
    :param suggestion: the name of a field that may be meant, or ""
    """

    def __init__(
        self,
        message: Text | str,
        *,
        column: int,
        text: str = "",
        expected: Text | str = "",
        suggestion: str = "",
    ) -> None:
        super().__init__(message)
        self.column = column
        self.text = text
        self.expected = expected
        self.suggestion = suggestion


class ProfileChanged(LupwebError):
    """Somebody changed the same field since the form was opened. Nothing was stored.

    `form` is the form with both values, and with everything that was typed.
    """

    def __init__(self, message: Text | str, form: Any) -> None:
        super().__init__(message)
        self.form = form


class NotFound(LupwebError):
    """There is no such thing, or the viewer may not know that there is."""


class Forbidden(LupwebError):
    """The viewer may not do this."""


class SignInRefused(LupwebError):
    """User name and password do not belong together. The reason is never told to the outside."""


class TooManyAttempts(LupwebError):
    """Somebody tries too often. Nothing was looked at; after `retry_after_s` seconds it will be."""

    def __init__(self, message: Text | str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AlreadyRunning(LupwebError):
    """Another run of the same directory is at work."""


class LeaseLost(LupwebError):
    """Somebody else has taken over this work; nothing more may be written."""


class ReadOnlyMode(LupwebError):
    """The site is in read-only mode; nothing was changed."""


class OtherVersion(LupwebError):
    """The tables are those of another version than this process; nothing was changed."""


class Busy(LupwebError):
    """So many do something costly now that others would have to wait; a minute later it works."""


class AddressRefused(LupwebError):
    """A web server gives nothing of use for this address, and would not a moment later."""


class AddressUnavailable(LupwebError):
    """A web server does not answer now, or asks to be left alone."""


class MailNotSent(LupwebError):
    """The mail server did not take a mail."""


class DirectoryError(LupwebError):
    """A directory server refused or failed an operation."""


class DirectoryUnavailable(DirectoryError):
    """The server could not answer now. Nothing was changed; trying later may work."""


class DirectoryRefused(DirectoryError):
    """The server said no, and would say no again."""


class CredentialsRefused(DirectoryRefused):
    """The server does not accept this name and password."""


class LimitExceeded(DirectoryError):
    """The server stopped at a limit of its own: the answer is not complete."""


class EntryNotFound(DirectoryRefused):
    """There is no entry of this DN."""


class DirectoryReadOnly(DirectoryUnavailable):
    """The server takes no changes at the moment. Nothing was changed; trying later may work."""


class ChangedMeanwhile(DirectoryError):
    """The entry is not what it was when it was read. Nothing was changed."""


class OutcomeUnknown(DirectoryError):
    """The answer to a change was lost: whether it took effect shows when the entry is read."""


class WriteRefused(DirectoryRefused):
    """The server will not have a change, and would not a moment later. Nothing was changed.

    `code` is the result code of RFC 4511, `reply` the server's own words, cleaned, or "".
    """

    def __init__(self, message: Text | str, *, code: int, reply: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reply = reply
