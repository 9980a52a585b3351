"""What the pages of groups show beside what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import render_template, request

from lupweb.accounts.viewers import require_administrator
from lupweb.blueprints.admin.parts import connect, secret_key
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.group_members import MembersTyped, person_meant
from lupweb.configfile.group_overview import (
    group_page,
    groups_of_one,
    started,
    why,
    why_group_closed,
)
from lupweb.directories.group_entries import EntriesFound, GroupEntry, group_entries
from lupweb.directories.service import enabled_directories, get_directory
from lupweb.errors import NotFound
from lupweb.ldap.dn import fold_dn
from lupweb.people.memberships import groups_by_dn
from lupweb.people.summaries import summaries
from lupweb.profiles.cards import cards
from lupweb.profiles.choosing import PersonChoice
from lupweb.search.suggestions import suggestions
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.paging import page_number

MEMBERS = "people"
LONGEST_WORDS = 200


@dataclass(frozen=True)
class _NotRequired:
    required: bool = False


@dataclass(frozen=True)
class PeopleInput:
    """The control in which people are named, as `components/controls.html` takes it."""

    label: str
    values: Sequence[str] = ()
    people: Sequence[PersonChoice] = ()
    problem: Text | str = ""
    name: str = MEMBERS
    field: _NotRequired = _NotRequired()


@dataclass(frozen=True)
class MembersAddress:
    """Makes the addresses of the pages of one list of members."""

    path: str
    words: str

    def page(self, number: int) -> str:
        """Return the address of a page."""
        return f"{self.path}?{urlencode({'q': self.words, 'page': number})}"


def find_people(words: str) -> Sequence[int]:
    """Return whom words may mean, as the search finds them."""
    found = suggestions(viewer(), page_layout(), site_options(), words)
    return [card.id for card in found.people]


def group_form(draft: Draft) -> str:
    """Return the form of a group, with what was typed."""
    names = {each.key: each.name for each in enabled_directories()}
    closed = why_group_closed(viewer(), draft.key, secret_key())
    return render_template(
        "admin/groups/edit.html", draft=draft, directories=names, why_closed=closed
    )


def members_page(key: str, typed: MembersTyped | None = None, logins: Sequence[str] = ()) -> str:
    """Return the page of one group.

    :param typed: whom somebody wanted to add, if it is not clear who is meant
    :param logins: what was typed into the list of logins then
    """
    words = request.args.get("q", "").strip()[:LONGEST_WORDS]
    asked = words, page_number(request.args.get("page", ""))
    found = group_page(viewer(), key, secret_key(), site_options(), asked)
    people = summaries([row.id for row in found.members.rows])
    shown = {card.id: card for card in cards(viewer(), page_layout(), people)}
    typed = typed or MembersTyped()
    return render_template(
        "admin/groups/show.html",
        group=found,
        row=found.row,
        cards=shown,
        why=why,
        words=words,
        address=MembersAddress(request.path.partition("/members")[0] + "/members", words),
        control=PeopleInput(str(_("People")), typed.values, typed.people, typed.problem),
        logins=logins,
    )


def person_groups() -> str:
    """Return the page with the groups of one person."""
    asked = (request.args.get("person-one") or request.args.get("person", "")).strip()
    chosen = person_meant(viewer(), asked)
    person = chosen.person
    groups = groups_of_one(viewer(), person.id, site_options(), secret_key()) if person else []
    return render_template(
        "admin/groups/person.html",
        typed=asked,
        found=chosen,
        groups=groups,
        runs=started(each.belonging.run_id for each in groups),
        why=why,
    )


def find_page() -> str:
    """Return the form that asks a directory for groups, and what it found if it was sent."""
    require_administrator(viewer())
    names = {each.key: each.name for each in enabled_directories()}
    chosen = request.values.get("directory") or next(iter(names), "")
    if chosen not in names:
        raise NotFound(_("There is no directory “%(key)s”.", key=chosen[:63]))
    words = request.form.get("q", "")
    is_asked = request.method == "POST"
    found = group_entries(chosen, words, secret_key(), connect()) if is_asked else EntriesFound()
    return render_template(
        "admin/groups/find.html",
        directories=names,
        chosen=chosen,
        words=words,
        is_asked=is_asked,
        found=found,
        entries=with_declared(chosen, found.entries),
    )


def with_declared(directory: str, entries: Sequence[GroupEntry]) -> list[tuple[GroupEntry, str]]:
    """Return each entry with the key of the group that it is here already, or ""."""
    declared = groups_by_dn(get_directory(directory).id)
    return [(each, declared.get(fold_dn(each.dn), "")) for each in entries]
