"""A person as a vCard and as a QR code."""

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from lupweb.exports.contacts import Contact, Further, kind_of_number, name_parts
from lupweb.exports.qr import qr_svg, small_card
from lupweb.exports.vcard import vcard
from lupweb.profiles.content_lines import escaped
from lupweb.search.folding import fold

INES = Contact(
    uid="urn:uuid:0b5d6200-0000-5000-8000-000000000001",
    login="ines",
    name="Ines Moreira",
    given="Ines",
    family="Moreira",
    email="ines@example.com",
    phone="040 5550214",
    phone_href="tel:+49-40-5550214",
    chat="@ines",
    chat_href="",
    website="https://example.com/ines",
    position="Engineer, firmware",
    department="R&D; boats",
    location="Porto",
    manager="Leila Haddadi",
    changed_at=datetime(2026, 11, 3, 14, 15, tzinfo=UTC),
)
HOSTILE = "a\r\nEND:VCARD\nTEL:666;x,y\\z\u2028b\0\x1b[31m\x85c\ud800"
LONGEST_QR_SIDE = 85  # version 17


def unfolded(card: bytes) -> list[str]:
    return card.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_vcard_holds_what_is_known() -> None:
    assert unfolded(vcard(INES)) == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:individual",
        "UID:urn:uuid:0b5d6200-0000-5000-8000-000000000001",
        "REV:20261103T141500Z",
        "FN:Ines Moreira",
        "N:Moreira;Ines;;;",
        "EMAIL;TYPE=work:ines@example.com",
        'TEL;VALUE=uri;TYPE="work,voice":tel:+49-40-5550214',
        "SOCIALPROFILE;SERVICE-TYPE=chat;VALUE=text:@ines",
        "URL;TYPE=work:https://example.com/ines",
        "TITLE:Engineer\\, firmware",
        "ORG:R&D\\; boats",
        "ADR;TYPE=work:;;;Porto;;;",
        "RELATED;TYPE=co-worker;VALUE=text:Leila Haddadi",
        "END:VCARD",
    ]


def test_what_is_not_known_has_no_line() -> None:
    fields = ("email", "phone", "phone_href", "chat", "website", "position", "department")
    nothing = replace(INES, location="", manager="", **dict.fromkeys(fields, ""))

    assert unfolded(vcard(nothing))[5:] == ["FN:Ines Moreira", "N:Moreira;Ines;;;", "END:VCARD"]


def test_an_organisation_stands_before_its_department_and_leaves_no_empty_line() -> None:
    def organisation(**said: str) -> list[str]:
        return [each for each in unfolded(vcard(replace(INES, **said))) if each.startswith("ORG")]

    assert organisation(company="Nord; Hafen") == ["ORG:Nord\\; Hafen;R&D\\; boats"]
    assert organisation(company="Nord", department="") == ["ORG:Nord"]
    assert organisation(department="") == []


def test_a_mobile_a_fax_and_a_private_number_are_told_apart_by_attribute_or_key() -> None:
    kinds = {
        ("cell_phone", "Mobile"): "cell", ("mobile", ""): "cell", ("x", "homePhone"): "home",
        ("home_phone", ""): "home", ("fax", "facsimileTelephoneNumber"): "fax",
        ("pager", ""): "pager", ("second", "otherTelephone"): "phone",
    }  # fmt: skip
    others = [Further(kind, "x", "tel:+49-171-1") for kind in dict.fromkeys(kinds.values())]

    found = [kind_of_number(attribute, key) for key, attribute in kinds]
    (card,) = vobject.readComponents(vcard(replace(INES, others=others)).decode())

    assert found == list(kinds.values())
    told = [each.params["TYPE"] for each in card.contents["tel"]]
    assert told[1:] == [["cell"], ["home"], ["fax"], ["pager"], ["work"]]


def test_a_number_that_cannot_be_dialled_is_told_as_text() -> None:
    card = vcard(replace(INES, phone="ext. 214, ask", phone_href=""))

    assert "TEL;VALUE=text;TYPE=work:ext. 214\\, ask" in unfolded(card)


def test_b42_no_value_begins_a_property_of_its_own() -> None:
    fields = ("name", "given", "family", "phone", "chat", "position", "department", "location")
    card = vcard(replace(INES, phone_href="", manager=HOSTILE, **dict.fromkeys(fields, HOSTILE)))

    lines = unfolded(card)
    assert [line.split(":")[0].split(";")[0] for line in lines] == [
        "BEGIN", "VERSION", "KIND", "UID", "REV", "FN", "N", "EMAIL", "TEL", "SOCIALPROFILE",
        "URL", "TITLE", "ORG", "ADR", "RELATED", "END",
    ]  # fmt: skip
    assert "FN:a\\nEND:VCARD\\nTEL:666\\;x\\,y\\\\z\\nb[31m\\nc" in lines
    assert not any(sign in card for sign in (b"\0", b"\x1b", b"\xc2\x85"))


@given(st.text(max_size=300))
def test_lines_are_folded_at_75_octets_and_no_character_is_cut(text: str) -> None:
    card = vcard(replace(INES, position=text, photo=b"\xff\xd8" * 200))

    physical = card.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    assert all(line.decode() for line in physical)
    if text:
        assert f"TITLE:{escaped(text)}" in unfolded(card) or not escaped(text)


def test_a_picture_travels_inside_the_card() -> None:
    card = vcard(replace(INES, photo=b"\xff\xd8\xff"))

    assert "PHOTO:data:image/jpeg;base64,/9j/" in unfolded(card)


@pytest.mark.parametrize(
    ("surname", "name", "parts"),
    [
        ("Moreira", "Ines Moreira", ("Ines", "Moreira")),
        ("de Vries", "Fenna de Vries", ("Fenna", "de Vries")),
        ("Moreira", "Moreira, Ines", ("Ines", "Moreira")),
        ("Nagy", "Nagy Eszter", ("Eszter", "Nagy")),
        ("Özgür", "Ben OZGUR", ("Ben", "OZGUR")),
        ("", "Ben Özgür", ("Ben", "Özgür")),
        ("Else", "Ben Özgür", ("Ben", "Özgür")),
        ("", "王", ("", "王")),
    ],
)
def test_the_family_name_is_the_one_of_the_directory(
    surname: str, name: str, parts: tuple[str, str]
) -> None:
    assert name_parts(name, fold(f"{surname} {name}").strip()) == parts


def test_a_qr_code_holds_what_is_needed_to_call_and_to_write() -> None:
    assert small_card(INES).splitlines() == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:Moreira;Ines",
        "FN:Ines Moreira",
        "TEL;TYPE=WORK:040 5550214",
        "EMAIL:ines@example.com",
        "ORG:R&D\\; boats",
        "TITLE:Engineer\\, firmware",
        "URL:https://example.com/ines",
        "END:VCARD",
    ]


def test_b42_no_value_begins_a_line_of_the_qr_code() -> None:
    fields = ("name", "given", "family", "phone", "position", "department")

    lines = small_card(replace(INES, **dict.fromkeys(fields, HOSTILE))).splitlines()

    assert 8 <= len(lines) <= 10
    assert not any(line.startswith(("TEL:", "END:VCARD\\")) for line in lines)


def test_a_qr_code_stays_readable_however_long_the_values_are() -> None:
    long = dict.fromkeys(("name", "given", "family", "phone", "position", "department"), "ü" * 9999)
    far = {"email": f"{'a' * 60}@example.com", "website": f"https://example.com/{'x' * 2000}"}

    drawing = ET.fromstring(qr_svg(replace(INES, **long, **far)))  # noqa: S314 our own drawing

    side = int(drawing.attrib["viewBox"].split()[-1])
    assert side <= LONGEST_QR_SIDE + 8
    assert {child.tag.rpartition("}")[2] for child in drawing} == {"path"}


def test_a_qr_code_is_dark_on_light_in_every_theme() -> None:
    drawing = qr_svg(INES).decode()

    assert "#fff" in drawing
    assert "#000" in drawing
    assert "style" not in drawing
