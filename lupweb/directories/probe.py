"""“Test connection”: the steps from an address to a person, each with its time.

Nothing that the server says stands in the result, only what became of it (hostile-input.md B21).
"""

from collections.abc import Sequence
from contextlib import ExitStack

from lupweb.directories.connect import Connect
from lupweb.directories.keys import told_key
from lupweb.directories.nesting import NestedGroups, chain_works
from lupweb.directories.reach import answering, certificate_end
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.steps import Expected, Failure, Step, own_words, walked
from lupweb.errors import (
    CredentialsRefused,
    DirectoryRefused,
    DirectoryUnavailable,
    EntryNotFound,
    LupwebError,
)
from lupweb.ldap.connection import Tls
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, given
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.session import Directory as LdapSession
from lupweb.ldap.timestamps import read_generalized_time
from lupweb.texts import Text, _, ngettext

PAGE = 500
MOST_PAGES = 10
CONNECTING = ("reach", "tls", "sign_in", "base")
STEPS = (*CONNECTING, "people", "unique_id", "change_stamp", "attributes", "groups")
OF_PEOPLE = frozenset({"unique_id", "change_stamp"})
LISTED = 10


def probe(facts: DirectoryFacts, connect: Connect, expected: Expected) -> list[Step]:
    """Walk all steps; one that needs a failed one is not done. Asks the directory, reads only."""
    found: dict[str, Step] = {}
    with ExitStack() as stack:
        test = _Test(facts, connect, expected, stack)
        for name in STEPS:
            needed = [*CONNECTING, "people"] if name in OF_PEOPLE else [*CONNECTING]
            if all(found[other].ok for other in needed if other in found):
                found[name] = walked(name, getattr(test, name))
            else:
                found[name] = Step(name, ok=False, text=_("Not done: a step before it failed."))
    return list(found.values())


class _Test:
    """One walk over the steps; a step remembers what the next ones need."""

    def __init__(
        self, facts: DirectoryFacts, connect: Connect, expected: Expected, stack: ExitStack
    ) -> None:
        self._facts = facts
        self._connect = connect
        self._expected = expected
        self._stack = stack
        self._session: LdapSession
        self._refused: LupwebError | None = None
        self._first_uri = ""
        self._people: list[Entry] = []

    @property
    def _traits(self) -> ServerTraits:
        return self._session.traits()

    def reach(self) -> Text:
        """See who accepts a connection at all."""
        server = self._facts.server
        found = answering(server)
        if not found:
            raise Failure(
                _("Nobody answers at %(uris)s.", uris=", ".join(server.uris)),
                _("Check name and port, that the server runs, and the firewall between."),
            )
        self._first_uri = found[0]
        silent = [uri for uri in server.uris if uri not in found]
        if silent:
            return _(
                "%(found)s answers; %(silent)s does not.",
                found=", ".join(found),
                silent=", ".join(silent),
            )
        return _("%(found)s answers.", found=", ".join(found))

    def tls(self) -> Text:
        """Connect; the sign-in goes along with it and is told in the next step."""
        server = self._facts.server
        self._session = self._stack.enter_context(self._connect(server))
        try:
            self._session.bind(self._facts.bind_dn, self._facts.password)
        except CredentialsRefused as error:
            self._refused = error
        except DirectoryUnavailable as error:
            if server.tls is not Tls.NONE:
                raise
            self._refused = error
        except DirectoryRefused as error:
            raise Failure(
                own_words(error), _("Set tls, or the CA file, as the server needs it.")
            ) from error
        if server.tls is Tls.NONE:
            return _("Without encryption: the server is on this machine, or it was allowed.")
        end = certificate_end(server, self._first_uri)
        if end is None:
            return _("Encrypted, and the certificate is accepted.")
        return _("Encrypted; the certificate is valid until %(day)s.", day=f"{end:%Y-%m-%d}")

    def sign_in(self) -> Text:
        """Say whether the service account was accepted."""
        if isinstance(self._refused, DirectoryUnavailable):
            raise self._refused
        if self._refused is not None:
            raise Failure(
                _("The server does not accept the bind DN and its password."),
                _("Check both; on Active Directory the account may be locked or expired."),
            )
        return _("Signed in as %(dn)s.", dn=self._facts.bind_dn)

    def base(self) -> Text:
        """Read the entry below which people lie."""
        dn = self._facts.user_base_dn
        try:
            self._session.read(dn, ["objectClass"])
        except EntryNotFound as error:
            raise Failure(
                _("%(dn)s is not there, or this account may not see it.", dn=dn),
                _("Check base_dn and additional_user_dn, and what the account may read."),
            ) from error
        return _("%(dn)s is there.", dn=dn)

    def people(self) -> Text:
        """Count who is found, at most some thousands, and how many of them are no people."""
        user_filter = given(self._facts.user_filter)
        self._people, is_all = self._found(user_filter)
        if not self._people:
            raise Failure(
                _("Nobody was found with the filter %(filter)s.", filter=self._facts.user_filter),
                _("Check user_filter and the base DN, and what the account may read."),
            )
        said = _counted(len(self._people), is_all=is_all)
        if not self._facts.person_filter or not is_all:
            return said
        shown, _is_all = self._found(all_of(user_filter, given(self._facts.person_filter)))
        return _(
            "%(said)s %(others)s of them are no people (rooms, computers).",
            said=said,
            others=len(self._people) - len(shown),
        )

    def unique_id(self) -> Text:
        """See that everybody has what survives a rename, or what was chosen instead."""
        return told_key(self._people, self._traits, self._facts.login_attribute)

    def change_stamp(self) -> Text:
        """See that the attribute is there which tells that an entry changed."""
        name = self._traits.stamp_attribute
        bad = sum(1 for entry in self._people if not _is_stamp(name, entry.first(name)))
        if bad:
            raise Failure(
                _("%(n)s of those found have no %(name)s that can be read.", n=bad, name=name),
                _("Let the account read it; until then everything is read each time."),
            )
        return _("Changes are seen by %(name)s.", name=name)

    def attributes(self) -> Text:
        """Compare what is mapped with what the server knows."""
        schema = self._traits.schema
        if not schema.is_readable:
            return _("The server does not show its schema, so the attributes were not compared.")
        wanted = {**self._naming(), **self._expected.attributes}
        unknown = {
            place: attribute for place, attribute in wanted.items() if not schema.knows(attribute)
        }
        if unknown:
            lines = [
                _unknown(place, attribute, schema.nearest(attribute))
                for place, attribute in unknown.items()
            ]
            raise Failure(_joined(lines), _("Correct the names; until then the fields stay empty."))
        return ngettext(
            "%(n)s attribute is known to the server.",
            "%(n)s attributes are known to the server.",
            len(set(wanted.values())),
        )

    def groups(self) -> Text:
        """See that the declared groups are there, and that nested ones are read as is set."""
        missing = [key for key, dn in self._expected.groups.items() if not self._is_there(dn)]
        if missing:
            raise Failure(
                ngettext(
                    "The group %(keys)s is not there: nobody is its member.",
                    "The groups %(keys)s are not there: nobody is their member.",
                    len(missing),
                    keys=", ".join(missing[:LISTED]),
                ),
                _("Check their DNs, and what the account may read."),
            )
        said = ngettext(
            "%(n)s declared group is there.",
            "%(n)s declared groups are there.",
            len(self._expected.groups),
        )
        if self._facts.nested_groups != NestedGroups.CHAIN:
            return said
        return _("%(said)s %(how)s", said=said, how=chain_works(self._session, self._facts))

    def _found(self, search_filter: str) -> tuple[list[Entry], bool]:
        """Return who is found, and whether that is everybody."""
        wanted = [self._facts.login_attribute, self._traits.stamp_attribute]
        ids = (self._traits.unique_id_attribute, self._traits.own_id_attribute)
        wanted += filter(None, ids)
        found: list[Entry] = []
        pages = self._session.pages(self._facts.user_base_dn, search_filter, wanted, page_size=PAGE)
        for number, page in enumerate(pages, start=1):
            found += page
            if number == MOST_PAGES:
                return found, len(page) < PAGE
        return found, True

    def _naming(self) -> dict[str, str]:
        named = {
            "login_attribute": self._facts.login_attribute,
            "name_attribute": self._facts.name_attribute,
            "email_attribute": self._facts.email_attribute,
        }
        if self._facts.switched_off:
            named["disabled_attribute"] = self._facts.switched_off.attribute
        return {place: attribute for place, attribute in named.items() if attribute}

    def _is_there(self, dn: str) -> bool:
        try:
            self._session.read(dn, ["objectClass"])
        except EntryNotFound:
            return False
        return True


def _counted(count: int, *, is_all: bool) -> Text:
    if not is_all:
        return _("At least %(n)s were found.", n=count)
    return ngettext("%(n)s was found.", "%(n)s were found.", count)


def _is_stamp(attribute: str, value: bytes | None) -> bool:
    if not value or attribute not in {"modifyTimestamp", "whenChanged"}:
        return bool(value)
    try:
        return bool(read_generalized_time(value))
    except LupwebError:
        return False


def _unknown(place: str, attribute: str, near: str | None) -> Text:
    if near:
        return _(
            "%(place)s: the server knows no attribute %(name)s; it knows %(near)s.",
            place=place,
            name=attribute,
            near=near,
        )
    return _("%(place)s: the server knows no attribute %(name)s.", place=place, name=attribute)


def _joined(lines: Sequence[Text]) -> str:
    return " ".join(map(str, lines[:LISTED]))
