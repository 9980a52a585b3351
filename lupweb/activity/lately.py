"""What people changed in profiles lately, as one viewer may see it (product.md section 10).

What a synchronization changed is left out unless it is asked for: it would bury what people did.
Values are not told, only which fields: what they were before is for the person alone, and what
they are now stands in the profile.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from lupweb.accounts.actors import actor_names
from lupweb.accounts.viewers import Viewer
from lupweb.audit.models import History
from lupweb.database import db
from lupweb.field_types.referring import NOT_SHOWN
from lupweb.people.models import Person
from lupweb.people.policies import listed
from lupweb.people.queries import groups_of
from lupweb.profiles.card_lists import card_list
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.history import OF_THE_PERSON
from lupweb.profiles.layout import Layout
from lupweb.profiles.sources import Source
from lupweb.profiles.visibility import Sight, may_read
from lupweb.profiles.writing import COMPUTED
from lupweb.texts import Text

PAGE = 30
ROWS_AT_ONCE = 400
MOST_READINGS = 5
"""How often rows are fetched for a page. Who may see little of much gets a shorter page."""
TOLD_OF_EVERYBODY = ("@name", "@email", "@picture")
"""What is no field, and everybody sees."""


@dataclass(frozen=True)
class Activity:
    """What one save, or one run, changed in one profile.

    :param labels: of what was changed, as far as the viewer may see it
    :param by: the name of who did it, if that was not the person; "" for a source. Who does not
        stand in the people directory has none there, and is named nowhere else
    :param source: what brought it, where nobody did; whoever saves a value to LDAP has typed it
    """

    card: PersonCard
    labels: Sequence[Text | str]
    by: str
    source: str
    at: datetime


@dataclass(frozen=True)
class ActivityPage:
    """Activities, the newest first; `older` names the page that goes before, if any."""

    lines: Sequence[Activity]
    older: int | None


@dataclass
class _Change:
    """Rows of the history that were written together, of one person."""

    first: Row[Any]
    keys: list[str] = field(default_factory=list)
    last_id: int = 0

    @property
    def is_own(self) -> bool:
        """Return whether it was the person."""
        return bool(self.first.actor == f"person:{self.first.person_id}")


def lately(
    viewer: Viewer,
    layout: Layout,
    options: Mapping[str, Any],
    *,
    before: int | None = None,
    includes_sync: bool = False,
) -> ActivityPage:
    """Return what was changed lately in the profiles of the people directory.

    At most `MOST_READINGS` + 5 queries, however much was changed.

    :param before: only what is older than the line of this number
    :param includes_sync: what no person typed as well
    """
    sight = Sight(viewer, layout.fields())
    told: list[tuple[_Change, list[Text | str]]] = []
    rows = _rows(viewer, layout, options, includes_sync=includes_sync)
    for _number in range(MOST_READINGS):
        read = rows if before is None else rows.where(History.id < before)
        found = db.session.execute(read.limit(ROWS_AT_ONCE)).all()
        is_over = len(found) < ROWS_AT_ONCE
        changes = list(_together(found))
        if not is_over and len(changes) > 1:
            changes.pop()  # the rest of it may stand in the next rows
        groups = groups_of(sorted({each.first.person_id for each in changes}))
        for each in changes:
            before = each.last_id
            labels = _labels(each, sight, groups.get(each.first.person_id, frozenset()))
            if labels:
                told.append((each, labels))
            if len(told) > PAGE:
                break
        if is_over or len(told) > PAGE:
            break
    shown = told[:PAGE]
    has_more = len(told) > PAGE or not is_over
    older = shown[-1][0].last_id if len(told) > PAGE else before
    return ActivityPage(_lines(viewer, layout, options, shown), older if has_more else None)


def _rows(
    viewer: Viewer, layout: Layout, options: Mapping[str, Any], *, includes_sync: bool
) -> Any:
    """Return the query for the rows of the history that may be told, the newest first."""
    columns = (
        History.id,
        History.person_id,
        History.field_key,
        History.actor,
        History.source,
        History.at,
        History.run_id,
    )
    rows = (
        select(*columns)
        .join(Person, Person.id == History.person_id)
        .where(listed(options), _is_told(viewer, layout))
        .order_by(History.id.desc())
    )
    # words of the statement and no parameters: for those the index of these rows would not serve
    is_by_somebody = History.actor != literal_column("''")
    return rows if includes_sync else rows.where(is_by_somebody, History.source != COMPUTED)


def _is_told(viewer: Viewer, layout: Layout) -> ColumnElement[bool]:
    """Return the condition of a row that may be about a field which the viewer sees."""
    readable = [each.key for each in layout.fields() if may_read(viewer, each)]
    is_told = History.field_key.in_([*readable, *TOLD_OF_EVERYBODY])
    if viewer.person_id is None:
        return is_told
    own = [each.key for each in layout.fields()]
    return or_(is_told, and_(History.person_id == viewer.person_id, History.field_key.in_(own)))


def _together(rows: Sequence[Row[Any]]) -> Iterator[_Change]:
    """Yield what was written together of one person; what one run wrote lies together as well."""
    for _what, some in groupby(rows, lambda row: (row.person_id, row.actor, row.at, row.run_id)):
        lines = list(some)
        yield _Change(lines[0], [each.field_key for each in lines], lines[-1].id)


def _labels(change: _Change, sight: Sight, groups: frozenset[int]) -> list[Text | str]:
    """Return the names of what was changed, in the order of the profile."""
    keys = set(change.keys)
    seen = sight.fields(change.first.person_id, groups)
    person = [OF_THE_PERSON[key] for key in TOLD_OF_EVERYBODY if key in keys]
    return [*person, *(each.name for each in seen if each.key in keys)]


def _lines(
    viewer: Viewer,
    layout: Layout,
    options: Mapping[str, Any],
    shown: Sequence[tuple[_Change, list[Text | str]]],
) -> list[Activity]:
    ids = list(dict.fromkeys(each.first.person_id for each, _labels in shown))
    cards = {card.id: card for card in card_list(viewer, layout, ids)}
    names = _names({each.first.actor for each, _labels in shown if not each.is_own}, options)
    return [
        Activity(
            card=cards[each.first.person_id],
            labels=labels,
            by=_by(each, cards, names),
            source=each.first.source if not each.first.actor else str(Source.USER),
            at=each.first.at,
        )
        for each, labels in shown
        if each.first.person_id in cards
    ]


def _by(
    change: _Change, cards: Mapping[int, PersonCard], names: Mapping[str, tuple[int, str]]
) -> str:
    """Return the name of who did it; "" if it was the person, maybe as a record merged since."""
    if change.is_own:
        return ""
    number, name = names.get(change.first.actor, (0, ""))
    return "" if number == change.first.person_id else name


def _names(actors: Collection[str], options: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    """Return the number of each person, 0 for an account, and the name as everybody may read it.

    Whoever is hidden, has left or was cleared is somebody; two queries at most.
    """
    people = {int(each.partition(":")[2]): each for each in actors if each.startswith("person:")}
    names = actor_names([each for each in actors if each not in people.values()])
    found: dict[str, tuple[int, str]] = {each: (0, name) for each, name in names.items()}
    found |= {each: (0, str(NOT_SHOWN)) for each in people.values()}
    if people:
        acted = aliased(Person)
        is_human = Person.id == func.coalesce(acted.merged_into_id, acted.id)
        rows = select(acted.id, Person.id, Person.name, listed(options)).join(Person, is_human)
        for id_, human, name, is_shown in db.session.execute(rows.where(acted.id.in_(people))):
            found[people[id_]] = (human, name if is_shown else str(NOT_SHOWN))
    return found
