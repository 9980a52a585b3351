"""Every kind of thing that a configuration file may name."""

from lupweb.configfile.directory_keys import DIRECTORIES
from lupweb.configfile.keys import Key, Kind
from lupweb.configfile.list_keys import LISTS, START_PAGES
from lupweb.configfile.profile_keys import (
    CATEGORIES,
    EDIT_RIGHTS,
    FIELDS,
    GROUPS,
    ORG_CHARTS,
    ROLES_KIND,
)
from lupweb.options.registry import OPTIONS


def _options_of(table: str) -> Kind:
    """Return the kind that is one table of options."""
    return Kind(
        table,
        tuple(
            Key(option.name, option.default, option.help, option.choices)
            for option in OPTIONS.values()
            if option.table == table
        ),
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _options_of("site"),
        _options_of("policies"),
        _options_of("schedules"),
        DIRECTORIES,
        GROUPS,
        CATEGORIES,
        FIELDS,
        ROLES_KIND,
        EDIT_RIGHTS,
        ORG_CHARTS,
        LISTS,
        START_PAGES,
        _options_of("picture"),
        _options_of("card"),
        _options_of("xml"),
    )
}
