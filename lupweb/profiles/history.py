"""What was changed in a profile, as one viewer may see it; and who is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lupweb.accounts.actors import actor_names
from lupweb.accounts.viewers import Viewer
from lupweb.audit.models import History
from lupweb.audit.service import changes_of_person
from lupweb.errors import Forbidden
from lupweb.field_types.base import PersonLink
from lupweb.notices.models import NoticeKind
from lupweb.notices.service import unread
from lupweb.people.queries import groups_of
from lupweb.profiles.desk import names_people
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.naming import people_meant
from lupweb.profiles.readers import get_shown
from lupweb.profiles.visibility import may_see
from lupweb.texts import Text, _

PAGE = 50
OF_A_PROFILE = frozenset({NoticeKind.PROFILE_EDITED, NoticeKind.NOT_SAVED, NoticeKind.THEIRS_STAYS})
OF_THE_PERSON: dict[str, Text] = {
    "@name": _("Name"),
    "@login": _("Login"),
    "@email": _("Email"),
    "@state": _("State"),
    "@listed": _("Shown among people"),
    "@picture": _("Picture"),
}
"""What is no field: key in the history -> label."""


@dataclass(frozen=True)
class HistoryLine:
    """One value that changed; "" is no value.

    :param by: the name of who did it; "" for a source
    :param source: `user`, `ldap`, `computed` and the like
    """

    key: str
    label: Text | str
    before: str
    after: str
    by: str
    at: datetime
    source: str
    run_id: int | None


@dataclass(frozen=True)
class HistoryPage:
    """Changes of a profile, the newest first; `older` names the page that goes before, if any."""

    person_name: str
    lines: Sequence[HistoryLine]
    older: int | None


@dataclass(frozen=True)
class ForeignEdit:
    """Somebody else has edited the viewer's profile; `id` names the notice.

    :param directory: the name of one that was taken away before it got what the viewer entered;
        "" where others edited something
    :param theirs_stays: what the viewer entered gave way to a newer value of the directory
    """

    id: int
    by: str
    labels: Sequence[str]
    at: datetime
    directory: str = ""
    theirs_stays: bool = False


def history(
    viewer: Viewer, layout: Layout, handle: str, *, before: int | None = None
) -> HistoryPage:
    """Return what was changed in a profile; a constant number of queries.

    Only fields that the viewer may see now: a field that was moved into a restricted category takes
    its past along, and one that is gone shows nothing (hostile-input.md B36, B40).

    :param before: only what is older than the line of this number
    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    :raises Forbidden: for everybody but the person and administrators
    """
    person = get_shown(viewer, handle)
    is_administrator = viewer.role.is_administrator or viewer.is_operator
    if viewer.person_id != person.id and not is_administrator:
        raise Forbidden(_("Only the person and administrators see what was changed."))
    groups = groups_of([person.id])[person.id]
    seen = {each.key: each for each in layout.fields() if may_see(viewer, each, person.id, groups)}
    keys = [*seen, *OF_THE_PERSON]
    rows = changes_of_person(person.id, keys, before=before, limit=PAGE + 1)
    page = rows[:PAGE]
    return HistoryPage(
        person_name=person.name,
        lines=_lines(page, seen),
        older=page[-1].id if len(rows) > PAGE else None,
    )


def foreign_edits(viewer: Viewer, layout: Layout) -> list[ForeignEdit]:
    """Return what others did to the viewer's own profile, and the viewer has not read yet.

    Fields are named only as far as the viewer sees them now, and an edit of none of these is not
    told at all; five queries at most, one mostly.
    """
    notices = [each for each in unread(viewer) if each.kind in OF_A_PROFILE]
    if not notices or viewer.person_id is None:
        return []
    groups = groups_of([viewer.person_id])[viewer.person_id]
    labels = {key: str(text) for key, text in OF_THE_PERSON.items()} | {
        each.key: each.name
        for each in layout.fields()
        if may_see(viewer, each, viewer.person_id, groups)
    }
    names = actor_names({each.about["by"] for each in notices})
    found = [
        ForeignEdit(
            id=each.id,
            by=names.get(each.about["by"], ""),
            labels=[labels[key] for key in each.about["fields"] if key in labels],
            at=each.at,
            directory=each.about.get("directory", ""),
            theirs_stays=each.kind == NoticeKind.THEIRS_STAYS,
        )
        for each in notices
    ]
    return [each for each in found if each.labels]


def _lines(rows: Sequence[History], seen: dict[str, FieldLayout]) -> list[HistoryLine]:
    names = actor_names({each.actor for each in rows})
    naming = {key for key, field in seen.items() if names_people(field)}
    texts = [text for each in rows if each.field_key in naming for text in (each.old, each.new)]
    people = people_meant(item for text in texts for item in text.split("\n"))
    return [
        HistoryLine(
            key=each.field_key,
            label=_label(each, seen),
            before=_text(each, each.old, seen, people),
            after=_text(each, each.new, seen, people),
            by=names.get(each.actor, ""),
            at=each.at,
            source=each.source,
            run_id=each.run_id,
        )
        for each in rows
    ]


def _label(row: History, seen: dict[str, FieldLayout]) -> Text | str:
    return seen[row.field_key].name if row.field_key in seen else OF_THE_PERSON[row.field_key]


def _text(
    row: History, value: str, seen: dict[str, FieldLayout], people: dict[str, PersonLink]
) -> str:
    found = seen.get(row.field_key)
    if found is None or not value:
        return value
    return found.type.text(value, people.get(value), people)
