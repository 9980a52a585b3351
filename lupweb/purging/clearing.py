"""Take everything away that lupweb knows of people who left: for good, but for number and hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from lupweb import clock
from lupweb.accounts.models import ApiToken, User
from lupweb.accounts.roles import Role
from lupweb.accounts.sessions import check_all_soon, close_sessions_of_people
from lupweb.activity.models import CalendarFeed
from lupweb.audit.events import note_event
from lupweb.audit.models import History
from lupweb.audit.service import Change, record
from lupweb.contacts.models import Contact, ContactGroup, GroupedContact, RecentView
from lupweb.database import db
from lupweb.directories.models import Identity, NamedEntry
from lupweb.duplicates.models import Merge
from lupweb.lists.models import SavedList
from lupweb.notices.models import Notice
from lupweb.outbox.models import OutboxMessage
from lupweb.people.models import Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN, PersonState
from lupweb.profiles.document import as_json, content_hash
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.pictures import drop_unused, put_back
from lupweb.profiles.service import PersonRow, update_people
from lupweb.purging.due import STATE
from lupweb.purging.naming import forget_in_events, take_names
from lupweb.runs.models import PlanItem, RunProblem
from lupweb.search.engine import TABLES
from lupweb.search.typos import forget_words, keep_words

SOURCE = "purge"
"""What stands in the history beside the state of whom it cleared."""
AT_ONCE = 1_000
"""Rows that are held in memory of those of everybody."""
DNS_OF_A_QUERY = 100
PREFIX = "purged:"
"""Begins what stands where a login was; the hash of the login follows."""
OF_A_PERSON: Sequence[Any] = (
    Identity, Membership, IndexedValue, Notice, OutboxMessage, PlanItem, Contact, GroupedContact,
    RecentView,
)  # fmt: skip
OF_AN_ACCOUNT: Sequence[Any] = (ApiToken, CalendarFeed, Contact, RecentView, ContactGroup)


@dataclass(frozen=True)
class Cleared:
    """What one call of `clear` did.

    :param people: merged records left out
    :param names: places that named one of them by login: roles, edit rights, groups, org charts
    """

    people: int
    names: int


def hash_of_login(login_folded: str, secret_key: str) -> str:
    """Return what tells whether somebody was called so, to whoever has the key of the site."""
    key = secret_key.encode()[:64]
    return blake2b(login_folded.encode(), digest_size=16, key=key).hexdigest()


def clear(ids: Sequence[int], run_id: int, secret_key: str) -> Cleared:
    """Clear the values of people who are missing; call inside a transaction.

    Records that were merged into theirs are cleared with them. What stays of each is the number,
    the state, a hash of the login, and who changed which field when; not to what. What named them
    by login ends, so that whoever has the login next gets nothing by it (B76).
    """
    chosen = select(Person).where(Person.id.in_(ids), Person.state == PersonState.MISSING)
    missing = list(db.session.scalars(chosen.with_for_update()))
    merged = select(Person).where(Person.merged_into_id.in_([each.id for each in missing]))
    people = [*missing, *db.session.scalars(merged.with_for_update())]
    all_ids = [each.id for each in people]
    names = {each.name: each.sort_name for each in people}
    hashes = _hashes(people, secret_key)
    _forget_what_runs_said({each.login for each in people}, all_ids)
    _forget_past(all_ids)
    taken = take_names(people)
    for kind in OF_A_PERSON:
        db.session.execute(delete(kind).where(kind.person_id.in_(all_ids)))
    _forget_references(all_ids)
    accounts = [f"account:{each}" for each in _forget_accounts(all_ids)]
    pictures = {each.picture_hash for each in people} - {""}
    put_back(dict.fromkeys(all_ids, ""), asks_again=True)
    drop_unused(pictures)
    rows = [_emptied(each, secret_key) for each in people]
    for row in rows:
        note_event(
            "", "person.purged", f"person:{row.id}", taken[row.id].said(), {"login": row.login}
        )
    update_people(rows, keeps_logins=True)
    db.session.expire_all()
    forget_in_events(hashes, [*(f"person:{each}" for each in all_ids), *accounts])
    _forget_spellings(names)
    states = [Change(each, STATE, str(PersonState.MISSING), str(PersonState.PURGED))
              for each in all_ids[: len(missing)]]  # fmt: skip
    record(states, source=SOURCE, run_id=run_id, at=clock.now())
    return Cleared(len(missing), sum(each.count for each in taken.values()))


def _hashes(people: Sequence[Person], secret_key: str) -> dict[str, str]:
    """Return what stands in place of the logins that these people have or had, folded."""
    ids = [each.id for each in people]
    renamed = select(History.old, History.new).where(
        History.person_id.in_(ids), History.field_key == "@login"
    )
    had = {fold_login(login) for row in db.session.execute(renamed) for login in row}
    logins = had | {each.login_folded for each in people}
    return {login: PREFIX + hash_of_login(login, secret_key) for login in logins - {""}}


def merge_words() -> None:
    """Let the search forget the words for good; call inside a transaction.

    FTS5 only notes that a word is gone, and keeps it until its parts are merged; the index of
    PostgreSQL belongs to rows, which go with VACUUM.
    """
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        for name in TABLES:
            connection.exec_driver_sql(f"INSERT INTO {name} ({name}) VALUES ('optimize')")  # noqa: S608 - a name of ours


def _emptied(person: Person, secret_key: str) -> PersonRow:
    login = PREFIX + hash_of_login(person.login_folded, secret_key)
    is_merged = person.state == PersonState.MERGED
    document = as_json({})
    return PersonRow(
        id=person.id,
        login=login,
        login_folded=login,
        name=login,
        sort_name=login,
        email="",
        state=PersonState.MERGED if is_merged else PersonState.PURGED,
        is_listed=person.is_listed,
        values={},
        document=document,
        provenance="{}",
        content_hash=content_hash(document, login, login, login, ""),
    )


def _forget_references(ids: Sequence[int]) -> None:
    """Let values of others name nobody in place of these people."""
    naming = update(IndexedValue).where(IndexedValue.referred_id.in_(ids))
    db.session.execute(naming.values(referred_id=None))


def _forget_named(ids: Sequence[int]) -> None:
    """Forget whom the entries of these people name by id, and who names them so."""
    entries = select(Identity.directory_id, Identity.unique_id).where(Identity.person_id.in_(ids))
    for directory_id, unique_id in db.session.execute(entries).all():
        is_either = or_(NamedEntry.unique_id == unique_id, NamedEntry.named_id == unique_id)
        here = NamedEntry.directory_id == directory_id
        db.session.execute(delete(NamedEntry).where(here, is_either))


def _forget_what_runs_said(logins: set[str], ids: Sequence[int]) -> None:
    """Forget what went wrong with these people, and where a sentence names an entry of theirs."""
    db.session.execute(delete(RunProblem).where(RunProblem.login.in_(logins - {""})))
    entries = select(Identity.dn).where(Identity.person_id.in_(ids), Identity.dn != "")
    dns = list(db.session.scalars(entries))
    for start in range(0, len(dns), DNS_OF_A_QUERY):
        some = dns[start : start + DNS_OF_A_QUERY]
        naming = or_(*(RunProblem.text.icontains(each, autoescape=True) for each in some))
        db.session.execute(delete(RunProblem).where(naming))


def _forget_spellings(names: Mapping[str, str]) -> None:
    """Forget the words of these names, which typing errors are compared with, but for others'.

    :param names: as they are shown -> as they are sorted
    """
    words = {word for sort_name in names.values() for word in sort_name.split()}
    rows = select(Person.name, Person.sort_name).where(Person.state.in_(SHOWN))
    others = db.session.execute(rows, execution_options={"yield_per": AT_ONCE})
    alike = [name for name, sorted_ in others if not words.isdisjoint(sorted_.split())]
    forget_words(names)
    keep_words(alike)


def _forget_past(ids: Sequence[int]) -> None:
    """Keep who changed which field when, and not from what to what."""
    _forget_named(ids)
    theirs = update(History).where(History.person_id.in_(ids), History.field_key != STATE)
    db.session.execute(theirs.values(old="", new=""))
    entries = list(db.session.scalars(select(Identity.dn).where(Identity.person_id.in_(ids))))
    for column in (History.old, History.new):  # of others, whom these entries led
        naming = update(History).where(column.in_(entries))
        db.session.execute(naming.values({column: ""}))
    merges = update(Merge).where(or_(Merge.kept_id.in_(ids), Merge.merged_id.in_(ids)))
    undone = func.coalesce(Merge.undone_at, clock.now())
    db.session.execute(merges.values(moved={}, undone_at=undone))


def _forget_accounts(ids: Sequence[int]) -> list[int]:
    """Take what the accounts of these people kept, and leave them without any right.

    :returns: the numbers of the accounts
    """
    close_sessions_of_people(ids)
    users = list(db.session.scalars(select(User.id).where(User.person_id.in_(ids))))
    own_groups = select(ContactGroup.id).where(ContactGroup.user_id.in_(users))
    db.session.execute(delete(GroupedContact).where(GroupedContact.group_id.in_(own_groups)))
    for kind in OF_AN_ACCOUNT:
        db.session.execute(delete(kind).where(kind.user_id.in_(users)))
    db.session.execute(delete(SavedList).where(SavedList.owner_id.in_(users)))
    left = update(User).where(User.id.in_(users))
    db.session.execute(left.values(role=Role.EMPLOYEE, look={}, last_sign_in_at=None))
    check_all_soon()
    return users
