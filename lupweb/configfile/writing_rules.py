"""What may not be saved to a directory, in the set-up as a whole. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from lupweb.configfile.faults import Place
from lupweb.directories.attributes import is_barred
from lupweb.texts import Text, _

Setup = Mapping[str, Mapping[str, Any]]
POLICIES, BARRED = "policies", "never_written"


def broken_writing(setup: Setup, named: Setup) -> Iterator[tuple[Place, Text]]:
    """Yield what is saved to an attribute that administrators barred, at what is changed now.

    :param named: what is set up now; the list, or a field that is saved to what stands there
    """
    barred = setup[POLICIES][""][BARRED]
    for (kind, label), name, attribute in _saved(setup):
        if not is_barred([attribute], barred=barred):
            continue
        if POLICIES in named:
            yield (POLICIES, "", BARRED), _still_saved(name, attribute)
        else:
            sentence = _("An administrator has barred %(name)s from being written.", name=attribute)
            yield (kind, label, "write_back"), sentence


def _saved(setup: Setup) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Yield what is saved to a directory: kind and label, its name, its attribute."""
    for label, field in setup["fields"].items():
        if field["write_back"]:
            yield ("fields", label), field["name"] or label, field["attribute"]
    picture = setup["picture"][""]
    if picture["write_back"]:
        yield ("picture", ""), "", picture["attribute"]


def _still_saved(name: str, attribute: str) -> Text:
    if not name:
        return _("Pictures are saved to %(name)s. Switch that off first.", name=attribute)
    return _(
        "The field “%(field)s” is saved to %(name)s. Switch that off first.",
        field=name,
        name=attribute,
    )
