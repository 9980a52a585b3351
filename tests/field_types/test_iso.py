"""Languages and countries in the reader's language."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.field_types.iso import countries, languages
from lupweb.texts import speaking


@pytest.mark.parametrize("spoken", ["en", "de", "xx"])
def test_the_lists_are_those_of_iso(spoken: str) -> None:
    """ISO 3166-1 has 249 countries, ISO 639-1 has 183 languages."""
    assert len(countries(spoken)) == 249
    assert len(languages(spoken)) == 183


@pytest.mark.parametrize(
    ("key", "delivered", "stored"),
    [
        ("country", b"de", "DE"),
        ("country", b"DEU", "DE"),
        ("country", b"Germany", "DE"),
        ("country", b"\xc3\x96sterreich", "AT"),
        ("country", b"EU", "EU"),
        ("country", b"Atlantis", "Atlantis"),
        ("language", b"de-AT, en;q=0.5", "de"),
        ("language", b"pt_BR", "pt"),
        ("language", b"deu", "de"),
        ("language", b"Deutsch", "de"),
        ("language", b"Klingon", "Klingon"),
    ],
)
def test_codes_and_names_are_understood_and_others_kept(
    key: str, delivered: bytes, stored: str
) -> None:
    assert field_type(key).read([delivered]) == stored


def test_a_name_is_shown_in_the_readers_language_and_found_in_both() -> None:
    kind = field_type("country")

    with speaking("de"):
        assert kind.text("DE") == "Deutschland"
        assert kind.choices()[0].label == "Afghanistan"
    assert kind.text("DE") == "Germany"
    assert kind.words("DE") == "Germany Deutschland"
    assert kind.write("DE") == [b"DE"]


@pytest.mark.parametrize("key", ["country", "language"])
def test_what_is_on_no_list_is_refused_and_what_is_stored_stays(key: str) -> None:
    kind = field_type(key)

    assert kind.parse(["Atlantis"], "Atlantis") == "Atlantis"
    assert kind.choices("Atlantis")[-1].is_known is False
    with pytest.raises(InvalidValue, match="“Atlantis” is not on the list"):
        kind.parse(["Atlantis"])
