"""What the pages of directories show beside what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request

from lupweb.accounts.giving import is_system_administrator
from lupweb.blueprints.admin.directories_writing import name_of_step, write_panel
from lupweb.blueprints.admin.parts import connect, secret_key, shelf
from lupweb.configfile.directory_draft import question_of
from lupweb.configfile.directory_trying import try_connection, try_filter
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.key_rules import knows_somebody
from lupweb.directories.filter_preview import FilterPreview
from lupweb.directories.models import DirectoryRole
from lupweb.directories.nesting import NestedGroups
from lupweb.directories.steps import Step
from lupweb.errors import DirectoryError
from lupweb.ldap.connection import Tls
from lupweb.ldap.dialects import DIALECTS
from lupweb.sync.dashboard import directory_standings
from lupweb.sync.fingerprints import unseen_directories
from lupweb.texts import Text, _
from lupweb.web.access import viewer

KIND_NAMES: Mapping[str, Text] = {
    "openldap": _("OpenLDAP"),
    "active_directory": _("Active Directory or Samba"),
    "generic": _("Another LDAP server"),
}
TLS_NAMES: Mapping[str, Text] = {
    Tls.LDAPS: _("TLS from the start (ldaps)"),
    Tls.STARTTLS: _("StartTLS"),
    Tls.NONE: _("None"),
}
NESTING_NAMES: Mapping[str, Text] = {
    NestedGroups.EXPAND: _("Read one after the other"),
    NestedGroups.CHAIN: _("Found by the server (Active Directory)"),
    NestedGroups.OFF: _("Left out"),
}
ROLE_NAMES: Mapping[str, tuple[Text, Text]] = {
    DirectoryRole.CONNECTOR: (
        _("People are read from it"),
        _("By schedule; they sign in with their passwords of this directory."),
    ),
    DirectoryRole.DELEGATED: (
        _("Only for signing in"),
        _("People are made at their first sign-in, and read like the others from then on."),
    ),
    DirectoryRole.ALTERNATIVE: (
        _("Only a source of values"),
        _("Nobody signs in with it, and it makes nobody. It is never written."),
    ),
}
STEP_NAMES: Mapping[str, Text] = {
    "reach": _("Reach the server"),
    "tls": _("Connect safely"),
    "sign_in": _("Sign in"),
    "base": _("Find the base"),
    "people": _("Find people"),
    "unique_id": _("Tell people apart for ever"),
    "change_stamp": _("See what changed"),
    "attributes": _("Attributes of the fields"),
    "groups": _("Declared groups"),
}


@dataclass(frozen=True)
class Tried:
    """What became of a trial.

    :param problem: why a filter could not be tried
    :param is_unsaved: somebody wants to save it, and is to see first whom it reads
    """

    steps: Sequence[Step] = ()
    preview: FilterPreview | None = None
    problem: Text | str = ""
    is_unsaved: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was tried."""
        return not (self.steps or self.preview or self.problem)

    @property
    def seconds(self) -> float:
        """Return how long the connection test took."""
        return sum(step.seconds for step in self.steps)

    @property
    def signed_in(self) -> bool:
        """Return whether the connection test got as far as signing in."""
        return any(step.id == "sign_in" and step.ok for step in self.steps)

    @property
    def failed(self) -> Step | None:
        """Return the first step that failed, or None."""
        return next((step for step in self.steps if not step.ok), None)


def tried_connection(draft: Draft) -> Tried:
    """Return what became of the connection test.

    :raises InvalidForm: if the form cannot be tried
    """
    return Tried(steps=try_connection(viewer(), draft, secret_key(), connect()))


def tried_filter(draft: Draft) -> Tried:
    """Return whom the form would read.

    :raises InvalidForm: if the form cannot be tried
    """
    try:
        return Tried(preview=try_filter(viewer(), draft, secret_key(), connect()))
    except DirectoryError as error:
        return Tried(problem=error.message)


def directories_page() -> str:
    """Return the page with all directories."""
    return render_template(
        "admin/directories/index.html",
        standings=directory_standings(),
        kind_names=KIND_NAMES,
        role_names=ROLE_NAMES,
        may_change=is_system_administrator(viewer()),
        moved=request.args.get("moved", ""),
        step=request.args.get("step", ""),
    )


def directory_page(draft: Draft, tried: Tried, write_problem: Text | str = "") -> str:
    """Return the page of a directory, with what was typed and what became of a trial.

    :param write_problem: why writing could not be tested
    """
    return render_template(
        "admin/directories/edit.html",
        draft=draft,
        tried=tried,
        unseen=unseen_directories().get(draft.key) if tried.is_empty else None,
        standings={each.directory.key: each for each in directory_standings()},
        kinds=DIALECTS,
        kind_names=KIND_NAMES,
        tls_names=TLS_NAMES,
        nesting_names=NESTING_NAMES,
        role_names=ROLE_NAMES,
        step_names=STEP_NAMES,
        may_change=is_system_administrator(viewer()),
        writing=write_panel(draft.key, write_problem),
        name_of_step=name_of_step,
        question=question_of(draft.entry),
        keyed=bool(draft.key) and knows_somebody(draft.key),
        suggestions=_suggestions(draft.key, tried),
        password_typed=bool(request.form.get("bind_password")) and not tried.is_empty,
    )


def _suggestions(key: str, tried: Tried) -> list[str]:
    """Return attributes that the directory is known to have; only a test that went well asks it."""
    if tried.signed_in:
        shelf().known_attributes(secret_key(), connect())
    return shelf().kept_suggestions(key)
