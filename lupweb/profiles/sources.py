"""Where the value of a field may come from. Pure."""

from enum import StrEnum


class Source(StrEnum):
    """Where a field's value comes from (product.md section 2)."""

    USER = "user"
    LDAP = "ldap"
    LDAP_ONLY = "ldap_only"

    @property
    def is_directory(self) -> bool:
        """Return whether a synchronization fills the field."""
        return self is not Source.USER
