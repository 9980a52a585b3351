"""What stands in the XML file: read and checked as a whole, before anybody is looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lupweb.errors import InvalidValue
from lupweb.options.service import options
from lupweb.people.names import fold_login
from lupweb.profiles.layout import FieldLayout, load_layout
from lupweb.profiles.sources import Source
from lupweb.sources.files import TryLater, Wait, opened
from lupweb.sources.people import fields_of
from lupweb.sources.reader import Record, Tags, read_people
from lupweb.sources.running import Refused
from lupweb.texts import _

MOST_PEOPLE = 500_000


@dataclass(frozen=True)
class Setting:
    """What is set up for the file."""

    folder: Path
    file: str
    tags: Tags
    fields: Sequence[FieldLayout]


@dataclass
class Content:
    """What stands in the file.

    :param people: folded login -> node -> texts
    :param twice: logins that stand there more than once, each with the number of its records
    :param nameless: records without a login, or with several
    """

    people: dict[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    twice: dict[str, int] = field(default_factory=dict)
    nameless: int = 0

    @property
    def seen(self) -> int:
        """Return how many records there are."""
        return len(self.people) + sum(self.twice.values()) + self.nameless

    def add(self, record: Record) -> None:
        """Take a record; the same login twice is nobody."""
        logins = {fold_login(login) for login in record.logins}
        if len(logins) != 1:
            self.nameless += 1
            return
        (login,) = logins
        if login in self.twice:
            self.twice[login] += 1
        elif self.people.pop(login, None) is not None:
            self.twice[login] = 2
        else:
            self.people[login] = record.texts


def setting(folder: Path) -> Setting:
    """Return what is set up; a handful of queries.

    :raises Refused: if no file is
    """
    chosen = options()
    if not chosen["xml_file"]:
        raise Refused(_("No XML file is set up. Name one under Other sources."))
    fields = fields_of(load_layout(chosen["phone_region"]), Source.XML)
    nodes = frozenset(each.attribute for each in fields)
    tags = Tags(chosen["xml_user_tag"], chosen["xml_username_tag"], nodes)
    return Setting(folder, chosen["xml_file"], tags, fields)


def read_file(asked: Setting, wait: Wait) -> Content:
    """Read the whole file, and check it.

    :raises Refused: if it cannot be read, or says nothing of anybody
    """
    content = Content()
    try:
        with opened(asked.folder, asked.file, wait) as chunks:
            for record in read_people(chunks, asked.tags):
                content.add(record)
                if content.seen > MOST_PEOPLE:
                    raise InvalidValue(_("The file has more than %(n)s people.", n=MOST_PEOPLE))
    except (InvalidValue, TryLater) as error:
        raise Refused(_("%(why)s Stored values stay.", why=error.message)) from error
    if not content.seen:
        raise Refused(
            _(
                "The file has no “%(tag)s”: nobody is in it. Stored values stay. Check the file,"
                " and the name of the element around each person.",
                tag=asked.tags.user,
            )
        )
    if content.nameless == content.seen:
        raise Refused(
            _(
                "Nobody in the file has one “%(tag)s”, so nobody is known by a user name. Stored"
                " values stay. Check the name of the element with the user name.",
                tag=asked.tags.login,
            )
        )
    return content
