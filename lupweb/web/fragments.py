"""A part of a page, for the script that puts it in place; without the script, the whole page."""

from typing import Any

from flask import Response, make_response, render_template, request

ASKED = "HX-Request"
RESTORES = "HX-History-Restore-Request"
COMES_FROM = "HX-Current-URL"


def wants_part() -> bool:
    """Return whether the script asks, and not the browser itself."""
    return ASKED in request.headers and RESTORES not in request.headers


def coming_from() -> str:
    """Return the address that the browser shows while the script asks; any text."""
    return request.headers.get(COMES_FROM, "")


def page_or_part(page: str, part: str, **shown: Any) -> Response:
    """Return the template `page`, or its `part` where the script asks.

    Both stand under one address: whoever keeps answers has to tell them apart.
    """
    answer = make_response(render_template(part if wants_part() else page, **shown))
    answer.headers["Vary"] = f"{ASKED}, {RESTORES}"
    return answer


def name_address(answer: Response, address: str, *, is_next: bool) -> None:
    """Tell the script which address its browser shows from now on.

    :param is_next: going back leads to the address before; otherwise this one takes its place
    """
    answer.headers["HX-Push-Url" if is_next else "HX-Replace-Url"] = address
