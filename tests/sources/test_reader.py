"""XML from anybody: read as a stream, or refused as a whole (hostile-input.md B60 to B64)."""

from collections.abc import Iterator

import pytest

from lupweb.errors import InvalidValue
from lupweb.sources import reader
from lupweb.sources.reader import Record, Tags, read_people

TAGS = Tags("person", "login", frozenset({"phone", "room"}))
HEAD = "<?xml version='1.0' encoding='{}'?>"
ADA = (
    "<people><person><login>ada</login><phone>+49 &amp; <b>6</b>11</phone><room/></person></people>"
)
LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY a 'lol'>"
    + "".join(
        f"<!ENTITY {new} '{f'&{old};' * 10}'>"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><people><person><login>&i;</login></person></people>"
)
EXTERNAL = (
    "<!DOCTYPE p [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    "<people><person><login>&x;</login></person></people>"
)


def read(content: str | bytes, size: int = 65_536) -> list[Record]:
    return list(read_people(pieces(content, size), TAGS))


def pieces(content: str | bytes, size: int) -> Iterator[bytes]:
    raw = content.encode() if isinstance(content, str) else content
    return (raw[start : start + size] for start in range(0, len(raw), size))


def having(attributes: int) -> str:
    named = " ".join(f"b{number}='1'" for number in range(attributes))
    return f"<a {named}/>"


def ada() -> list[Record]:
    return [Record(["ada"], {"login": ["ada"], "phone": ["+49 & 611"], "room": []})]


@pytest.mark.parametrize(
    "content",
    [
        ADA.encode(),
        (HEAD.format("UTF-8") + ADA).encode(),
        (HEAD.format("utf-8") + ADA).encode("utf-8-sig"),
        (HEAD.format("UTF-16") + ADA).encode("utf-16"),
        b"\xfe\xff" + (HEAD.format("utf-16") + ADA).encode("utf-16-be"),
    ],
)
@pytest.mark.parametrize("size", [4, 17, 65_536])
def test_people_are_read_in_utf_8_and_in_utf_16_with_a_mark(content: bytes, size: int) -> None:
    assert read(content, size) == ada()


@pytest.mark.parametrize(
    "content",
    [
        (HEAD.format("ISO-8859-1") + ADA).encode(),
        (HEAD.format("windows-1252") + ADA).encode(),
        (HEAD.format("UTF-16") + ADA).encode("utf-16-le"),
        ADA.encode("utf-16-be"),
        ADA.encode("utf-32"),
        (HEAD.format("UTF-7") + ADA).encode("utf-7"),
        ADA.replace("ada", "ä").encode("latin-1"),
        b"",
    ],
)
def test_b62_every_other_encoding_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidValue):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        EXTERNAL,
        "<!DOCTYPE p SYSTEM 'http://127.0.0.1:9/p.dtd'>" + ADA,
        "<!DOCTYPE p [<!ENTITY % q SYSTEM 'http://127.0.0.1:9/q'> %q;]>" + ADA,
        "<!DOCTYPE people>" + ADA,
    ],
)
def test_b60_a_document_type_is_never_read(content: str) -> None:
    with pytest.raises(InvalidValue, match="DOCTYPE"):
        read(content)


def test_b60_nothing_is_included_from_elsewhere() -> None:
    included = "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>"

    found = read(f"<people><person><login>ada</login><room>{included}</room></person></people>")

    assert found == [Record(["ada"], {"login": ["ada"], "room": []})]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<people><person><login>ada</login>", "not well-formed"),
        ("<people></person>", "not well-formed"),
        ("<people>&nbsp;</people>", "not well-formed"),
        (ADA + ADA, "not well-formed"),
        ("<people>\x01</people>", "not well-formed"),
        ("<a>" * 33, "deeper than 32"),
        (having(65), "more than 64 attributes"),
    ],
)
def test_b61_b62_what_is_broken_or_out_of_all_measure_is_refused(content: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        read(content)


def test_what_is_just_allowed_is_read() -> None:
    assert read("<a>" * 32 + "</a>" * 32) == []
    assert read(having(64)) == []


def test_a_value_a_tag_and_a_comment_have_a_longest_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "LONGEST_TEXT", 100)
    monkeypatch.setattr(reader, "LARGEST_TOKEN", 1_000)
    long = "x" * 101

    with pytest.raises(InvalidValue, match="longer than 100"):
        read(f"<a><person><room>{long}</room></person></a>")
    assert read(f"<a>{long * 100}<person>{long}</person></a>", 64) == [Record((), {})]
    for endless in ("<!--" + long * 20, f"<a b='{long * 20}", f"<?a {long * 20}"):
        with pytest.raises(InvalidValue, match="more than 1000 bytes"):
            read(endless, 64)


def test_a_node_counts_inside_a_person_only_and_as_often_as_it_is_there() -> None:
    content = """<company><room>9</room><person>
        <contact><phone> 1 </phone></contact><phone>2</phone><phone/><login>ada</login>
        <report><person><login>ben</login></person></report>
    </person></company>"""

    assert read(content) == [Record(["ada", "ben"], {"login": ["ada", "ben"], "phone": ["1", "2"]})]
