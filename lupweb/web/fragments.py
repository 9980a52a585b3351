"""A part of a page, for the script that puts it in place; without the script, the whole page."""

from flask import Response, request

ASKED = "HX-Request"
RESTORES = "HX-History-Restore-Request"
COMES_FROM = "HX-Current-URL"
VARY = f"{ASKED}, {RESTORES}"


def wants_part() -> bool:
    """Return whether the script asks, and not the browser itself."""
    return ASKED in request.headers and RESTORES not in request.headers


def coming_from() -> str:
    """Return the address that the browser shows while the script asks; any text."""
    return request.headers.get(COMES_FROM, "")


def tell_apart(answer: Response) -> None:
    """Let nobody who keeps answers take a page for a part of it: both stand under one address."""
    answer.headers["Vary"] = VARY


def name_address(answer: Response, address: str, *, is_next: bool) -> None:
    """Tell the script which address its browser shows from now on.

    :param is_next: going back leads to the address before; otherwise this one takes its place
    """
    answer.headers["HX-Push-Url" if is_next else "HX-Replace-Url"] = address
