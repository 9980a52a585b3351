"""Read people from XML, as a stream: no document type, no entities, nothing from elsewhere.

Whoever writes the file may be anybody (hostile-input.md, T5): what is larger or deeper than any
honest file is refused, and with it the whole file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from lupweb.errors import InvalidValue
from lupweb.texts import _

DEEPEST = 32
MOST_ATTRIBUTES = 64
LONGEST_TEXT = 1_048_576
"""Characters of one value."""
LARGEST_TOKEN = 4 * 1_048_576
"""Bytes of one tag or comment: the parser keeps it until it ends."""
ENCODINGS = frozenset({"utf-8", "utf-16"})
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
AT_ONCE = 65_536


@dataclass(frozen=True)
class Tags:
    """The names of elements, as they stand in the file.

    :param user: what stands around each person
    :param login: inside it, around the user name
    :param nodes: inside it, around the values of fields
    """

    user: str
    login: str
    nodes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Record:
    """One person of the file.

    :param logins: what stands in the nodes of the user name, without empty ones
    :param texts: node -> what stands in each of this name, without empty ones
    """

    logins: Sequence[str]
    texts: Mapping[str, Sequence[str]]


def read_people(chunks: Iterable[bytes], tags: Tags) -> Iterator[Record]:
    """Yield the people of a file, in their order.

    :raises InvalidValue: if it is not well-formed, of another encoding, or larger than is allowed;
        what was yielded before is of no use then
    """
    reader: _Reader | None = None
    taken = 0
    for chunk in chunks:
        reader = reader or _Reader(tags, _encoding_of(chunk))
        taken += len(chunk)
        reader.feed(chunk, taken)
        yield from reader.take()
    if reader is None:
        raise InvalidValue(_("The file is empty."))
    reader.feed(b"", taken, is_last=True)
    yield from reader.take()


def _encoding_of(start: bytes) -> str:
    if start.startswith(UTF_16_MARKS):
        return "utf-16"
    if b"\0" in start[:4]:
        raise InvalidValue(
            _(
                "The file is written in an encoding that is not read. UTF-8 is, and UTF-16 with a"
                " byte order mark."
            )
        )
    return "utf-8"


@dataclass
class _Open:
    """A node whose text is being collected."""

    name: str
    depth: int
    parts: list[str] = field(default_factory=list)
    length: int = 0


class _Reader:
    """The handlers of one parser. An error that one of them raises ends the reading."""

    def __init__(self, tags: Tags, encoding: str) -> None:
        self._tags = tags
        self._collected = tags.nodes | {tags.login}
        self._depth = 0
        self._person_depth = 0
        self._texts: dict[str, list[str]] = {}
        self._open: list[_Open] = []
        self._finished: list[Record] = []
        # the encoding that the file declares is checked, and not followed
        self._parser = expat.ParserCreate(encoding)
        self._parser.buffer_text = True
        self._parser.ordered_attributes = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.XmlDeclHandler = _check_declaration
        self._parser.StartDoctypeDeclHandler = _refuse_document_type
        self._parser.EntityDeclHandler = _refuse_document_type
        self._parser.ExternalEntityRefHandler = _refuse_document_type
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes, taken: int, *, is_last: bool = False) -> None:
        """Parse the next piece.

        :param taken: bytes so far, with this piece
        """
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise InvalidValue(
                _(
                    "The file is not well-formed: %(why)s in line %(line)s.",
                    why=expat.ErrorString(error.code),
                    line=error.lineno,
                )
            ) from error
        if not is_last and taken - max(0, self._parser.CurrentByteIndex) > LARGEST_TOKEN:
            raise InvalidValue(
                _("The file has a tag of more than %(most)s bytes.", most=LARGEST_TOKEN)
            )

    def take(self) -> list[Record]:
        """Return the people who are complete since this was called last."""
        finished, self._finished = self._finished, []
        return finished

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InvalidValue(_("The file is deeper than %(most)s elements.", most=DEEPEST))
        if len(attributes) > 2 * MOST_ATTRIBUTES:
            raise InvalidValue(
                _("An element has more than %(most)s attributes.", most=MOST_ATTRIBUTES)
            )
        if not self._person_depth:
            if name == self._tags.user:
                self._person_depth, self._texts = self._depth, {}
        elif name in self._collected:
            self._open.append(_Open(name, self._depth))

    def _text(self, text: str) -> None:
        if not self._open:
            return
        node = self._open[-1]
        node.parts.append(text)
        node.length += len(text)
        if node.length > LONGEST_TEXT:
            raise InvalidValue(
                _(
                    "A value in “%(node)s” is longer than %(most)s characters.",
                    node=node.name,
                    most=LONGEST_TEXT,
                )
            )

    def _end(self, _name: str) -> None:
        if self._open and self._open[-1].depth == self._depth:
            node = self._open.pop()
            text = "".join(node.parts).strip()
            self._texts.setdefault(node.name, []).extend([text] if text else [])
        elif self._person_depth == self._depth:
            self._person_depth = 0
            self._finished.append(Record(self._texts.get(self._tags.login, ()), self._texts))
        self._depth -= 1


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise InvalidValue(
            _(
                "The file says that it is written in %(encoding)s. UTF-8 is read, and UTF-16 with a"
                " byte order mark.",
                encoding=encoding[:40],
            )
        )


def _refuse_document_type(*_said: Any) -> NoReturn:
    raise InvalidValue(
        _("The file has a document type (DOCTYPE) or entities. They are never read: take them out.")
    )
