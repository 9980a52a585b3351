"""What tells the people of a directory apart stays, once they are known by it."""

import pytest

from lupweb.configfile.faults import InvalidConfiguration
from tests.configfile.files import DIRECTORY, applied, previewed
from tests.factories import a_connection, a_run, an_entry
from tests.fakes import FakeDirectory

pytestmark = pytest.mark.usefixtures("in_app")


def test_what_tells_people_apart_is_changed_by_no_file_once_they_are_known(
    directory: FakeDirectory,
) -> None:
    keyed = f'{DIRECTORY}additional_user_dn = "ou=people"\nid_attribute = "uid"\n'
    an_entry(directory, "ada", "Ada")
    a_connection(directory)
    applied(keyed)
    applied(keyed.replace('"uid"', '""'))
    a_run(directory)

    with pytest.raises(InvalidConfiguration) as refused:
        previewed(keyed)

    assert "directories.main.id_attribute, line 10: People of “main” are" in str(refused.value)
    assert previewed(keyed.replace('"uid"', '""')).comparison.is_empty


def test_what_not_everybody_may_see_tells_nobody_apart() -> None:
    groups = '[[groups]]\nkey = "hr"\nname = "HR"\n'
    field = (
        '[[fields]]\nkey = "pay"\ncategory = "work"\nsource = "ldap"\nattribute = "employeeType"\n'
    )
    keyed = f'{DIRECTORY}id_attribute = "EmployeeType"\n{groups}{field}'

    assert not previewed(keyed).comparison.is_empty
    with pytest.raises(InvalidConfiguration, match="Not everybody may see the field that"):
        previewed(f'{keyed}visible_to = ["hr"]\n')
