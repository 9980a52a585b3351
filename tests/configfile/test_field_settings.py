"""What a field's type can be told in the file, and what it refuses."""

import pytest

from lupweb.configfile.document import read_document
from lupweb.configfile.faults import InvalidConfiguration
from lupweb.configfile.field_settings import stored_options, written_options
from lupweb.configfile.stored import untouched_setup
from lupweb.configfile.wanted import wanted_setup

FIELD = '[[fields]]\nkey = "x"\ncategory = "work"\n'


def _faults(text: str) -> str:
    with pytest.raises(InvalidConfiguration) as refused:
        wanted_setup(read_document(text), untouched_setup())
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ('type = "multiline"\nsettings = { postal_address = true }', {"postal_address": True}),
        ('type = "multiline"\nsettings = { postal_address = false }', {}),
        ('type = "number"\nsettings = { maximum = 12 }', {"maximum": 12}),
        ('type = "multi_select"\noptions = ["One", "Two"]', {"choices": ["One", "Two"]}),
        (
            'type = "dependent"\noptions = ["HR* -> HR"]\n[fields.settings]\nsource = "department"',
            {"source": "department", "choices": ["HR* -> HR"]},
        ),
    ],
)
def test_lines_and_settings_are_stored_together_and_written_apart(
    written: str, stored: dict[str, object]
) -> None:
    wanted = wanted_setup(read_document(FIELD + written), untouched_setup())
    entry = wanted.setup["fields"]["x"]

    assert stored_options(entry) == stored
    again = {**entry, **written_options(entry["type"], stored)}
    assert stored_options(again) == stored


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (
            'type = "number"\nsettings = { maximun = 1 }',
            "fields.x.settings, line 5: This type has no setting “maximun”. Is “maximum” meant?",
        ),
        ('type = "email"\nsettings = { a = 1 }', "This type has no settings; take “a” out."),
        ('settings = "x"', "fields.x.settings, line 4: A table is expected here"),
        (
            'type = "dependent"\nsettings = { source = "department" }\noptions = ["HR"]',
            "fields.x.options, line 6: “HR” is no rule.",
        ),
        (
            'type = "dependent"\noptions = ["HR -> x"]',
            "fields.x.settings, line 1: Name the field that it follows",
        ),
        (
            'type = "dependent"\nsettings = { source = "gone" }',
            "fields.x.settings, line 5: There is no field “gone”.",
        ),
        (
            'type = "dependent"\nsettings = { source = "x" }',
            "“x” is made of other fields itself.",
        ),
        (
            'type = "cascade_select"\noptions = ["eu"]',
            "fields.x.options, line 5: Line 1 is no way through a tree.",
        ),
        ('type = "email"\nfacet = true', "A field of the type email is no filter."),
        (
            'type = "cascade_select"\nsource = "ldap"\nattribute = "l"\nwrite_back = true',
            "The type cascade_select is never saved to LDAP.",
        ),
        (
            'type = "dependent"\nsettings = { source = "im" }\nsource = "ldap"\nattribute = "l"',
            "This field fills itself from others; leave its source out.",
        ),
        ('type = "email"\ndefault = "nobody"', "fields.x.default, line 5: This is no mail addr"),
        ('pattern = "(a)\\\\1"', "fields.x.pattern, line 4: This "),
    ],
)
def test_what_a_type_cannot_be_told_is_said_with_its_line(written: str, fault: str) -> None:
    assert fault in _faults(FIELD + written)
