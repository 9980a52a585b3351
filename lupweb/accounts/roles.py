"""What an account may do."""

from enum import StrEnum


class Role(StrEnum):
    """From the least to the most that an account may do."""

    EMPLOYEE = "employee"
    ADMINISTRATOR = "administrator"
    SYSTEM_ADMINISTRATOR = "system_administrator"

    @property
    def is_administrator(self) -> bool:
        """Return whether this role administers the site."""
        return self is not Role.EMPLOYEE
