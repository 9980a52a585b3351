"""A person who may be changed, in every kind of directory."""

from collections.abc import Iterator

import pytest

from lupweb.ldap.session import Directory
from tests.ldap.writing.people import Writable, a_fake, in_samba, in_slapd


@pytest.fixture(params=["fake-assertion", "fake-values", "slapd", "slapd-values", "samba"])
def writable(request: pytest.FixtureRequest) -> Iterator[Writable]:
    """A person with an odd name, who may be changed, in each kind of directory."""
    kind = request.param
    if kind.startswith("fake"):
        opened = a_fake(kind)
    elif kind == "samba":
        opened = in_samba(request.getfixturevalue("samba"))
    else:
        opened = in_slapd(kind, request.getfixturevalue("slapd"))
    with opened as person:
        yield person


@pytest.fixture
def directory(writable: Writable) -> Iterator[Directory]:
    """A connection of an account that may write what the tests write."""
    with writable.signed_in() as connection:
        yield connection
