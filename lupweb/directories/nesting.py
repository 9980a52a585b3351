"""How groups inside groups are read, and whether a server can be asked for all levels at once."""

from enum import StrEnum

from lupweb.directories.service import DirectoryFacts
from lupweb.directories.steps import Failure
from lupweb.errors import DirectoryRefused, EntryNotFound, InvalidValue, LimitExceeded
from lupweb.ldap.dn import join
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of, given, in_chain, present
from lupweb.ldap.session import Directory as LdapSession
from lupweb.texts import Text, _

NOBODY = "cn=nobody"
"""Below a group there is no such entry, so that nobody is its member."""
TRIED = 20
"""Groups inside others that are looked at, to find one that shows the rule at work."""


class NestedGroups(StrEnum):
    """How groups inside groups are read.

    `EXPAND`: one after the other. `CHAIN`: the server finds who is in any of them.
    """

    EXPAND = "expand"
    CHAIN = "chain"
    OFF = "off"


def prove_chain(session: LdapSession, facts: DirectoryFacts) -> None:
    """See that the chain rule finds a member of a group inside a group, and nobody besides.

    Both halves are needed: a server that does not know the rule finds nobody, or everybody.

    :raises InvalidValue: if it does not, or there is no group inside another to try it on
    :raises DirectoryUnavailable: if the directory does not answer
    """
    try:
        tried = _sample(session, facts)
        if tried is None:
            raise InvalidValue(
                _(
                    "The account sees no group inside another one, so the chain rule of Active"
                    " Directory cannot be tried. Expand nested groups."
                )
            )
        outer, inner, member = tried
        found = [_is_in(session, each, outer) for each in (inner, member)]
        is_proven = all(found) and not _is_in(session, member, join(NOBODY, outer))
    except (DirectoryRefused, EntryNotFound, LimitExceeded) as error:
        raise InvalidValue(not_proven()) from error
    if not is_proven:
        raise InvalidValue(not_proven())


def chain_works(session: LdapSession, facts: DirectoryFacts) -> Text:
    """Return what is told where the rule works, as a step of a connection test.

    :raises Failure: if it does not
    """
    try:
        prove_chain(session, facts)
    except InvalidValue as error:
        fix = _("Until then runs read groups inside groups one after the other.")
        raise Failure(error.message, fix) from error
    return _("The server finds members of nested groups by the chain rule.")


def not_proven() -> Text:
    """Return what is told where the rule does not work."""
    return _(
        "The server does not find members of nested groups by the chain rule of Active Directory"
        " (1.2.840.113556.1.4.1941). Expand nested groups."
    )


def _sample(session: LdapSession, facts: DirectoryFacts) -> tuple[str, str, str] | None:
    """Return the DNs of a group, one inside it, and a member of that one which is neither."""
    nested = all_of(given(facts.group_filter), present("memberOf"), present("member"))
    found = session.search(facts.group_base_dn, nested, ["memberOf"], limit=TRIED)
    for inner in found:
        members = _texts(session.read(inner.dn, ["member"]), "member")
        for outer in _texts(inner, "memberOf"):
            around = {inner.dn.casefold(), outer.casefold()}
            direct = {each.casefold() for each in _texts(session.read(outer, ["member"]), "member")}
            others = (each for each in members if each.casefold() not in around | direct)
            member = next(others, None)
            if member is not None:
                return outer, inner.dn, member
    return None


def _is_in(session: LdapSession, dn: str, group: str) -> bool:
    found = session.search(dn, in_chain("memberOf", group), ["objectClass"], limit=2)
    return any(each.dn.casefold() == dn.casefold() for each in found)


def _texts(entry: Entry, attribute: str) -> list[str]:
    return [each.decode("utf-8", "replace") for each in entry.values(attribute)]
