"""Values that name a person: in which form they are compared, and whom they name when stored."""

from dataclasses import dataclass
from functools import lru_cache

from lupweb.ldap.dn import folded_dn
from lupweb.people.names import fold_login


@dataclass(slots=True)
class Reference:
    """One value that names a person.

    :param value: as it was delivered; "" if there is none any more
    :param key: the form that is compared: a folded DN, or a folded login or mail address
    :param referred_id: whom it names, as far as that is known already
    """

    field_id: int
    value: str
    key: str
    is_dn: bool
    referred_id: int | None = None


def reference(field_id: int, value: str) -> Reference:
    """Return what a value of this field says; whom it names is settled later."""
    key, is_dn = _compared(value)
    return Reference(field_id, value, key, is_dn)


@lru_cache(maxsize=4_096)  # a manager has several people
def _compared(value: str) -> tuple[str, bool]:
    folded = folded_dn(value)
    return (folded, True) if folded else (fold_login(value), False)
