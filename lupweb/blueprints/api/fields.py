"""The fields of profiles as JSON, as far as the account may read them of anybody."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lupweb.accounts.tokens import Scope
from lupweb.accounts.viewers import Viewer
from lupweb.blueprints.api.answers import answer
from lupweb.blueprints.api.describing import VERSION, Operation, arguments, operation
from lupweb.blueprints.api.schemas import document, list_of, named
from lupweb.profiles.layout import CategoryLayout, FieldLayout
from lupweb.profiles.visibility import may_read, may_see
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

bp = Blueprint("api_fields", __name__, url_prefix=f"{VERSION}/fields")

LIST = Operation(
    "Fields of profiles, in their order",
    document({"fields": list_of(named("Field"))}),
    Scope.PEOPLE,
)


@operation(bp, "", LIST)
def index() -> ResponseReturnValue:
    """List the fields that the account may read of others, or of itself."""
    arguments()
    fields = [
        _document(category, field)
        for category in page_layout().categories
        for field in category.fields
        if _is_known(viewer(), field)
    ]
    return answer({"fields": fields})


def chooses_people(reader: Viewer, field: FieldLayout) -> bool:
    """Return whether `f.<key>` chooses people for this account."""
    return field.facet and field.type.is_facet and may_read(reader, field)


def _is_known(reader: Viewer, field: FieldLayout) -> bool:
    if may_read(reader, field):
        return True
    return reader.person_id is not None and may_see(reader, field, reader.person_id, reader.groups)


def _document(category: CategoryLayout, field: FieldLayout) -> dict[str, Any]:
    return {
        "key": field.key,
        "name": field.name,
        "help": field.help_text,
        "type": field.type.key,
        "category": {"key": category.key, "name": category.name},
        "several": field.type.is_multiple,
        "searchable": field.searchable,
        "filter": chooses_people(viewer(), field),
    }
