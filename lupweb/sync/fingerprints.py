"""What decides the values that a directory delivers, so that what changed is read for everybody.

A field whose fingerprint is another one than when everybody was read last is read for everybody by
the next run, without anybody's help (sync.md section 5).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, insert, select, update

from lupweb.database import compact_json, db
from lupweb.directories.models import Directory, DirectoryRole, FieldReading
from lupweb.directories.switching import switched_off_by
from lupweb.ldap.dn import fold_dn, join
from lupweb.options.service import options
from lupweb.profiles.layout import FieldLayout, Layout, load_layout

QUESTION = ""
"""The name under which it is kept what decides who is read at all, and what people are called."""
OTHERWISE = "-"
"""Stands for the fingerprint of a question while people may have been read with another one."""
CONVERTERS = 1
"""Raised when a type of field makes something else of the values that a directory delivers."""
OF_ONE_TYPE = {"region": "phone", "anniversary": ""}
"""Options that every type is given although one only goes by it, or none: it is about showing."""


def current(directory: Directory, layout: Layout, chosen: Mapping[str, Any]) -> dict[str, str]:
    """Return field key -> fingerprint as the set-up is now, and that of the `QUESTION`.

    :param chosen: the site's options
    """
    found = {each.key: _of_field(each) for each in layout.supplied_by(directory.key)}
    return {**found, QUESTION: _of_question(directory, chosen)}


def recorded(directory_id: int) -> dict[str, str]:
    """Return the fingerprints with which everybody was read last; empty if nobody ever was."""
    rows = select(FieldReading.name, FieldReading.fingerprint)
    return dict(db.session.execute(rows.where(FieldReading.directory_id == directory_id)).all())


def record(directory_id: int, read: Mapping[str, str]) -> None:
    """Keep the fingerprints with which everybody was read; belongs to the end of a run.

    :param read: replaces what was kept: fields that are not in it count as not read
    """
    db.session.execute(delete(FieldReading).where(FieldReading.directory_id == directory_id))
    rows = [
        {"directory_id": directory_id, "name": name, "fingerprint": fingerprint}
        for name, fingerprint in sorted(read.items())
    ]
    if rows:
        db.session.execute(insert(FieldReading), rows)


def forget(directory_id: int) -> None:
    """Let the next run of a directory read everybody; call inside a transaction."""
    record(directory_id, {})


def forget_other(directory_id: int, now: Mapping[str, str]) -> None:
    """Forget what does not hold while a run writes by another set-up; call inside a transaction.

    If it ends in the middle, some people are as this set-up says, and nobody knows who: even if an
    administrator takes it back, everybody is to be read again.

    :param now: the fingerprints of the run
    """
    before = recorded(directory_id)
    other = [name for name, each in before.items() if now.get(name) != each]
    of_here = FieldReading.directory_id == directory_id
    fields = [name for name in other if name != QUESTION]
    if fields:
        db.session.execute(delete(FieldReading).where(of_here, FieldReading.name.in_(fields)))
    if QUESTION in other:
        asked = update(FieldReading).where(of_here, FieldReading.name == QUESTION)
        db.session.execute(asked.values(fingerprint=OTHERWISE))


def forget_fields(keys: Collection[str]) -> None:
    """Let every directory that supplies these fields be asked for them; call inside a transaction.

    They are filled otherwise from now on. When the set-up of before comes back, its fingerprints
    would be the same, and values that came in between would stay.
    """
    db.session.execute(delete(FieldReading).where(FieldReading.name.in_(keys)))


def unread_fields(directory_id: int) -> set[str]:
    """Return the keys of the fields that the directory was not fully asked for yet.

    So it is from the moment in which a mapping is saved until a run has read it for everybody.
    """
    chosen = options()
    layout = load_layout(chosen["phone_region"])
    return _unread(db.session.get_one(Directory, directory_id), layout, chosen)


def _unread(directory: Directory, layout: Layout, chosen: Mapping[str, Any]) -> set[str]:
    now = current(directory, layout, chosen)
    before = recorded(directory.id)
    fields = now.keys() - {QUESTION}
    if before.get(QUESTION) != now[QUESTION]:
        return set(fields)
    return {key for key in fields if before.get(key) != now[key]}


def waiting_fields() -> dict[str, list[Directory]]:
    """Return field key -> the directories whose next run reads it for everybody.

    A directory that was never read at all is left out: all of its fields wait. Two queries for each
    directory, however many fields there are.
    """
    chosen = options()
    layout = load_layout(chosen["phone_region"])
    rows = select(Directory).where(
        Directory.is_enabled,
        Directory.role != DirectoryRole.ALTERNATIVE,
        Directory.last_full_at.is_not(None),
    )
    found: dict[str, list[Directory]] = defaultdict(list)
    for directory in db.session.scalars(rows.order_by(Directory.position)).all():
        for key in _unread(directory, layout, chosen):
            found[key].append(directory)
    return found


def unseen_directories() -> dict[str, bool]:
    """Return the keys of the directories whose next run asks what was never asked there.

    Base DN, filter or the like are new: a dry run is offered first (sync.md section 17). What is
    read anew for another reason, as after an upgrade, was seen. Three queries, and one for each.

    :returns: key -> whether nothing was ever read there
    """
    chosen = options()
    rows = select(FieldReading.directory_id, FieldReading.fingerprint)
    kept = dict(db.session.execute(rows.where(FieldReading.name == QUESTION)).all())
    wanted = select(Directory).where(
        Directory.is_enabled, Directory.role != DirectoryRole.ALTERNATIVE
    )
    found = {}
    for each in db.session.scalars(wanted.order_by(Directory.position)).all():
        is_first = each.last_read_at is None
        if is_first or kept.get(each.id, "") not in {"", _of_question(each, chosen)}:
            found[each.key] = is_first
    return found


def _of_field(field: FieldLayout) -> str:
    options_ = {
        name: value
        for name, value in field.type.options.items()
        if OF_ONE_TYPE.get(name, field.type.key) == field.type.key
    }
    source = str(field.source.is_directory)
    parts = [CONVERTERS, field.attribute.strip().casefold(), field.type.key, source, options_]
    # each only where it is, so that an upgrade reads nobody anew
    more = [field.directory] * bool(field.directory) + ["falls through"] * field.falls_through
    return _hash([*parts, *more])


def _of_question(directory: Directory, chosen: Mapping[str, Any]) -> str:
    off = switched_off_by(directory.disabled_attribute, directory.disabled_value)
    # only where there is one, so that an upgrade reads nobody anew
    switch = [[off.attribute.casefold(), off.value]] if off else []
    return _hash(
        [
            fold_dn(join(directory.additional_user_dn, directory.base_dn)),
            "subtree",
            directory.user_filter,
            directory.person_filter,
            chosen["active_users"] if directory.person_filter else "",
            fold_dn(directory.bind_dn),
            directory.login_attribute,
            directory.name_attribute,
            directory.email_attribute,
            chosen.get("match_people_by", ""),
            str(directory.role),
            _asked_before(directory),
            *switch,
            *([[directory.id_attribute.casefold()]] if directory.id_attribute else []),
        ]
    )


def _asked_before(directory: Directory) -> list[str]:
    """Return the directories that supply before this one: another order decides otherwise."""
    rows = select(Directory.key).where(
        Directory.is_enabled, Directory.position < directory.position
    )
    return sorted(db.session.scalars(rows))


def _hash(parts: Sequence[Any]) -> str:
    return blake2b(compact_json(parts).encode(), digest_size=16).hexdigest()
