"""By which conditions people were found, in words for paper. Pure."""

from collections.abc import Iterator, Sequence

from lupweb.accounts.viewers import Viewer
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.request import SearchRequest
from lupweb.texts import Text, _


def conditions(viewer: Viewer, layout: Layout, request: SearchRequest) -> list[Text]:
    """Return what a request asks for, one text for each condition; none: everybody.

    A field by which the viewer cannot choose is named as it was asked for, whether or not there is
    one: nothing tells them apart (hostile-input.md B35).
    """
    choosable = {
        field.key: field
        for field in layout.fields()
        if field.facet and field.type.is_facet and may_read(viewer, field)
    }
    return [*_plain(request), *(
        _chosen(key, values, choosable.get(key)) for key, values in request.chosen.items() if values
    )]  # fmt: skip


def _plain(request: SearchRequest) -> Iterator[Text]:
    if request.query:
        yield _("Words: %(words)s", words=request.query)
    if request.letter:
        yield _("Last name with %(letter)s", letter=request.letter)
    if request.filter:
        yield _("Filter: %(filter)s", filter=request.filter)


def _chosen(key: str, values: Sequence[str], field: FieldLayout | None) -> Text:
    labels = [_label(value, field) for value in values]
    return _("%(field)s: %(value)s", field=field.name if field else key, value=str(_one_of(labels)))


def _label(value: str, field: FieldLayout | None) -> str:
    if not value:
        return str(_("Not set"))
    return field.type.text(value) if field else value


def _one_of(labels: Sequence[str]) -> Text | str:
    if len(labels) == 1:
        return labels[0]
    return _("%(first)s or %(last)s", first=", ".join(labels[:-1]), last=labels[-1])
