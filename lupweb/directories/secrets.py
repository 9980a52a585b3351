"""Bind passwords, encrypted at rest; the key stands outside the database."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lupweb.errors import InvalidSetting
from lupweb.texts import _


def lock(password: str, secret_key: str) -> bytes:
    """Return `password` encrypted."""
    return _cipher(secret_key).encrypt(password.encode())


def unlock(locked: bytes, secret_key: str) -> str:
    """Return the password that was locked.

    :raises InvalidSetting: if it was locked with another secret key
    """
    if not locked:
        return ""
    try:
        return _cipher(secret_key).decrypt(locked).decode()
    except InvalidToken as error:
        raise InvalidSetting(
            _(
                "The stored bind password was locked with another SECRET_KEY."
                " Bring the old key back, or enter the password again."
            )
        ) from error


def _cipher(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lupweb bind passwords")
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))
