"""Tell the people of a directory apart by another attribute, and keep who is who.

Everybody is read once with the old and the new attribute. An entry is whose it was by the old one;
where the directory does not show that any more, by its DN, then by its login. Whoever cannot be
found stays as known, and is left to the next run with its guards (sync.md section 1).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TypeVar

from sqlalchemy import select

from lupweb.database import compact_json, db, end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.keys import proved, shows_own_id
from lupweb.directories.models import Identity
from lupweb.directories.service import DirectoryFacts, facts_of, get_directory
from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry, folded_name
from lupweb.ldap.server import unique_id_of
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.sync.preparing import search_filter
from lupweb.texts import _

Named = TypeVar("Named")
BY_KEY, BY_DN, BY_LOGIN = "key", "dn", "login"
LONGEST_LOGIN = 512


@dataclass(frozen=True)
class Met:
    """What an entry is called; `old` is "" where the directory does not show it any more."""

    dn: str
    dn_folded: str
    login: str
    old: str
    new: str


@dataclass(frozen=True)
class Read:
    """What a directory said of everybody.

    :param chosen: what an administrator chose; "" for the unique id of the server
    :param attribute: what tells entries apart from now on
    :param is_value: the server gives no unique id beside it
    """

    directory_id: int
    chosen: str
    attribute: str
    is_value: bool
    before: str
    met: Sequence[Met]


@dataclass(frozen=True)
class Known:
    """Somebody who is known of the directory."""

    identity_id: int
    unique_id: str
    dn_folded: str
    login: str
    name: str
    is_gone: bool


@dataclass
class Rekeying:
    """What would become of everybody.

    :param tied: who is known, the entry that is theirs, and by what
    :param left: who is known, was there last time, and has no entry that is surely theirs
    :param strangers: DNs of entries that are surely nobody's: the next run makes people of them
    """

    read: Read
    tied: list[tuple[Known, Met, str]] = field(default_factory=list)
    left: list[Known] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Return by what -> how many are tied."""
        return Counter(how for _known, _met, how in self.tied)

    @property
    def digest(self) -> str:
        """Return what names exactly this set."""
        tied = sorted(
            (known.identity_id, known.unique_id, met.new) for known, met, _how in self.tied
        )
        left = sorted(known.identity_id for known in self.left)
        parts = [self.read.chosen, self.read.attribute, self.read.is_value, tied, left]
        parts.append(sorted(self.strangers))
        return blake2b(compact_json(parts).encode(), digest_size=16).hexdigest()


def read_keys(key: str, chosen: str, secret_key: str, connect: Connect) -> Read:
    """Ask a directory what everybody is called; call outside transactions.

    :param chosen: "" for the unique id of the server
    :raises NotFound: if there is no such directory
    :raises InvalidValue: if the attribute cannot tell people apart, with the entries that fail
    :raises DirectoryError: if the directory does not answer
    """
    facts = facts_of(get_directory(key), secret_key)
    wanted = search_filter(facts, options()["active_users"])
    end_reading()
    with connect(replace(facts.server, id_attribute=chosen)) as session:
        session.bind(facts.bind_dn, facts.password)
        traits = session.traits()
        attribute, own = traits.unique_id_attribute, traits.own_id_attribute
        if attribute is None:
            raise InvalidValue(_("The server offers no unique id. Name an attribute."))
        before = facts.keyed_by or facts.server.id_attribute or own or ""
        if folded_name(before) == folded_name(attribute):
            raise InvalidValue(_("%(name)s tells people apart already.", name=attribute))
        asked = [name for name in (attribute, before, facts.login_attribute) if name]
        pages = session.pages(facts.user_base_dn, wanted, list(dict.fromkeys(asked)))
        entries = [entry for page in pages for entry in page]
        proof = proved(session, facts, entries, attribute)
        if not proof.holds:
            raise InvalidValue(proof.sentence)
        is_value = bool(chosen) and not shows_own_id(session, facts)
    met = [_met(entry, before, attribute, facts) for entry in entries]
    return Read(facts.id, chosen, attribute, is_value, before, met)


def plan_rekeying(read: Read) -> Rekeying:
    """Return what would become of everybody who is known; two queries.

    :raises InvalidValue: if somebody who cannot be found is known by what another one is called now
    """
    known = _known(read.directory_id)
    found = Rekeying(read)
    entries = _tie(found, list(read.met), known, BY_KEY, lambda each: each.old, _by_id)
    hidden = [each for each in entries if not each.old]
    hidden = _tie(found, hidden, known, BY_DN, lambda each: each.dn_folded, _by_dn)
    _tie(found, hidden, known, BY_LOGIN, lambda each: each.login, _by_login)
    ids = {each.identity_id for each, _met, _how in found.tied}
    mets = {met.new for _each, met, _how in found.tied}
    found.strangers = [each.dn for each in read.met if each.new not in mets]
    rest = [each for each in known if each.identity_id not in ids]
    found.left = [each for each in rest if not each.is_gone]
    _refuse_clash(rest, read)
    return found


def _met(entry: Entry, before: str, attribute: str, facts: DirectoryFacts) -> Met:
    return Met(
        entry.dn,
        fold_dn(entry.dn),
        fold_login(_text(entry.first(facts.login_attribute))),
        _id_or_nothing(entry, before),
        unique_id_of(entry, attribute),
    )


def _id_or_nothing(entry: Entry, attribute: str) -> str:
    try:
        return unique_id_of(entry, attribute) if attribute else ""
    except InvalidValue:
        return ""


def _text(value: bytes | None) -> str:
    try:
        return clean_text(value or b"", max_length=LONGEST_LOGIN)
    except InvalidValue:
        return ""


def _known(directory_id: int) -> list[Known]:
    rows = (
        select(Identity, Person.login_folded, Person.name)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.directory_id == directory_id)
        .order_by(Identity.id)
    )
    return [
        Known(each.id, each.unique_id, each.dn_folded, login, name, each.is_gone)
        for each, login, name in db.session.execute(rows)
    ]


def _by_id(known: Known) -> str:
    return known.unique_id


def _by_dn(known: Known) -> str:
    """Return the DN of somebody who was there last time: another one may have it since."""
    return "" if known.is_gone else known.dn_folded


def _by_login(known: Known) -> str:
    return "" if known.is_gone else known.login


def _tie(
    found: Rekeying,
    entries: Sequence[Met],
    known: Sequence[Known],
    how: str,
    of_entry: Callable[[Met], str],
    of_known: Callable[[Known], str],
) -> list[Met]:
    """Tie those who are the only ones of the same name on both sides; return the other entries."""
    done = {each.identity_id for each, _met, _how in found.tied}
    there = _once((of_known(each), each) for each in known if each.identity_id not in done)
    here = _once((of_entry(each), each) for each in entries)
    pairs = [(there[name], met, how) for name, met in here.items() if name in there]
    found.tied += pairs
    tied = {met.new for _known, met, _how in pairs}
    return [each for each in entries if each.new not in tied]


def _once(pairs: Iterable[tuple[str, Named]]) -> Mapping[str, Named]:
    """Return name -> what is called so, if nothing else is; "" is no name."""
    found: dict[str, Named] = {}
    twice = {""}
    for name, each in pairs:
        if name in found:
            twice.add(name)
        found[name] = each
    return {name: each for name, each in found.items() if name not in twice}


def _refuse_clash(rest: Sequence[Known], read: Read) -> None:
    """Let nobody become somebody else because they are called alike in two ways."""
    names = {each.new for each in read.met}
    both = [each.name for each in rest if each.unique_id in names]
    if both:
        raise InvalidValue(
            _(
                "%(names)s cannot be found by what was kept of them, and another entry has that as"
                " its %(attribute)s. Nothing was changed. Choose another attribute.",
                names=", ".join(both[:3]),
                attribute=read.attribute,
            )
        )
