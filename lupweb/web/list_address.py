"""The conditions of a saved list as an address, and back."""

from dataclasses import replace
from urllib.parse import urlencode

from lupweb.lists.contents import ListContent
from lupweb.web.search_address import FIELD, Look, SearchAddress, read_address


def content_of(address: SearchAddress) -> ListContent:
    """Return what an address asks for, as a list keeps it; the page is left out."""
    request = address.request
    pairs = [("q", request.query)] if request.query else []
    pairs += [(FIELD + key, value) for key, values in request.chosen.items() for value in values]
    pairs += [("letter", request.letter)] if request.letter else []
    return ListContent(
        query=request.filter,
        address=urlencode(pairs),
        view=address.view,
        sort=request.sort,
        columns=address.columns,
    )


def address_of(path: str, content: ListContent, usual: Look) -> SearchAddress:
    """Return the address of a list, as if all of it were said there.

    :param path: where the list is shown
    :param usual: how this reader sees people where an address does not say
    """
    said = [("filter", content.query), ("sort", content.sort), ("view", content.view)]
    pairs = [*content.pairs, *((name, value) for name, value in said if value)]
    asked = replace(read_address(path, pairs, usual), columns=content.columns)
    return asked.as_stored()
