"""Local passwords, hashed with argon2."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lupweb.errors import InvalidValue
from lupweb.texts import _

SHORTEST = 8
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return a hash to keep.

    :raises InvalidValue: if the password has fewer than 8 characters
    """
    if len(password) < SHORTEST:
        raise InvalidValue(_("A password needs at least %(least)s characters.", least=SHORTEST))
    return _hasher.hash(password)


def fits(password: str, kept: str) -> bool:
    """Return whether `password` is the one of which `kept` is the hash."""
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def work_in_vain(password: str) -> None:
    """Spend on a name that is nobody's what `fits` spends on a real one (hostile-input.md B11)."""
    _hasher.hash(password)
