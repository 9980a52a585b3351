"""Build the profile: categories, fields, and who may see them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, func, select

from lupweb.database import db
from lupweb.errors import InvalidValue, NotFound
from lupweb.field_types import field_type
from lupweb.people.queries import groups_by_key
from lupweb.profiles.models import Category, CategoryGroup, FieldGroup, GroupPurpose, ProfileField
from lupweb.profiles.service import tell_everybody_changed
from lupweb.profiles.sources import Source
from lupweb.texts import _

IN_VCARD = frozenset({"phone", "im", "website", "position", "department", "location", "manager"})
"""Keys of fields that stand in vCards unless administrators decide otherwise."""


def define_category(
    key: str, name: str, *, applies_to: Collection[str] = (), visible_to: Collection[str] = ()
) -> Category:
    """Add a category at the end of the profile.

    :param applies_to: keys of the groups whose people have it; none: everybody
    :param visible_to: keys of the groups that may read it; none: everybody
    :raises InvalidValue: if the key is taken or a group is unknown
    """
    _refuse_second(Category, key)
    category = Category(key=key, name=name, position=_next_position(Category))
    db.session.add(category)
    db.session.flush()
    restrict_category(key, applies_to=applies_to, visible_to=visible_to)
    return category


def restrict_category(
    key: str, *, applies_to: Collection[str], visible_to: Collection[str]
) -> None:
    """Set whose profile has a category, and who may read it; at once, old values included.

    :param applies_to: keys of groups; none: everybody
    :param visible_to: keys of groups; none: everybody
    :raises NotFound: if there is no such category
    :raises InvalidValue: if a group is unknown
    """
    category = db.session.scalar(select(Category).where(Category.key == key))
    if category is None:
        raise NotFound(_("There is no category “%(key)s”.", key=key))
    db.session.execute(delete(CategoryGroup).where(CategoryGroup.category_id == category.id))
    for purpose, keys in (
        (GroupPurpose.APPLIES_TO, applies_to),
        (GroupPurpose.VISIBLE_TO, visible_to),
    ):
        for group_id in _group_ids(keys):
            db.session.add(
                CategoryGroup(category_id=category.id, purpose=purpose, group_id=group_id)
            )
    db.session.flush()
    tell_everybody_changed()


def define_field(  # noqa: PLR0913 a field has many settings, all named
    key: str,
    name: str,
    *,
    category: str,
    type_key: str = "text",
    options: Mapping[str, Any] | None = None,
    help_text: str = "",
    source: Source = Source.USER,
    attribute: str = "",
    searchable: bool = True,
    facet: bool = False,
    in_table: bool = False,
    on_card: bool = False,
    visible_to: Collection[str] = (),
) -> ProfileField:
    """Add a field at the end of a category.

    :param attribute: the LDAP attribute that a directory source reads
    :param facet: people are chosen by it in the directory
    :param in_table: it is a column of the directory's table
    :param on_card: it stands on the card over a name
    :param visible_to: keys of groups, narrower than the category's
    :raises InvalidValue: if the key is taken, or category, group or attribute is missing
    :raises NotFound: if there is no such type
    """
    _refuse_second(ProfileField, key)
    field_type(type_key, options)
    if source.is_directory and not attribute:
        raise InvalidValue(_("The field “%(name)s” needs an LDAP attribute.", name=name))
    category_id = db.session.scalar(select(Category.id).where(Category.key == category))
    if category_id is None:
        raise InvalidValue(_("There is no category “%(key)s”.", key=category))
    field = ProfileField(
        key=key,
        name=name,
        category_id=category_id,
        position=_next_position(ProfileField),
        type_key=type_key,
        options=dict(options or {}),
        help_text=help_text,
        source=source,
        attribute=attribute,
        searchable=searchable,
        facet=facet,
        in_table=in_table,
        on_card=on_card,
        in_vcard=key in IN_VCARD,
    )
    db.session.add(field)
    db.session.flush()
    db.session.add_all(
        FieldGroup(field_id=field.id, group_id=group_id) for group_id in _group_ids(visible_to)
    )
    return field


def fill_from_directory(
    key: str,
    attribute: str,
    *,
    help_text: str = "",
    options: Mapping[str, Any] | None = None,
    source: Source = Source.LDAP,
) -> ProfileField:
    """Let a directory fill a field that exists; return it.

    :raises NotFound: if there is no such field
    """
    field = db.session.scalar(select(ProfileField).where(ProfileField.key == key))
    if field is None:
        raise NotFound(_("There is no field “%(key)s”.", key=key))
    field.source = source
    field.attribute = attribute
    field.help_text = help_text or field.help_text
    field.options = dict(options or field.options)
    return field


def show_in_directory(field: ProfileField, *, facet: bool, in_table: bool) -> None:
    """Set whether people are chosen by a field in the directory, and whether it is a column."""
    field.facet = facet
    field.in_table = in_table
    db.session.flush()
    tell_everybody_changed()


def _group_ids(keys: Collection[str]) -> list[int]:
    known = groups_by_key()
    unknown = sorted(set(keys) - known.keys())
    if unknown:
        raise InvalidValue(_("There is no group “%(key)s”.", key=unknown[0]))
    return [known[key] for key in dict.fromkeys(keys)]


def _refuse_second(model: type[Category | ProfileField], key: str) -> None:
    if db.session.scalar(select(model.id).where(model.key == key)) is not None:
        raise InvalidValue(_("The key “%(key)s” is taken.", key=key))


def _next_position(model: type[Category | ProfileField]) -> int:
    return (db.session.scalar(select(func.max(model.position))) or 0) + 1
