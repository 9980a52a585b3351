"""“Test” of a source: the steps from a file, or an address, to people. Reads only."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain

from lupweb.database import end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.probe import probe
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.stamps import probe_pattern, recognised_pattern
from lupweb.directories.steps import Expected, Failure, Step, walked
from lupweb.profiles.layout import FieldLayout
from lupweb.sources.files import TryLater
from lupweb.sources.people import people_by_login
from lupweb.sources.xml_content import Content, Setting, read_file
from lupweb.texts import Text, _, ngettext

STEPS_OF_FILE = ("content", "people", "nodes")
NOT_FOR_VALUES = frozenset({"unique_id", "change_stamp", "groups"})
"""Steps of a directory that do not matter where only values are read."""
LISTED = 10


def check_file(asked: Setting) -> list[Step]:
    """Walk from the file to the people whom it means; nothing is changed."""
    test = _FileTest(asked)
    steps = [walked("content", test.content)]
    for name, walk in (("people", test.people), ("nodes", test.nodes)):
        if steps[0].ok:
            steps.append(walked(name, walk))
        else:
            steps.append(Step(name, ok=False, text=_("Not done: a step before it failed.")))
    return steps


def check_other(
    facts: DirectoryFacts,
    connect: Connect,
    fields: Iterable[FieldLayout],
    *,
    pattern: str,
    reads_changes: bool,
) -> list[Step]:
    """Walk from the address of the other LDAP to its people; asks it, call outside transactions.

    :param pattern: the Timestamp pattern; "": it is recognised
    :param reads_changes: whether it is to be asked for those who changed
    """
    expected = Expected({each.key: each.attribute for each in fields})
    steps = [each for each in probe(facts, connect, expected) if each.id not in NOT_FOR_VALUES]
    if reads_changes and all(each.ok for each in steps if each.id != "attributes"):
        steps.append(walked("pattern", lambda: _check_pattern(facts, connect, pattern)))
    return steps


def _check_pattern(facts: DirectoryFacts, connect: Connect, pattern: str) -> Text:
    with connect(facts.server) as session:
        session.bind(facts.bind_dn, facts.password)
        found = pattern or recognised_pattern(session, facts)
        probe_pattern(session, facts, found)
    return _("Changes can be asked for: %(pattern)s is understood.", pattern=found)


def _wait_for_nobody(_seconds: float) -> None:
    raise TryLater(_("The file was written a moment ago. Test it again in five seconds."))


@dataclass
class _FileTest:
    """One walk over the steps; a step remembers what the next ones need."""

    asked: Setting
    wait: Callable[[float], None] = _wait_for_nobody
    found: Content = field(default_factory=Content)

    def content(self) -> Text:
        """Read the file as an import would."""
        end_reading()
        self.found = read_file(self.asked, self.wait)
        return ngettext(
            "%(n)s person is in the file.",
            "%(n)s people are in the file.",
            self.found.seen,
        )

    def people(self) -> Text:
        """See how many of them are known here."""
        known = people_by_login(self.found.people)
        end_reading()
        count = sum(1 for id_ in known.values() if id_)
        left_out = self.found.nameless + sum(self.found.twice.values())
        left = ngettext(
            "%(n)s record is left out: without a user name, or of a login that stands there twice.",
            "%(n)s records are left out: without a user name, or of logins that stand there twice.",
            left_out,
        )
        if not count:
            raise Failure(
                _("Nobody in the file is known here."),
                _("Check the element of the user name: it holds what people sign in with."),
            )
        return _(
            "%(known)s of %(people)s are known here. %(left)s",
            known=count,
            people=len(self.found.people),
            left=left if left_out else "",
        )

    def nodes(self) -> Text:
        """See which of the nodes that fields ask for are there."""
        if not self.asked.fields:
            raise Failure(
                _("No field takes its values from the file."),
                _("Choose “XML file” as the source of a field, and name its node."),
            )
        there = Counter(chain.from_iterable(self.found.people.values()))
        missing = [each.attribute for each in self.asked.fields if not there[each.attribute]]
        if missing:
            raise Failure(
                _("Not in the file: %(nodes)s.", nodes=", ".join(missing[:LISTED])),
                _("Compare the nodes of these fields with the file; values stay until then."),
            )
        return ngettext(
            "The node of %(n)s field is there.",
            "The nodes of %(n)s fields are there.",
            len(self.asked.fields),
        )
