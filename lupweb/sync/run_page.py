"""One run, as an administrator may see it: problems, what it holds, whom it changed, and how.

Names of people are shown, values only as far as the viewer may see them: what a restricted field
was changed to stands in no line, nor does a problem quote it (product.md section 1). Who is listed
for what the viewer may not see alone, is not named: that there is a value would be told by it. The
numbers of a run count everybody.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, or_, select, union

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.audit.models import History
from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.names import colour_of, fold_login, initials_of
from lupweb.people.queries import groups_of
from lupweb.profiles.history import OF_THE_PERSON
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.naming import people_or_entries
from lupweb.profiles.visibility import Sight, may_read
from lupweb.runs.models import PlanItem, Run, RunProblem
from lupweb.sync.items import Action
from lupweb.sync.noting import GROUP, labels_of, said
from lupweb.sync.rules import Rules
from lupweb.texts import Text, _

PAGE = 50
Line = TypeVar("Line")
ValueChange = tuple[int, str, str, str, str]
"""Person, key of the field, before, after, source as in the history; "" in a plan."""
OPEN_KEYS = frozenset({"", "picture"})
"""What a problem may be about that is no field."""


@dataclass(frozen=True)
class PersonName:
    """Somebody in a list, without values."""

    id: int
    login: str
    name: str

    @property
    def picture(self) -> str:
        """Return "": lists of runs show initials."""
        return ""

    @property
    def initials(self) -> str:
        """Return the letters that stand for the name."""
        return initials_of(self.name or self.login)

    @property
    def colour(self) -> int:
        """Return the number of the colour."""
        return colour_of(self.id)


@dataclass(frozen=True)
class Part(Generic[Line]):
    """A page of one of the lists of a run."""

    lines: Sequence[Line]
    total: int
    number: int
    count: int

    @property
    def first(self) -> int:
        """Return the place of the first line of the page."""
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the place of the last line of the page."""
        return min(self.number * PAGE, self.total)


@dataclass(frozen=True)
class ProblemLine:
    """What did not go well; `person` is None where it is about nobody who is known."""

    person: PersonName | None
    login: str
    field: Text | str
    field_key: str
    text: Text | str


@dataclass(frozen=True)
class ValueLine:
    """One value that changed, or would; "" is no value. `rule` says what decided."""

    label: Text | str
    before: str
    after: str
    rule: str


@dataclass(frozen=True)
class PersonLines:
    """What a run made of somebody, or would make.

    :param action: of a plan: new, change, hide, back, disable, enable; new or "" of what was done
    :param guard: what holds it; "" if nothing does
    """

    person: PersonName
    values: Sequence[ValueLine]
    action: str = ""
    guard: str = ""


def problems_of(viewer: Viewer, layout: Layout, run_id: int, page: int) -> Part[ProblemLine]:
    """Return a page of the problems of a run; three queries.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    wanted = select(RunProblem).where(RunProblem.run_id == run_id)
    rows, place = _paged(wanted.order_by(RunProblem.id), page)
    people = _by_login({row.login for row in rows if row.login})
    return Part([_problem(viewer, layout, row, people) for row in rows], *place)


def plan_of(
    viewer: Viewer, layout: Layout, run: Run, page: int, *, is_held: bool
) -> Part[PersonLines]:
    """Return a page of what a run holds, or of what a dry run would do; seven queries at most.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    kind = PlanItem.guard != "" if is_held else PlanItem.guard == ""
    wanted = select(PlanItem).where(PlanItem.run_id == run.id, kind)
    rows, place = _paged(wanted.order_by(PlanItem.guard, PlanItem.name, PlanItem.id), page)
    changes = [change for row in rows for change in _planned(row)]
    ids = {row.person_id for row in rows if row.person_id}
    shown = _Shown(viewer, layout, ids, changes, Rules(layout, run))
    lines = [
        PersonLines(
            PersonName(row.person_id or 0, row.login, row.name or row.login),
            shown.of(row.person_id or 0, _planned(row)),
            action=row.action,
            guard=row.guard,
        )
        for row in rows
    ]
    return Part([each for each in lines if each.values or each.action != Action.CHANGE], *place)


def people_changed(viewer: Viewer, layout: Layout, run: Run, page: int) -> Part[PersonLines]:
    """Return a page of the people whom a run changed, with what it changed; eight queries at most.

    The first reading of a directory lists its people without their values: there is no before.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    seen = [each.key for each in layout.fields() if may_read(viewer, each)]
    shown = or_(History.field_key.in_([*seen, *OF_THE_PERSON]), History.field_key.startswith(GROUP))
    changed = select(History.person_id).where(History.run_id == run.id, shown)
    new = select(Identity.person_id).where(Identity.first_run_id == run.id)
    ids = union(changed, new).subquery()
    wanted = select(Person.id, Person.login, Person.name).where(Person.id.in_(select(ids)))
    total = db.session.scalar(select(func.count()).select_from(ids)) or 0
    place = _place(total, page)
    ordered = wanted.order_by(Person.sort_name, Person.id).limit(PAGE)
    people = [PersonName(*row) for row in db.session.execute(ordered.offset(_skip(place[1])))]
    return Part(_changed_lines(viewer, layout, run, people), *place)


def _planned(item: PlanItem) -> list[ValueChange]:
    who = item.person_id or 0
    return [(who, key, pair[0], pair[1], "") for key, pair in sorted(item.changes.items())]


def _changed_lines(
    viewer: Viewer, layout: Layout, run: Run, people: Sequence[PersonName]
) -> list[PersonLines]:
    ids = [each.id for each in people]
    columns = History.person_id, History.field_key, History.old, History.new, History.source
    rows = select(*columns).where(History.run_id == run.id, History.person_id.in_(ids))
    changes: list[ValueChange] = [
        (row[0], row[1], row[2], row[3], row[4])
        for row in db.session.execute(rows.order_by(History.id))
    ]
    first = select(Identity.person_id).where(
        Identity.first_run_id == run.id, Identity.person_id.in_(ids)
    )
    new = set(db.session.scalars(first))
    shown = _Shown(viewer, layout, set(ids), changes, Rules(layout, run))
    by_person: dict[int, list[ValueChange]] = defaultdict(list)
    for change in changes:
        by_person[change[0]].append(change)
    lines = [
        PersonLines(each, shown.of(each.id, by_person[each.id]), "new" if each.id in new else "")
        for each in people
    ]
    return [each for each in lines if each.values or each.action]


class _Shown:
    """Makes lines of changes, of the fields that the viewer may see of each person."""

    def __init__(
        self,
        viewer: Viewer,
        layout: Layout,
        ids: set[int],
        changes: Sequence[ValueChange],
        rules: Rules,
    ) -> None:
        self._rules = rules
        self._sight = Sight(viewer, layout.fields())
        self._groups = groups_of(sorted(ids)) if ids else {}
        self._labels = {**OF_THE_PERSON, **labels_of({change[1] for change in changes})}
        self._people = people_or_entries(
            {item for change in changes for text in change[2:4] for item in text.split("\n")}
        )

    def of(self, person_id: int, changes: Iterable[ValueChange]) -> list[ValueLine]:
        """Return the lines of one person, without what the viewer may not see."""
        groups = self._groups.get(person_id, frozenset())
        seen = {each.key: each for each in self._sight.fields(person_id, groups)}
        lines = []
        for _who, key, before, after, source in changes:
            rule = str(self._rules.rule(key, after, source))
            if key in seen:
                was, now = (self._text(seen[key], value) for value in (before, after))
                lines.append(ValueLine(seen[key].name, was, now, rule))
            elif key in self._labels:
                was, now = (str(said(key, value)) for value in (before, after))
                lines.append(ValueLine(self._labels[key], was, now, rule))
        return lines

    def _text(self, field: FieldLayout, value: str) -> str:
        return field.type.text(value, self._people.get(value), self._people) if value else ""


def _problem(
    viewer: Viewer, layout: Layout, row: RunProblem, people: Mapping[str, PersonName]
) -> ProblemLine:
    field = layout.find_field(row.field)
    is_open = may_read(viewer, field) if field else _is_open(row.field)
    hidden = _("A value of a restricted field did not fit. Who may read the field can see which.")
    return ProblemLine(
        person=people.get(fold_login(row.login)) if is_open else None,
        login=row.login if is_open else "",
        field=_name(row.field, field) if is_open else _("a restricted field"),
        field_key=row.field if is_open else "",
        text=row.text if is_open else hidden,
    )


def _name(key: str, field: FieldLayout | None) -> Text | str:
    """Return what a problem is about; "" for a group, which its text names."""
    if field:
        return field.name
    return "" if key.startswith(GROUP) else OF_THE_PERSON.get(key, key)


def _is_open(key: str) -> bool:
    return key in OPEN_KEYS or key in OF_THE_PERSON or key.startswith(GROUP)


def _by_login(logins: set[str]) -> dict[str, PersonName]:
    """Return folded login -> person; nobody where two have the same."""
    folded = {fold_login(login) for login in logins}
    rows = select(Person.login_folded, Person.id, Person.login, Person.name).where(
        Person.login_folded.in_(folded), Person.merged_into_id.is_(None)
    )
    found: dict[str, list[PersonName]] = defaultdict(list)
    for key, id_, login, name in db.session.execute(rows) if folded else ():
        found[key].append(PersonName(id_, login, name))
    return {key: people[0] for key, people in found.items() if len(people) == 1}


def _paged(wanted: Select[Any], page: int) -> tuple[Sequence[Any], tuple[int, int, int]]:
    """Return the rows of a page, and total, number of the page, count of pages."""
    counted = select(func.count()).select_from(wanted.order_by(None).subquery())
    place = _place(db.session.scalar(counted) or 0, page)
    return db.session.scalars(wanted.limit(PAGE).offset(_skip(place[1]))).all(), place


def _place(total: int, page: int) -> tuple[int, int, int]:
    count = max(1, math.ceil(total / PAGE))
    return total, min(max(page, 1), count), count


def _skip(number: int) -> int:
    return (number - 1) * PAGE
