"""“Save as list”: what is shown gets a name, for oneself, a group or everybody."""

from dataclasses import dataclass, field, replace

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.list_editing import share_list
from lupweb.errors import InvalidForm, InvalidValue
from lupweb.lists.contents import ListContent
from lupweb.lists.service import checked_list_name, rename_list, save_list
from lupweb.texts import Text, _

ME, GROUP, EVERYBODY = "me", "group", "everybody"
INPUTS = frozenset({"name", "group"})


@dataclass(frozen=True)
class SaveForm:
    """What was typed about a list that is to be saved.

    :param state: what it asks for, as an address writes it
    :param content: the same, as a list keeps it
    :param who: who gets it: `ME`, `GROUP` or `EVERYBODY`
    :param group: key of a group
    """

    state: str
    content: ListContent
    name: str = ""
    who: str = ME
    group: str = ""
    problems: dict[str, Text | str] = field(default_factory=dict)


@dataclass(frozen=True)
class NameForm:
    """Another name for one's own list."""

    key: str
    name: str
    problem: Text | str = ""


def save_as(viewer: Viewer, form: SaveForm, secret_key: str) -> str:
    """Save what a form says; return the key of the list. Call inside a transaction.

    Everybody saves for themselves; what is shared is part of the set-up, so administrators share.

    :raises Forbidden: if `viewer` is no administrator and it is not for themselves
    :raises InvalidForm: with the form and everything that was typed
    """
    try:
        name = checked_list_name(form.name)
        if form.who == GROUP and not form.group:
            raise InvalidForm(_("Choose the group."), replace(form, problems=_NO_GROUP))
        if form.who in {GROUP, EVERYBODY}:
            groups = [form.group] if form.who == GROUP else []
            return share_list(viewer, name, form.content, groups, secret_key)
        return save_list(viewer, name, form.content)
    except InvalidForm as refused:
        raise InvalidForm(refused.message, _told(form, refused.form.problems)) from refused
    except InvalidValue as refused:
        raise InvalidForm(refused.message, _told(form, {"name": refused.message})) from refused


def rename_as(viewer: Viewer, form: NameForm) -> None:
    """Call one's own list otherwise; call inside a transaction.

    :raises NotFound: if the viewer has no such list
    :raises InvalidForm: with the form
    """
    try:
        rename_list(viewer, form.key, form.name)
    except InvalidValue as refused:
        told = replace(form, problem=refused.message)
        raise InvalidForm(refused.message, told) from refused


_NO_GROUP: dict[str, Text | str] = {"group": _("Choose the group.")}


def _told(form: SaveForm, problems: dict[str, Text | str]) -> SaveForm:
    """Return the form with what is wrong; what has no input of its own stands at the name."""
    named = {name if name in INPUTS else "name": told for name, told in problems.items()}
    return replace(form, problems=named)
