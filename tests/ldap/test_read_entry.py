"""What a server sends back with a change is read as pyasn1 reads it, or not at all."""

from hypothesis import given
from hypothesis import strategies as st
from ldap.controls.readentry import PostReadControl
from pyasn1.codec.ber import encoder
from pyasn1_modules.rfc2251 import SearchResultEntry

from lupweb.ldap.read_entry import asking_back, entry_in

TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)
VALUES = st.lists(st.binary(max_size=300), max_size=3)
ENTRIES = st.tuples(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=4))


def encoded(dn: str, attributes: dict[str, list[bytes]]) -> bytes:
    entry = SearchResultEntry()
    entry["objectName"] = dn.encode()
    entry["attributes"].clear()
    for place, (name, values) in enumerate(attributes.items()):
        entry["attributes"][place]["type"] = name.encode()
        entry["attributes"][place]["vals"].clear()
        entry["attributes"][place]["vals"].extend(values)
    return bytes(encoder.encode(entry))


@given(ENTRIES)
def test_an_entry_is_read_as_it_was_written(entry: tuple[str, dict[str, list[bytes]]]) -> None:
    found = entry_in(encoded(*entry))

    assert found is not None
    assert (found.dn, found.attributes) == entry


def test_lengths_of_every_size_are_read() -> None:
    for size in (0, 127, 128, 255, 256, 70_000):
        found = entry_in(encoded("cn=a", {"photo": [b"x" * size]}))
        assert found is not None
        assert found.first("photo") == b"x" * size


@given(ENTRIES, st.data())
def test_what_is_cut_off_is_no_entry(
    entry: tuple[str, dict[str, list[bytes]]], data: st.DataObject
) -> None:
    whole = encoded(*entry)
    end = data.draw(st.integers(0, len(whole) - 1))

    assert entry_in(whole[:end]) is None


@given(st.binary(max_size=100))
def test_no_bytes_break_the_reading(noise: bytes) -> None:
    found = entry_in(noise)

    assert found is None or isinstance(found.dn, str)


def test_the_question_is_that_of_the_library() -> None:
    names = ("telephoneNumber", "entryCSN")
    control = asking_back(names)

    assert control.criticality
    assert control.controlType == PostReadControl.controlType
    assert control.encodeControlValue() == PostReadControl(True, [*names]).encodeControlValue()
