"""How directories are set up, for a support request: without secrets, and without people."""

import platform
from importlib.metadata import version
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import func, select

from lupweb import __version__, clock
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db, end_reading
from lupweb.diagnosis.masking import HIDDEN, masked_dn, masked_filter
from lupweb.diagnosis.servers import server_facts
from lupweb.diagnosis.service import NOBODY_ASKED, Outside
from lupweb.directories.models import Directory, Identity
from lupweb.directories.service import facts_of
from lupweb.errors import LupwebError
from lupweb.ldap.results import known_sentences
from lupweb.options.service import options
from lupweb.people.models import Group, Person
from lupweb.profiles.layout import FieldLayout, load_layout
from lupweb.runs.models import Run, RunProblem, Schedule
from lupweb.sync.fingerprints import unread_fields

MOST_RUNS = 10
PACKAGES = ("python-ldap", "flask", "sqlalchemy", "rq", "redis", "pillow", "cronsim")
TOLD_OPTIONS = (
    "match_people_by", "active_users", "unlicensed_users", "login_sync", "read_only",
    "schedule_full", "schedule_changes", "time_zone", "language", "phone_region",
    "picture_source", "picture_attribute",
)  # fmt: skip
PLAIN_SETTINGS = (
    "key", "kind", "position", "is_enabled", "tls", "allow_cleartext", "base_dn",
    "additional_user_dn", "additional_group_dn", "login_attribute", "name_attribute",
    "email_attribute", "disabled_attribute", "id_attribute", "keyed_by", "incremental",
    "marks", "most_missing", "most_missing_percent", "timestamp_pattern", "last_sync_date",
    "schedule_full", "schedule_changes", "writes", "state",
)  # fmt: skip
OF_PEOPLE = ("seen", "new", "missing", "back", "disabled", "shadowed")
"""Counters that say nothing of values."""
FILTERS = ("user_filter", "person_filter", "group_filter", "update_filter")


def support_summary(viewer: Viewer, outside: Outside = NOBODY_ASKED) -> dict[str, Any]:
    """Return the set-up of directories as one JSON document; nothing in it is a person's.

    :param outside: with a connection, every server is asked what it is; else nobody is asked
    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    chosen = options()
    shown = [each for each in load_layout().fields() if each.attribute]
    directories = list(db.session.scalars(select(Directory).order_by(Directory.position)))
    document = {
        "made_at": clock.now().isoformat(timespec="seconds"),
        "versions": _versions(),
        "options": {name: chosen[name] for name in TOLD_OPTIONS},
        "people": _counted(Person.state),
        "fields": [_field(each) for each in shown],
        "directories": [_directory(each) for each in directories],
        "schedules": _schedules(),
        "runs": _runs(viewer),
    }
    document["servers"] = _servers(directories, shown, outside)
    return document


def _versions() -> dict[str, str]:
    connection = db.session.connection()
    found = {
        "lupweb": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "database": connection.dialect.name,
        "database_version": ".".join(map(str, connection.dialect.server_version_info or ())),
        "schema": MigrationContext.configure(connection).get_current_revision() or "",
    }
    return {**found, **{name: version(name) for name in PACKAGES}}


def _field(field: FieldLayout) -> dict[str, Any]:
    return {
        "key": field.key,
        "type": field.type.key,
        "source": str(field.source),
        "attribute": field.attribute,
        "write_back": field.writes_back,
        "restricted": field.is_restricted,
    }


def _directory(directory: Directory) -> dict[str, Any]:
    of_here = Identity.directory_id == directory.id
    gone = select(Identity.is_gone, func.count()).where(of_here).group_by(Identity.is_gone)
    entries = dict(db.session.execute(gone).all())
    groups = select(Group.trouble, func.count()).where(Group.directory_id == directory.id)
    where, _colon, _place = directory.bind_password_from.partition(":")
    return {
        **{name: getattr(directory, name) for name in PLAIN_SETTINGS},
        "role": str(directory.role),
        "uris": [uri.rpartition("@")[2] for uri in directory.uris],
        "has_ca_file": bool(directory.ca_file),
        "bind_dn": masked_dn(directory.bind_dn),
        "bind_password": where or ("stored" if directory.bind_password else "none"),
        "disabled_value": HIDDEN if directory.disabled_value else "",
        **{name: masked_filter(getattr(directory, name)) for name in FILTERS},
        "last_full_at": _told(directory.last_full_at),
        "last_changes_at": _told(directory.last_changes_at),
        "entries": entries.get(False, 0),
        "entries_gone": entries.get(True, 0),
        "groups": dict(db.session.execute(groups.group_by(Group.trouble)).all()),
        "fields_not_read": sorted(unread_fields(directory.id)),
    }


def _counted(column: Any) -> dict[str, int]:
    rows = db.session.execute(select(column, func.count()).group_by(column))
    return {str(value): count for value, count in rows}


def _schedules() -> list[dict[str, Any]]:
    rows = db.session.scalars(select(Schedule).order_by(Schedule.subject, Schedule.mode))
    return [
        {
            "subject": each.subject,
            "mode": each.mode,
            "cron": each.cron,
            "zone": each.zone,
            "next_at": _told(each.next_at),
        }
        for each in rows
    ]


def _runs(viewer: Viewer) -> list[dict[str, Any]]:
    """Return the last runs of each subject; the newest first."""
    newest = func.row_number().over(partition_by=Run.subject, order_by=Run.id.desc())
    ranked = select(Run.id, newest.label("place")).subquery()
    rows = (
        select(Run)
        .join(ranked, ranked.c.id == Run.id)
        .where(ranked.c.place <= MOST_RUNS)
        .order_by(Run.id.desc())
    )
    return [_run(viewer, each) for each in db.session.scalars(rows)]


def _run(viewer: Viewer, run: Run) -> dict[str, Any]:
    """Return a run by numbers and known sentences: its own words may name people.

    How much it changed, and where, would tell of restricted values: that is for the operator alone.
    """
    found = {
        "run": run.id,
        "subject": run.subject,
        "mode": run.mode,
        "state": str(run.state),
        "dry_run": run.dry_run,
        "started": _told(run.started_at),
        "seconds": (run.ended_at - run.started_at).total_seconds() if run.ended_at else None,
        "said": known_sentences(run.message),
    }
    if not viewer.is_operator:
        counters = {name: run.counters[name] for name in OF_PEOPLE if name in run.counters}
        return {**found, "counters": counters}
    problems = (
        select(RunProblem.field, func.count())
        .where(RunProblem.run_id == run.id)
        .group_by(RunProblem.field)
    )
    by_field = dict(db.session.execute(problems).all())
    return {**found, "counters": run.counters, "problems": by_field}


def _servers(
    directories: list[Directory], shown: list[FieldLayout], outside: Outside
) -> dict[str, Any]:
    """Return what servers say they are, by the key of their directory; {} without a connection."""
    if outside.connect is None:
        return {}
    asked, locked = {}, {}
    attributes = sorted({each.attribute for each in shown if each.source.is_directory})
    for each in directories:
        try:
            asked[each.key] = facts_of(each, outside.secret_key)
        except LupwebError:
            locked[each.key] = {"contact": "refused"}
    end_reading()
    return {**locked, **server_facts(asked, attributes, outside.connect, outside.limit_s)}


def _told(instant: Any) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None
