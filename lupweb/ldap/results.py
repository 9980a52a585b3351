"""What a result code means: one table from python-ldap's exceptions to lupweb's errors.

The class of an error decides what happens next, its sentence names cause and cure.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ldap
from ldap.controls import PyAsn1Error

from lupweb.errors import (
    ChangedMeanwhile,
    CredentialsRefused,
    DirectoryError,
    DirectoryReadOnly,
    DirectoryRefused,
    DirectoryUnavailable,
    EntryNotFound,
    InvalidValue,
    LimitExceeded,
    WriteRefused,
)
from lupweb.ldap.cleaning import clean_text
from lupweb.texts import Text, _

MOST_FOREIGN_TEXT = 200  # characters of a server's own words
MASK = "***"
SECRET = re.compile(
    r"(userPassword|unicodePwd|credentials?|password)(\s*[:=]+\s*).+", re.IGNORECASE
)

UNREACHABLE = _(
    "The server is not reachable. Check its address and port, and that it runs."
    " What is known of its people stays as it is."
)
BUSY = _("The server cannot answer now. Nothing was changed; trying again later may work.")
WRONG_NAME_OR_PASSWORD = _(
    "The server does not accept this name and password. Check the bind DN and its password."
)
WANTS_TLS = _("The server wants an encrypted connection. Set TLS to ldaps or starttls.")
ELSEWHERE = _(
    "The server points to another server; such references are not followed."
    " Enter the address of the server that holds these entries."
)
UNEXPECTED: tuple[type[DirectoryError], Text] = (
    DirectoryError,
    _("The server gave an answer that is not expected here. Its log says more."),
)

# Exception class of python-ldap -> what it is for lupweb (the numbers are those of RFC 4511).
MEANINGS: dict[Any, tuple[type[DirectoryError], Text]] = {
    ldap.SERVER_DOWN: (DirectoryUnavailable, UNREACHABLE),
    ldap.CONNECT_ERROR: (DirectoryUnavailable, UNREACHABLE),
    ldap.TIMEOUT: (
        DirectoryUnavailable,
        _(
            "The server gave no answer in time. Check that it runs and is not overloaded."
            " Nothing was changed; trying again later may work."
        ),
    ),
    ldap.BUSY: (DirectoryUnavailable, BUSY),  # 51
    ldap.UNAVAILABLE: (DirectoryUnavailable, BUSY),  # 52
    ldap.OTHER: (DirectoryUnavailable, BUSY),  # 80
    ldap.OPERATIONS_ERROR: (  # 1
        DirectoryUnavailable,
        _(
            "The server cannot do this now, or wants a sign-in first. Check that a bind DN and its"
            " password are entered; trying again later may work."
        ),
    ),
    ldap.TIMELIMIT_EXCEEDED: (  # 3
        DirectoryUnavailable,
        _(
            "The server stopped at its time limit, so the answer is not complete. Give this account"
            " more time there (OpenLDAP: time, Active Directory: MaxQueryDuration), or index the"
            " attributes of the search filter."
        ),
    ),
    ldap.SIZELIMIT_EXCEEDED: (  # 4
        LimitExceeded,
        _(
            "The server stopped at its size limit, so the answer is not complete and nobody is"
            " hidden because of it. Raise the limit for this account on the server (OpenLDAP:"
            " size.prtotal=unlimited, Active Directory: MaxPageSize, 389: nsslapd-sizelimit)."
        ),
    ),
    ldap.ADMINLIMIT_EXCEEDED: (  # 11
        LimitExceeded,
        _(
            "The server stopped at a limit of its administrator, so the answer is not complete."
            " Index the attributes of the search filter there, or raise the limit for this account"
            " (OpenLDAP: size.unchecked, 389: nsslapd-lookthroughlimit)."
        ),
    ),
    ldap.INVALID_CREDENTIALS: (CredentialsRefused, WRONG_NAME_OR_PASSWORD),  # 49
    ldap.INAPPROPRIATE_AUTH: (CredentialsRefused, WRONG_NAME_OR_PASSWORD),  # 48
    ldap.AUTH_METHOD_NOT_SUPPORTED: (  # 7
        DirectoryRefused,
        _("The server does not allow signing in with DN and password. Allow simple bind there."),
    ),
    ldap.STRONG_AUTH_REQUIRED: (DirectoryRefused, WANTS_TLS),  # 8
    ldap.CONFIDENTIALITY_REQUIRED: (DirectoryRefused, WANTS_TLS),  # 13
    ldap.NO_SUCH_OBJECT: (  # 32
        EntryNotFound,
        _(
            "There is no such entry, or this account may not see it. Check the base DN for a typing"
            " error, and that this account may read there."
        ),
    ),
    ldap.INSUFFICIENT_ACCESS: (  # 50
        DirectoryRefused,
        _("This account may not read that. Give it the right to read on the server."),
    ),
    ldap.UNWILLING_TO_PERFORM: (  # 53
        DirectoryRefused,
        _("The server is not willing to do this. Its rules forbid it for this account."),
    ),
    ldap.INVALID_DN_SYNTAX: (  # 34
        DirectoryRefused,
        _("The server does not take this for a DN. An example: ou=people,dc=example,dc=com."),
    ),
    ldap.UNAVAILABLE_CRITICAL_EXTENSION: (  # 12
        DirectoryRefused,
        _("The server cannot do the search in pages although it says so. Its log says more."),
    ),
    ldap.PROTOCOL_ERROR: (  # 2
        DirectoryRefused,
        _("The server does not understand the request. Check that it is an LDAP 3 server."),
    ),
    ldap.REFERRAL: (DirectoryRefused, ELSEWHERE),  # 10
    ldap.PARTIAL_RESULTS: (DirectoryRefused, ELSEWHERE),  # 9
    ldap.FILTER_ERROR: (
        DirectoryRefused,
        _("The search filter cannot be read. An example: (objectClass=person)."),
    ),
    ldap.DECODING_ERROR: (
        DirectoryRefused,
        _("The answer cannot be read. Check that an LDAP server listens at this address."),
    ),
}

UNKNOWN_ATTRIBUTE = (
    WriteRefused,
    _("The directory does not know this attribute for this entry. Check the mapping of the field."),
)
NOT_ACCEPTED = (WriteRefused, _("The directory does not accept this value."))
PART_OF_NAME = (
    WriteRefused,
    _("This attribute is part of the entry's name or of its kind, and cannot be changed here."),
)
NO_CHANGES_NOW = _("The directory takes no changes at the moment. It stays as it is until then.")

# Result code of a change -> what it is for lupweb; what is missing here is as in MEANINGS.
MEANINGS_OF_CHANGES: dict[int, tuple[type[DirectoryError], Text]] = {
    3: (DirectoryUnavailable, BUSY),
    10: (DirectoryReadOnly, ELSEWHERE),  # as a copy answers that points to its master
    12: (WriteRefused, _("The directory cannot compare before it changes, although it says so.")),
    16: (WriteRefused, _("The directory does not hold what was to be changed.")),
    17: UNKNOWN_ATTRIBUTE,
    18: (WriteRefused, _("The directory cannot compare values of this attribute.")),
    19: NOT_ACCEPTED,
    20: (WriteRefused, _("The directory allows only one value here, or has this one already.")),
    21: NOT_ACCEPTED,
    50: (
        WriteRefused,
        _("This account may not change that. Give it the right to write on the server."),
    ),
    53: (DirectoryReadOnly, NO_CHANGES_NOW),
    64: PART_OF_NAME,
    65: UNKNOWN_ATTRIBUTE,
    67: PART_OF_NAME,
    69: PART_OF_NAME,
    122: (ChangedMeanwhile, _("The entry was changed meanwhile. Nothing was overwritten.")),
}

# A server may refuse a sign-in in other words than "wrong password": 389 says noSuchObject for an
# unknown DN, unwillingToPerform for a disabled account and constraintViolation for a locked one.
REFUSED_SIGN_INS = (
    ldap.INVALID_CREDENTIALS,
    ldap.INAPPROPRIATE_AUTH,
    ldap.NO_SUCH_OBJECT,
    ldap.INVALID_DN_SYNTAX,
    ldap.UNWILLING_TO_PERFORM,
    ldap.CONSTRAINT_VIOLATION,
    ldap.INSUFFICIENT_ACCESS,
)


def as_lupweb_error(
    error: ldap.LDAPError, doing: Text | str, *, secrets: tuple[str, ...] = ()
) -> DirectoryError:
    """Return what `error` is for lupweb, with a sentence for an administrator.

    :param doing: what failed, as the subject of the sentence: "Reading ou=people,dc=example"
    :param secrets: texts that must not be shown, although the server may repeat them
    """
    reply = server_text(error, secrets=secrets)
    kind, sentence = _meaning(error)
    return kind(_sentence(doing, sentence, reply))


def as_refused_sign_in(
    error: ldap.LDAPError, doing: Text | str, *, secrets: tuple[str, ...] = ()
) -> CredentialsRefused:
    """Return what one of `REFUSED_SIGN_INS` means as the answer to a bind."""
    reply = server_text(error, secrets=secrets)
    return CredentialsRefused(_sentence(doing, WRONG_NAME_OR_PASSWORD, reply))


def as_write_error(error: ldap.LDAPError, doing: Text | str) -> DirectoryError:
    """Return what `error` is for lupweb as the server's answer to a change.

    What is in neither table is a refusal: the server answered, and changed nothing.
    """
    code, reply = result_code(error), server_text(error)
    otherwise = (WriteRefused, UNEXPECTED[1])
    kind, sentence = MEANINGS_OF_CHANGES.get(code) or MEANINGS.get(type(error), otherwise)
    message = _sentence(doing, sentence, reply)
    is_final = kind in (WriteRefused, LimitExceeded)
    return WriteRefused(message, code=code, reply=reply) if is_final else kind(message)


def result_code(error: ldap.LDAPError) -> int:
    """Return the server's result code (RFC 4511); 0 or less if the error was found on this side."""
    said = error.args[0] if error.args else None
    return int(said.get("result", 0)) if isinstance(said, dict) else 0


def server_text(error: ldap.LDAPError, *, secrets: tuple[str, ...] = ()) -> str:
    """Return the server's own words: cleaned, one line, at most 200 characters, nothing secret.

    Empty if it said none, or if the error was found on this side (a negative code).
    """
    said = error.args[0] if error.args else None  # TIMEOUT and SERVER_DOWN may carry nothing
    if not isinstance(said, dict) or said.get("result", 0) < 0:
        return ""
    return cleaned_foreign_text(said.get("info", ""), secrets=secrets)


def cleaned_foreign_text(text: object, *, secrets: tuple[str, ...] = ()) -> str:
    """Return a text of a server so that it can stand in a message or a log line."""
    raw = str(text).replace("\x00", "")
    for secret in filter(None, secrets):
        raw = raw.replace(secret, MASK)
    try:
        line = clean_text(SECRET.sub(rf"\1\2{MASK}", raw))
    except InvalidValue:  # longer than any sentence
        return ""
    return line if len(line) <= MOST_FOREIGN_TEXT else line[: MOST_FOREIGN_TEXT - 1] + "…"


def known_sentences(message: str) -> list[str]:
    """Return those of our own sentences about servers that stand in a message, each once.

    For those to whom the rest of it, which may name people, must not be shown.
    """
    sentences = dict.fromkeys(str(sentence) for _kind, sentence in MEANINGS.values())
    return [sentence for sentence in sentences if sentence in message]


@contextmanager
def in_our_words(doing: Text | str, *, secrets: tuple[str, ...] = ()) -> Iterator[None]:
    """Turn what python-ldap raises inside the block into lupweb's errors."""
    try:
        yield
    except ldap.LDAPError as error:
        raise as_lupweb_error(error, doing, secrets=secrets) from error
    except (UnicodeDecodeError, PyAsn1Error) as error:  # a DN that is no text, a broken control
        raise as_lupweb_error(ldap.DECODING_ERROR(), doing) from error


def _meaning(error: ldap.LDAPError) -> tuple[type[DirectoryError], Text]:
    return MEANINGS.get(type(error), UNEXPECTED)


def _sentence(doing: Text | str, sentence: Text, reply: str) -> Text:
    if not reply:
        return _("%(doing)s failed. %(sentence)s", doing=doing, sentence=sentence)
    return _(
        "%(doing)s failed. %(sentence)s The server says: %(reply)s",
        doing=doing,
        sentence=sentence,
        reply=reply,
    )
