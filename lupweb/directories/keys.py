"""Whether an attribute can tell the entries of a directory apart; asks the directory, reads only.

It has to be there on every entry in scope, with one value, and no two may have the same
(sync.md section 1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lupweb.directories.service import DirectoryFacts
from lupweb.directories.steps import Failure
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue
from lupweb.ldap.by_id import id_filter
from lupweb.ldap.entry import Entry, folded_name
from lupweb.ldap.filters import all_of, given
from lupweb.ldap.server import ServerTraits, unique_id_of
from lupweb.ldap.session import Directory as LdapSession
from lupweb.texts import Text, _, ngettext

NAMED = 3
"""Entries that a sentence names."""
LONGEST_DN = 120


NOT_WRITTEN = _(
    "The directory gives its entries no unique id, only values that somebody else may get. Whose"
    " entry is meant would not be sure, so nothing is written there. Leave “Allow lupweb to write"
    " to it” off."
)


@dataclass
class Proof:
    """What became of looking at an attribute of every entry.

    :param bad: DNs of the entries that have no value, several, or one that cannot be used
    :param same: DNs of the entries that have the value of another one
    :param unfound: a DN whose entry the directory does not find by its value; "" if it does
    """

    attribute: str
    seen: int = 0
    bad: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    unfound: str = ""

    @property
    def holds(self) -> bool:
        """Return whether everybody can be told apart by it."""
        return bool(self.seen) and not (self.bad or self.same or self.unfound)

    @property
    def sentence(self) -> Text:
        """Return what is wrong, and with which entries."""
        name, seen = self.attribute, self.seen
        if not seen:
            return _("Nobody was found, so %(name)s could not be tried.", name=name)
        if self.bad:
            return ngettext(
                "%(n)s of %(seen)s entries has not exactly one usable %(name)s: %(dns)s. Choose an"
                " attribute that everybody has.",
                "%(n)s of %(seen)s entries have not exactly one usable %(name)s: %(dns)s. Choose"
                " an attribute that everybody has.",
                len(self.bad),
                seen=seen,
                name=name,
                dns=_named(self.bad),
            )
        if self.same:
            return ngettext(
                "%(n)s of %(seen)s entries has the %(name)s of another one: %(dns)s. Choose an"
                " attribute in which no two are the same; upper and lower case do not count.",
                "%(n)s of %(seen)s entries have the %(name)s of another one: %(dns)s. Choose an"
                " attribute in which no two are the same; upper and lower case do not count.",
                len(self.same),
                seen=seen,
                name=name,
                dns=_named(self.same),
            )
        if self.unfound:
            return _(
                "The directory does not find %(dn)s by its %(name)s: it cannot be searched for,"
                " or not without regard to upper and lower case. Choose another attribute.",
                dn=self.unfound[:LONGEST_DN],
                name=name,
            )
        return _("All %(seen)s entries have one %(name)s, each another.", seen=seen, name=name)


def prove_key(
    session: LdapSession, facts: DirectoryFacts, attribute: str, search_filter: str
) -> Proof:
    """Look at an attribute of everybody whom the directory delivers.

    :param search_filter: who is read there
    :raises DirectoryError: if the directory does not answer
    """
    pages = session.pages(facts.user_base_dn, search_filter, [attribute])
    entries = [entry for page in pages for entry in page]
    return proved(session, facts, entries, attribute)


def proved(
    session: LdapSession, facts: DirectoryFacts, entries: Sequence[Entry], attribute: str
) -> Proof:
    """Return what becomes of looking at these entries; one of them is searched for by its value.

    :raises DirectoryError: if the directory does not answer
    """
    proof = proof_of(entries, attribute)
    if proof.holds:
        proof.unfound = _unfound(session, facts, entries, attribute)
    return proof


def proof_of(entries: Iterable[Entry], attribute: str) -> Proof:
    """Return what becomes of looking at these entries; nothing is asked."""
    proof = Proof(attribute)
    first: dict[str, str] = {}
    twice: dict[str, list[str]] = {}
    for entry in entries:
        proof.seen += 1
        try:
            value = unique_id_of(entry, attribute)
        except InvalidValue:
            proof.bad.append(entry.dn)
            continue
        if value in first:
            twice.setdefault(value, [first[value]]).append(entry.dn)
        else:
            first[value] = entry.dn
    proof.same = [dn for dns in twice.values() for dn in dns]
    return proof


def told_key(people: Sequence[Entry], traits: ServerTraits, login_attribute: str) -> Text:
    """Return what tells people apart, as the connection test says it.

    :param people: read with what tells them apart, the unique id of the server, and the login
    :raises Failure: if nothing does, with what could
    """
    name, own = traits.unique_id_attribute, traits.own_id_attribute
    proof = proof_of(people, name or "")
    if name != own:
        if not proof.holds:
            raise Failure(proof.sentence, _("Choose another attribute that tells people apart."))
        if own is not None and proof_of(people, own).holds:
            return proof.sentence
        return _(
            "%(said)s The server gives no unique id beside it: every run reads everybody, nothing"
            " is written there, and whoever gets another %(name)s counts as somebody else.",
            said=proof.sentence,
            name=name,
        )
    if name is not None and not proof.bad:
        return _("Everybody has %(name)s.", name=name)
    if name is not None and len(proof.bad) < len(people):
        said = _("%(n)s of those found have no proper %(name)s.", n=len(proof.bad), name=name)
        raise Failure(said, _("Let the account read this attribute of everybody."))
    said = _("The server shows no attribute that stays the same when somebody is renamed.")
    if not proof_of(people, login_attribute).holds:
        raise Failure(
            said,
            _(
                "Let the account read entryUUID or objectGUID; or choose an attribute that"
                " everybody has, and no two the same, as what tells people apart."
            ),
        )
    raise Failure(
        said,
        _(
            "Let the account read entryUUID or objectGUID; or choose %(login)s as what tells people"
            " apart: everybody has one, and no two the same.",
            login=login_attribute,
        ),
    )


def shows_own_id(session: LdapSession, facts: DirectoryFacts) -> bool:
    """Return whether the server gives entries a unique id, and lets this account read it.

    A schema may know one that no entry has, as OpenLDAP's does with `lastmod off`; so one entry is
    looked at.
    """
    own = session.traits().own_id_attribute
    if own is None:
        return False
    found = session.search(facts.user_base_dn, given(facts.user_filter), [own], limit=1)
    return any(_has_id(entry, own) for entry in found)


def _has_id(entry: Entry, attribute: str) -> bool:
    try:
        return bool(unique_id_of(entry, attribute))
    except InvalidValue:
        return False


def _unfound(
    session: LdapSession, facts: DirectoryFacts, entries: Sequence[Entry], attribute: str
) -> str:
    """Return the DN of an entry that is not found by what is kept of its value, or "".

    One is tried: one whose value is kept in other letters than it has, if there is any.
    """
    tried = next((each for each in entries if _is_kept_otherwise(each, attribute)), entries[0])
    try:
        asked = id_filter(attribute, unique_id_of(tried, attribute))
        wanted = all_of(given(facts.user_filter), asked)
        found = session.search(facts.user_base_dn, wanted, [attribute], limit=2)
    except (DirectoryRefused, EntryNotFound):
        return tried.dn
    return "" if [each.dn for each in found] == [tried.dn] else tried.dn


def _is_kept_otherwise(entry: Entry, attribute: str) -> bool:
    plain = entry.by_name[folded_name(attribute)][0]
    return plain != unique_id_of(entry, attribute).encode()


def _named(dns: Sequence[str]) -> str:
    named = "; ".join(dn[:LONGEST_DN] for dn in dns[:NAMED])
    return f"{named}; …" if len(dns) > NAMED else named
