"""Pages of people that are put together from what is there, without a template.

A page is what stands around the people, kept for each session, and three parts that are kept for
all who are shown the same (`kept.py`). Where a part is missing, its template makes it; where more
is, the templates make the page as any other, and what stands around the parts is taken from it.
"""

from collections.abc import Callable, Hashable, Sequence

from flask import Response, current_app, request, session

from lupweb.search.recent import Recent
from lupweb.web.access import signed_in_account
from lupweb.web.context import frame, theme
from lupweb.web.filters import when
from lupweb.web.kept import found_parts
from lupweb.web.people_view import PeopleView

PARTS = ("title", "head", "result")
"""The names of the parts in the templates, in their order."""
TITLE = b"<title>"
FLASHES = "_flashes"
"""Where Flask keeps what the next page says once."""
MOST_SHELLS = 500
"""One for each session, some 10 kB each."""
_shells: Recent[Sequence[bytes]] = Recent(MOST_SHELLS)


def people_page_of(
    shown: PeopleView, make: Callable[[], Response], make_parts: Callable[[], object]
) -> Response:
    """Return the page: put together if all of it is there, else as `make` makes it.

    :param make_parts: makes the parts and nothing around them, so that they are kept
    """
    key = _made_of(shown)  # before a template takes out of the session what is said once
    shell = _shells.find(key)
    parts = found_parts(PARTS, shown.made_of) if shell else None
    if shell and parts is None and shown.made_of is not None:
        make_parts()
        parts = found_parts(PARTS, shown.made_of)
    if shell and parts:
        pieces = (piece for pair in zip(shell, parts, strict=False) for piece in pair)
        return current_app.response_class(b"".join((*pieces, shell[-1])), mimetype="text/html")
    answer = make()
    made = found_parts(PARTS, shown.made_of)
    shell = around(answer.get_data(), made) if made else None
    if shell:
        _shells.get(key, lambda: shell)
    return answer


def around(page: bytes, parts: Sequence[bytes]) -> list[bytes] | None:
    """Return what stands before, between and behind the parts of a page; None: they are not there.

    :param parts: in their order, the title first
    """
    start = page.find(TITLE) + len(TITLE)
    found, place = [], 0
    for part in parts:
        at = page.find(part, max(start, place))
        if at < 0:
            return None
        found.append(page[place:at])
        place = at + len(part)
    return [*found, page[place:]]


def _made_of(shown: PeopleView) -> Hashable:
    """Return all that stands around the parts is made of; None: it cannot be said, or is said once.

    Site name, charts and read-only mode are a part of the set-up, and its token is in the frame.
    """
    account = signed_in_account()
    known = frame(account)
    if account is None or known is None or session.get(FLASHES):
        return None
    read_at = account.presence.directory_read_at
    said = (str(when(read_at)), read_at) if read_at else None
    return known, theme(), said, request.script_root, shown.address.path, shown.lists.changeable
