"""Where the value of a field may come from. Pure."""

from enum import StrEnum


class Source(StrEnum):
    """Where a field's value comes from (product.md section 2)."""

    USER = "user"
    LDAP = "ldap"
    LDAP_ONLY = "ldap_only"
    ALTERNATIVE_LDAP = "alternative_ldap"
    XML = "xml"

    @property
    def is_directory(self) -> bool:
        """Return whether the directories where people sign in fill the field."""
        return self in {Source.LDAP, Source.LDAP_ONLY}
