"""The Timestamp pattern of a directory: recognised, and an own one tried in both halves."""

import pytest

from lupweb.directories.service import DirectoryFacts
from lupweb.directories.stamps import probe_pattern, recognised_pattern
from lupweb.errors import InvalidValue
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory
from tests.ldap.company import PEOPLE
from tests.ldap.conftest import Company


@pytest.fixture
def facts() -> DirectoryFacts:
    return DirectoryFacts(
        id=1,
        key="main",
        server=Server(("ldap://127.0.0.1",), Tls.NONE),
        bind_dn="",
        password="",
        user_base_dn=PEOPLE,
        user_filter="(uid=*)",
        login_attribute="uid",
        name_attribute="cn",
        email_attribute="mail",
    )


def test_the_recognised_pattern_passes_its_own_probe(
    directory: Directory, facts: DirectoryFacts
) -> None:
    """B84: each server recognises its own stamps."""
    probe_pattern(directory, facts, recognised_pattern(directory, facts))


def test_a_pattern_with_which_nobody_is_found_is_refused(
    directory: Directory, company: Company, facts: DirectoryFacts
) -> None:
    """OpenLDAP answers a time that it cannot read with nobody, and calls it a success."""
    with pytest.raises(InvalidValue, match="Leave the pattern empty") as refused:
        probe_pattern(directory, facts, "yyyy-MM-dd'T'HH:mm:ss")

    if not company.is_active_directory:
        assert "does not find an entry by its own stamp" in str(refused.value)


def test_a_pattern_with_which_everybody_is_found_is_refused(
    company_of_samba: Company, facts: DirectoryFacts
) -> None:
    """Measured on Samba 4.17: with a time that it cannot read it gives everybody."""
    refused = pytest.raises(InvalidValue, match="even when asked for later ones only")
    with company_of_samba.signed_in() as directory, refused:
        probe_pattern(directory, facts, "yyyyMMddHHmmss'Z'")


def test_a_pattern_that_is_none_is_refused_by_its_form(
    directory: Directory, facts: DirectoryFacts
) -> None:
    with pytest.raises(InvalidValue, match="time pattern"):
        probe_pattern(directory, facts, "yyyyMMddHHmmss'Z")


def test_a_base_without_anybody_cannot_be_tried_and_says_so(
    directory: Directory, facts: DirectoryFacts
) -> None:
    nobody = DirectoryFacts(**{**vars(facts), "user_filter": "(uid=nobody-at-all)"})

    with pytest.raises(InvalidValue, match="Nobody is found"):
        probe_pattern(directory, nobody, "yyyyMMddHHmmss'Z'")
