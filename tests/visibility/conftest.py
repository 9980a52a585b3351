"""The same small company as in the tests of pages."""

from tests.blueprints.conftest import as_admin, as_person, company

__all__ = ["as_admin", "as_person", "company"]
