"""Try a directory by what stands in its form, before anything of it is stored."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import open_setup
from lupweb.configfile.directory_draft import DIRECTORIES, NESTED, UNSEEN, checked
from lupweb.configfile.directory_editing import require_system_administrator
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.keys import Entry
from lupweb.configfile.stored import Setup
from lupweb.database import end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.filter_preview import FilterPreview, preview_filter
from lupweb.directories.keys import NOT_WRITTEN, prove_key, shows_own_id
from lupweb.directories.models import DirectoryRole
from lupweb.directories.nesting import NestedGroups, prove_chain
from lupweb.directories.probe import probe
from lupweb.directories.service import DirectoryFacts, find_directory
from lupweb.directories.stamps import probe_pattern
from lupweb.directories.steps import Expected, Step
from lupweb.directories.switching import switched_off_by
from lupweb.errors import DirectoryError, InvalidForm, InvalidValue
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.dn import join
from lupweb.ldap.schema import Schema
from lupweb.ldap.session import Directory as LdapSession
from lupweb.options.service import options
from lupweb.profiles.sources import Source
from lupweb.sync.preparing import search_filter
from lupweb.texts import Text, _

PATTERN = "timestamp_pattern"
KEY = "id_attribute"
ATTRIBUTES = (
    "login_attribute", "name_attribute", "email_attribute", "disabled_attribute", "id_attribute",
)  # fmt: skip
"""What names an attribute. With a login attribute that is not there, nobody could sign in."""


def try_connection(viewer: Viewer, draft: Draft, secret_key: str, connect: Connect) -> list[Step]:
    """Walk the steps of the connection test; asks the directory, stores nothing.

    :raises Forbidden: if `viewer` is no system administrator
    :raises InvalidForm: if the form cannot be tried
    """
    facts, setup = _opened(viewer, draft, secret_key)
    end_reading()
    return probe(facts, connect, _expected(setup, draft.key))


def try_filter(viewer: Viewer, draft: Draft, secret_key: str, connect: Connect) -> FilterPreview:
    """Return whom the form would read, beside whom the directory has now; stores nothing.

    :raises Forbidden: if `viewer` is no system administrator
    :raises InvalidForm: if the form cannot be tried
    :raises DirectoryError: if the directory does not answer, or refuses
    """
    facts, _setup = _opened(viewer, draft, secret_key)
    return preview_filter(facts, connect)


def prove_typed(viewer: Viewer, draft: Draft, secret_key: str, connect: Connect) -> None:
    """Try what only the directory can tell to be wrong, where it was typed; stores nothing.

    That is a Timestamp pattern and the chain rule, which are tried on entries, and the names of
    attributes, which have to be some that the directory knows.

    :raises Forbidden: if `viewer` is no system administrator
    :raises InvalidForm: if the form cannot be tried, or the directory proves it wrong
    """
    facts, setup = _opened(viewer, draft, secret_key)
    stored = setup[DIRECTORIES].get(draft.key, {})
    end_reading()
    if _is_typed(draft, stored, PATTERN):
        wanted = draft.entry[PATTERN]
        _prove(
            PATTERN, draft, connect, facts, lambda session: probe_pattern(session, facts, wanted)
        )
    if draft.entry[NESTED] == NestedGroups.CHAIN and _is_typed(draft, stored, NESTED):
        _prove(NESTED, draft, connect, facts, lambda session: prove_chain(session, facts))
    typed = [name for name in ATTRIBUTES if _is_typed(draft, stored, name)]
    if typed:
        _prove_attributes(facts, draft, typed, connect)
    if draft.entry[KEY] and any(_is_changed(draft, stored, name) for name in (KEY, "write")):
        _prove_key(facts, draft, connect)


def _is_changed(draft: Draft, stored: Entry, name: str) -> bool:
    return bool(draft.entry[name]) and draft.entry[name] != stored.get(name)


def _is_typed(draft: Draft, stored: Entry, name: str) -> bool:
    return draft.entry[name] not in ("", stored.get(name, ""))


def _prove(
    place: str,
    draft: Draft,
    connect: Connect,
    facts: DirectoryFacts,
    prove: Callable[[LdapSession], None],
) -> None:
    """Refuse what stands at a place of the form if the directory proves it wrong."""
    try:
        with connect(facts.server) as session:
            session.bind(facts.bind_dn, facts.password)
            prove(session)
    except (DirectoryError, InvalidValue) as error:
        raise InvalidForm(error.message, draft.with_problems({place: error.message})) from error


def _prove_key(facts: DirectoryFacts, draft: Draft, connect: Connect) -> None:
    """Refuse what cannot tell people apart; and to write where nothing but a value does."""
    attribute = draft.entry[KEY]
    try:
        with connect(facts.server) as session:
            session.bind(facts.bind_dn, facts.password)
            wanted = search_filter(facts, options()["active_users"])
            end_reading()
            proof = prove_key(session, facts, attribute, wanted)
            is_written_blindly = draft.entry["write"] and not shows_own_id(session, facts)
    except DirectoryError as error:
        said = _("%(name)s could not be tried: %(why)s", name=attribute, why=error.message)
        raise InvalidForm(said, draft.with_problems({KEY: said})) from error
    problems: dict[str, Text | str] = {} if proof.holds else {KEY: proof.sentence}
    if is_written_blindly:
        problems["write"] = NOT_WRITTEN
    if problems:
        raise InvalidForm(next(iter(problems.values())), draft.with_problems(problems))


def _prove_attributes(
    facts: DirectoryFacts, draft: Draft, typed: Sequence[str], connect: Connect
) -> None:
    """Refuse attributes that are not there; a directory that does not answer proves nothing.

    :param typed: places in the form that name them
    """
    schema = Schema()
    with suppress(DirectoryError), connect(facts.server) as session:
        session.bind(facts.bind_dn, facts.password)
        schema = session.traits().schema
    if not schema.is_readable:
        return
    unknown = [place for place in typed if not schema.knows(draft.entry[place])]
    problems = {place: _unknown(schema, draft.entry[place]) for place in unknown}
    if problems:
        raise InvalidForm(next(iter(problems.values())), draft.with_problems(problems))


def _unknown(schema: Schema, name: str) -> Text:
    near = schema.nearest(name)
    if not near:
        return _("The directory knows no attribute %(name)s.", name=name[:63])
    return _(
        "The directory knows no attribute %(name)s. Is %(near)s meant?", name=name[:63], near=near
    )


def _opened(viewer: Viewer, draft: Draft, secret_key: str) -> tuple[DirectoryFacts, Setup]:
    require_system_administrator(viewer)
    setup = open_setup(viewer, secret_key)
    checked(draft, setup[DIRECTORIES].get(draft.key))
    stored = find_directory(draft.key) if draft.key else None
    return _facts(draft.entry, stored.id if stored else 0), setup


def _facts(entry: Entry, directory_id: int) -> DirectoryFacts:
    server = Server(
        uris=tuple(entry["uri"]),
        tls=Tls(entry["tls"]),
        allow_cleartext=entry["allow_cleartext"],
        ca_file=entry["ca_file"],
        id_attribute=entry["id_attribute"],
    )
    return DirectoryFacts(
        id=directory_id,
        key=entry["key"],
        server=server,
        bind_dn=entry["bind_dn"],
        password=entry[UNSEEN].text,
        user_base_dn=join(entry["additional_user_dn"], entry["base_dn"]),
        user_filter=entry["user_filter"],
        login_attribute=entry["login_attribute"],
        name_attribute=entry["name_attribute"],
        email_attribute=entry["email_attribute"],
        role=DirectoryRole(entry["role"]),
        person_filter=entry["person_filter"],
        group_base_dn=join(entry["additional_group_dn"], entry["base_dn"]),
        group_filter=entry["group_filter"],
        nested_groups=entry["nested_groups"],
        switched_off=switched_off_by(entry["disabled_attribute"], entry["disabled_value"]),
    )


def _expected(setup: Setup, key: str) -> Expected:
    """Return what the profile and the groups ask of a directory."""
    fields = setup["fields"].items()
    groups = setup["groups"].items()
    return Expected(
        attributes={
            name: field["attribute"]
            for name, field in fields
            if Source(field["source"]).is_directory
            and field["attribute"]
            and (field["fall_through"] or field["directory"] in {"", key})
        },
        groups={name: group["dn"] for name, group in groups if key and group["directory"] == key},
    )
