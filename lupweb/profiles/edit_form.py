"""The edit form: everything that its page shows, and everything that was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from lupweb.accounts.viewers import Viewer
from lupweb.people.queries import group_names
from lupweb.profiles.choosing import PersonChoice
from lupweb.profiles.desk import Desk, DeskField
from lupweb.profiles.layout import CategoryLayout, FieldLayout, Layout
from lupweb.profiles.locks import Lock
from lupweb.profiles.merging import Choice, Mark, Revision
from lupweb.texts import Text

PREFIX, CHOICE_PREFIX = "field-", "choice-"


@dataclass(frozen=True)
class Sent:
    """What a form sent (interface.md section 7).

    :param typed: field key -> the values of its controls; a field that is not there is untouched
    :param revision: what the form was made from, as the form says it
    :param choices: field key -> `mine` or `theirs`
    """

    typed: Mapping[str, Sequence[str]]
    revision: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, posted: Mapping[str, Sequence[str]]) -> "Sent":
        """Return what was sent; every other name in `posted` is ignored (hostile-input.md B24)."""
        return cls(
            typed={
                name.removeprefix(PREFIX): values
                for name, values in posted.items()
                if name.startswith(PREFIX)
            },
            revision=next(iter(posted.get("revision", ())), ""),
            choices={
                name.removeprefix(CHOICE_PREFIX): values[0]
                for name, values in posted.items()
                if name.startswith(CHOICE_PREFIX) and values
            },
        )


@dataclass(frozen=True)
class FormField:
    """One field of the form.

    :param name: of its controls, as in `field-phone`
    :param values: what stands in the controls
    :param shown: the stored value, for a field that is locked
    :param badge: `ldap`, `saved_to_ldap`, `xml`, or "" for what people fill in
    :param problem: what is wrong with what was typed
    :param people: whom to choose from, where what was typed may mean several
    """

    field: FieldLayout
    name: str
    values: Sequence[str]
    shown: Markup
    lock: Lock | None
    badge: str
    problem: Text | str = ""
    people: Sequence[PersonChoice] = ()

    @property
    def key(self) -> str:
        """Return the field's key."""
        return self.field.key

    @property
    def label(self) -> str:
        """Return the field's name."""
        return self.field.name


@dataclass(frozen=True)
class FormSection:
    """One category of the form; `visible_to` are names of groups, none where everybody sees it."""

    key: str
    name: str
    visible_to: Sequence[str]
    fields: Sequence[FormField]

    @property
    def problems(self) -> int:
        """Return how many of its fields have one."""
        return sum(1 for each in self.fields if each.problem)


@dataclass(frozen=True)
class Clash:
    """A field that was changed here and elsewhere; nothing is stored until one is chosen.

    :param was: what the form was made from; None if nobody knows any more
    :param at: since when theirs is what it is; None if not known
    :param by: who changed it: a name, or "" for a source
    :param source: `ldap`, `user` and the like
    :param choice: what is preselected
    """

    key: str
    label: str
    mine: str
    theirs: str
    was: str | None
    at: datetime | None
    by: str
    source: str
    goes_to_directory: bool
    choice: Choice = Choice.MINE

    @property
    def name(self) -> str:
        """Return the name of its radio buttons."""
        return CHOICE_PREFIX + self.key


@dataclass(frozen=True)
class Told:
    """A field that others changed meanwhile and this form did not: theirs stays."""

    key: str
    label: str
    now: str
    was: str | None
    is_editable: bool


@dataclass(frozen=True)
class EditForm:
    """The whole form.

    :param clashes: to be chosen from; the answer is 409 then
    :param lost: what was typed into fields that are not in the form any more
    """

    person_id: int
    person_name: str
    handle: str
    is_own: bool
    revision: str
    sections: Sequence[FormSection]
    clashes: Sequence[Clash] = ()
    told: Sequence[Told] = ()
    lost: Sequence[str] = ()

    @property
    def problems(self) -> list[FormField]:
        """Return the fields that cannot be stored as they are, in their order."""
        return [each for part in self.sections for each in part.fields if each.problem]


@dataclass(frozen=True)
class Answer:
    """What is to be shown of one field instead of what is stored.

    :param typed: what was typed; None: what is stored
    :param mark: what the form was made from; None: what is stored now
    """

    typed: Sequence[str] | None = None
    mark: Mark | None = None
    problem: Text | str = ""
    people: Sequence[PersonChoice] = ()


NO_ANSWER = Answer()


def build_form(  # noqa: PLR0913 all named
    viewer: Viewer,
    layout: Layout,
    desk: Desk,
    answers: Mapping[str, Answer],
    *,
    clashes: Sequence[Clash] = (),
    told: Sequence[Told] = (),
    lost: Sequence[str] = (),
) -> EditForm:
    """Return the form of a profile with what was typed; at most one query.

    :param answers: by field key
    """
    person = desk.person
    marks = {
        key: answers.get(key, NO_ANSWER).mark or each.mark for key, each in desk.fields.items()
    }
    return EditForm(
        person_id=person.id,
        person_name=person.name,
        handle=desk.handle,
        is_own=viewer.person_id == person.id,
        revision=Revision(person.id, marks).encode(),
        sections=_sections(layout, desk, answers),
        clashes=clashes,
        told=told,
        lost=lost,
    )


def _sections(layout: Layout, desk: Desk, answers: Mapping[str, Answer]) -> list[FormSection]:
    names = group_names() if any(each.visible_to for each in layout.categories) else {}
    found = []
    for category in layout.categories:
        fields = [
            _form_field(desk.fields[each.key], desk, answers.get(each.key, NO_ANSWER))
            for each in category.fields
            if each.key in desk.fields
        ]
        if fields:
            found.append(_section(category, fields, names))
    return found


def _section(
    category: CategoryLayout, fields: Sequence[FormField], names: Mapping[int, str]
) -> FormSection:
    readers = sorted(names[group_id] for group_id in category.visible_to)
    return FormSection(category.key, category.name, readers, fields)


def _form_field(each: DeskField, desk: Desk, answer: Answer) -> FormField:
    return FormField(
        field=each.field,
        name=PREFIX + each.key,
        values=_offered(each, desk) if answer.typed is None else answer.typed,
        shown=each.shown(each.stored),
        lock=each.lock,
        badge=_badge(each),
        problem=answer.problem,
        people=answer.people,
    )


def _offered(each: DeskField, desk: Desk) -> Sequence[str]:
    """Return what stands in the controls; the default where nobody entered anything yet."""
    is_new = not each.stored and each.key not in desk.person.provenance
    if is_new and each.lock is None and each.field.default:
        return each.field.type.form_values(each.field.default)
    return each.controls


def _badge(each: DeskField) -> str:
    if each.goes_to_directory:
        return "saved_to_ldap"
    if each.lock is None:
        return ""
    return {"ldap": "ldap", "ldap_only": "ldap", "alternative_ldap": "ldap", "xml": "xml"}.get(
        str(each.lock.reason), ""
    )
