"""The company, for programs with the session of a browser."""

from tests.blueprints.admin.conftest import admin, as_person, company

__all__ = ["admin", "as_person", "company"]
