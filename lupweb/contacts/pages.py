"""The page of contacts: by groups or found by words, as its owner may see them now."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lupweb.accounts.viewers import Viewer
from lupweb.contacts.mailing import mail_links
from lupweb.contacts.queries import (
    NO_GROUP,
    ContactRow,
    Groups,
    Members,
    Options,
    contact_ids,
    contact_rows,
    group_names,
    in_group,
    members_of,
)
from lupweb.field_types.email import is_address
from lupweb.people.queries import groups_of
from lupweb.people.summaries import PersonSummary
from lupweb.profiles.card_lists import card_list
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import Sight
from lupweb.search.folding import fold
from lupweb.search.matching import match

AT_FIRST = 12
"""Contacts of a group that are shown beside other groups."""
PAGE = 50
PHONE = "phone"


@dataclass(frozen=True)
class Asked:
    """What the owner asked the page for.

    :param group_id: one group alone, or `NO_GROUP`; None: every group
    """

    query: str = ""
    group_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class ContactLine:
    """One contact.

    :param phone: as people read it, "" if there is none to see
    """

    card: PersonCard
    note: str
    phone: str


@dataclass(frozen=True)
class Panel:
    """Contacts that stand together.

    :param group_id: None: who was found by words
    :param count: how many there are, shown or not
    :param mail: links that write to all of them
    """

    group_id: int | None
    name: str
    lines: Sequence[ContactLine]
    count: int
    mail: Sequence[str]


@dataclass(frozen=True)
class MyContacts:
    """The page of contacts.

    :param groups: id, name and number of contacts of every group
    :param total: how many contacts there are, whatever was asked for
    :param number, pages: where more than one page is needed
    """

    asked: Asked
    panels: Sequence[Panel]
    groups: Sequence[tuple[int, str, int]]
    total: int
    ids: Sequence[int]
    number: int = 1
    pages: int = 1


def my_contacts(viewer: Viewer, layout: Layout, options: Options, asked: Asked) -> MyContacts:
    """Return the viewer's contacts by groups; a constant number of queries.

    :raises Forbidden: if nobody signed in
    :raises NotFound: if the viewer has no such group
    """
    rows = {row.person_id: row for row in contact_rows(viewer, options)}
    groups, members = group_names(viewer), members_of(viewer)
    ids = list(rows)
    parts = _parts(viewer, layout, asked, rows, (groups, members))
    number, pages = _page(asked, parts)
    shown = {part: ids_[(number - 1) * PAGE :][:PAGE] for part, ids_ in parts.items()}
    if asked.group_id is None and not asked.query:
        shown = {part: ids_[:AT_FIRST] for part, ids_ in parts.items()}
    lines = _lines(viewer, layout, rows, sorted({each for part in shown.values() for each in part}))
    names = dict(groups)
    return MyContacts(
        asked=asked,
        panels=[
            Panel(
                group_id=part,
                name=names.get(part or NO_GROUP, ""),
                lines=[lines[each] for each in shown[part] if each in lines],
                count=len(all_ids),
                mail=mail_links(_address(rows[each]) for each in all_ids),
            )
            for part, all_ids in parts.items()
            if all_ids or part
        ],
        groups=[
            (id_, name, sum(each in rows for each in members.get(id_, ()))) for id_, name in groups
        ],
        total=len(ids),
        ids=ids,
        number=number,
        pages=pages,
    )


def asked_ids(viewer: Viewer, layout: Layout, options: Options, asked: Asked) -> list[int]:
    """Return all contacts that the page finds, on every page of it.

    :raises Forbidden: if nobody signed in
    :raises NotFound: if the viewer has no such group
    """
    ids = contact_ids(viewer, options, asked.group_id)
    if not asked.query:
        return ids
    rows = {row.person_id: row for row in contact_rows(viewer, options)}
    return _fitting(viewer, layout, asked.query, rows, ids)


def _fitting(
    viewer: Viewer,
    layout: Layout,
    query: str,
    rows: Mapping[int, ContactRow],
    ids: Sequence[int],
) -> list[int]:
    """Return those who are found by words, or whose note holds them."""
    found, words = set(match(viewer, layout, query).ids or ()), fold(query)
    return [id_ for id_ in ids if id_ in found or words in fold(rows[id_].note)]


def _parts(
    viewer: Viewer,
    layout: Layout,
    asked: Asked,
    rows: Mapping[int, ContactRow],
    grouping: tuple[Groups, Members],
) -> dict[int | None, list[int]]:
    """Return who stands in which panel."""
    groups, members = grouping
    ids = list(rows)
    if asked.group_id is not None:
        ids = in_group(ids, groups, members, asked.group_id)
    if asked.query:
        return {None: _fitting(viewer, layout, asked.query, rows, ids)}
    if asked.group_id is not None:
        return {asked.group_id: ids}
    return {
        group_id: in_group(ids, groups, members, group_id)
        for group_id in [*(id_ for id_, _name in groups), NO_GROUP]
    }


def _page(asked: Asked, parts: Mapping[int | None, Sequence[int]]) -> tuple[int, int]:
    """Return which page is shown, of how many; only one panel alone has several."""
    if asked.group_id is None and not asked.query:
        return 1, 1
    pages = max(1, math.ceil(max(map(len, parts.values())) / PAGE))
    return min(max(asked.page, 1), pages), pages


def _lines(
    viewer: Viewer, layout: Layout, rows: Mapping[int, ContactRow], ids: Sequence[int]
) -> dict[int, ContactLine]:
    """Return the contacts that are shown, as the viewer may see them."""
    cards = card_list(viewer, layout, ids)
    phones = _phones(viewer, layout, cards.people)
    return {
        card.id: ContactLine(card, rows[card.id].note, phones.get(card.id, "")) for card in cards
    }


def _phones(viewer: Viewer, layout: Layout, people: Sequence[PersonSummary]) -> dict[int, str]:
    """Return the numbers that the viewer may see, in words."""
    field = layout.find_field(PHONE)
    if field is None:
        return {}
    groups = groups_of([each.id for each in people]) if field.applies_to else {}
    sight = Sight(viewer, [field])
    return {
        each.id: _text(field, each)
        for each in people
        if sight.fields(each.id, groups.get(each.id, frozenset()))
    }


def _text(field: FieldLayout, person: PersonSummary) -> str:
    return field.type.text(values_of(person.document).get(field.key, ""))


def _address(row: ContactRow) -> str:
    return row.email if is_address(row.email) else ""
