"""A small office, and its edit form as a browser holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.people.models import Membership, Person
from lupweb.people.queries import get_person
from lupweb.profiles.edit_form import EditForm, FormField, Sent
from lupweb.profiles.editing import Saved, edit_form, save_profile
from lupweb.profiles.layout import Layout, load_layout
from lupweb.profiles.models import ProfileField

ADMIN = Viewer(role=Role.ADMINISTRATOR, account_id=None)


def viewer_named(login: str, role: Role = Role.EMPLOYEE) -> Viewer:
    """Return somebody who signed in."""
    person = get_person(login)
    groups = db.select(Membership.group_id).filter_by(person_id=person.id)
    return Viewer(person.id, frozenset(db.session.scalars(groups)), role)


def layout() -> Layout:
    """Return the profile as it is now."""
    return load_layout("DE")


def value_of(login: str, key: str) -> str:
    """Return what is stored; "" is nothing."""
    db.session.expire_all()
    return str(get_person(login).document["values"].get(key, ""))


def origin_of(login: str, key: str) -> dict[str, object]:
    """Return where a stored value comes from."""
    db.session.expire_all()
    return dict(get_person(login).provenance[key])


def set_field(key: str, **settings: object) -> None:
    """Change a field as an administrator would."""
    with transaction():
        found = db.session.scalars(db.select(ProfileField).filter_by(key=key)).one()
        for name, value in settings.items():
            setattr(found, name, value)


def set_value(login: str, key: str, value: str) -> None:
    """Let a source change a value."""
    with transaction():
        person: Person = get_person(login)
        person.document = {"values": {**person.document["values"], key: value}}


@dataclass
class OpenForm:
    """The form of one profile, open in a browser of `viewer`."""

    viewer: Viewer
    handle: str
    form: EditForm
    typed: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, viewer: Viewer, handle: str) -> "OpenForm":
        """Open the form."""
        opened = cls(viewer, handle, edit_form(viewer, layout(), handle))
        db.session.rollback()
        return opened

    def field(self, key: str) -> FormField:
        """Return a field of the form."""
        return fields_of(self.form)[key]

    def type(self, key: str, *texts: str) -> "OpenForm":
        """Type into the controls of a field."""
        self.typed[key] = list(texts)
        return self

    def choose(self, key: str, side: str) -> "OpenForm":
        """Choose a radio button of a clash."""
        self.choices[key] = side
        return self

    def goes_on(self, form: EditForm) -> "OpenForm":
        """Go on with the form of an answer, as it was shown."""
        return OpenForm(self.viewer, self.handle, form)

    def sent(self) -> Sent:
        """Return what the browser sends: every control that is not locked."""
        free = {key: each.values for key, each in fields_of(self.form).items() if not each.lock}
        shown: dict[str, Sequence[str]] = {**free, **self.typed}
        posted = {f"field-{key}": list(values) or [""] for key, values in shown.items()}
        posted |= {f"choice-{key}": [side] for key, side in self.choices.items()}
        return Sent.read({**posted, "revision": [self.form.revision], "is_admin": ["1"]})

    def save(self) -> Saved:
        """Send the form."""
        with transaction():
            return save_profile(self.viewer, layout(), self.handle, self.sent())


def fields_of(form: EditForm) -> dict[str, FormField]:
    """Return every field of a form by key."""
    return {each.key: each for section in form.sections for each in section.fields}
