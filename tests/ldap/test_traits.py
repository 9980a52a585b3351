"""What servers say about themselves: the contract of traits() and who_am_i()."""

from lupweb.ldap.dn import fold_dn
from lupweb.ldap.session import Directory
from tests.ldap.company import READER_DN, SUFFIX
from tests.ldap.conftest import Company


def test_a_server_says_what_it_is(company: Company, directory: Directory) -> None:
    traits = directory.traits()
    is_ad = company.is_active_directory

    assert traits.pages
    assert traits.says_who_am_i is not is_ad
    assert traits.unique_id_attribute == ("objectGUID" if is_ad else "entryUUID")
    assert traits.stamp_attribute == ("uSNChanged" if is_ad else "entryCSN")
    assert SUFFIX in [fold_dn(context) for context in traits.naming_contexts]


def test_b06_a_server_says_whom_it_takes_us_for_if_it_can(
    company: Company, directory: Directory
) -> None:
    said = directory.who_am_i()

    if company.is_active_directory:
        assert said is None
    else:
        assert fold_dn(said or "") == fold_dn(READER_DN)


def test_b06_a_stranger_is_nobody(company: Company) -> None:
    with company.connect() as directory:
        assert not directory.who_am_i()


def test_a_connection_says_which_server_answers(company: Company) -> None:
    directory = company.signed_in()
    assert str(directory.connected_uri).startswith("ldap")

    directory.close()
    assert directory.connected_uri is None


def test_the_schema_knows_attributes_whatever_the_case(directory: Directory) -> None:
    schema = directory.traits().schema

    assert schema.knows("MAIL")
    assert schema.knows("description;lang-de")
    assert not schema.knows("telephonNumber")
    assert schema.nearest("telephonNumber") == "telephoneNumber"
    assert schema.nearest("###") is None
    assert schema.is_single_valued("displayname")


def test_the_schema_knows_attributes_by_all_their_names(
    company: Company, directory: Directory
) -> None:
    """Active Directory has one name for each, and one telephone number for a person."""
    schema = directory.traits().schema

    assert schema.knows("rfc822mailbox") is not company.is_active_directory
    assert schema.is_single_valued("telephoneNumber") is company.is_active_directory
