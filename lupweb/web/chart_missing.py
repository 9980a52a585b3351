"""What is said where there is no such chart."""

from flask.typing import ResponseReturnValue

from lupweb.texts import _
from lupweb.web.errors import error_page


def no_chart(_error: object) -> ResponseReturnValue:
    """Return the page that says that there is no such chart; nobody says who may not see one."""
    said = _("It may have been deleted, or the link has a typing mistake.")
    return error_page(404, said, title=_("There is no such org chart"))
