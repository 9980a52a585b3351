"""Attributes that never become a field (hostile-input.md B104)."""

import pytest

from lupweb.directories.attributes import is_never_read


@pytest.mark.parametrize(
    "name", ["userPassword", "USERPASSWORD;x-foo", "memberUid", "unicodePwd", "2.5.4.35"]
)
def test_b104_secrets_and_rights_are_never_read(name: str) -> None:
    assert is_never_read(name)


@pytest.mark.parametrize("name", ["mail", "telephoneNumber", "cn;lang-de", "2.5.4.20", "manager"])
def test_what_people_tell_about_themselves_is(name: str) -> None:
    assert not is_never_read(name)
