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
