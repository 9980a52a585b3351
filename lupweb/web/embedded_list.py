"""A list in a frame: some people, and the way to all of them."""

from dataclasses import dataclass, replace

from lupweb.errors import NotFound
from lupweb.lists.queries import ListLine
from lupweb.profiles.tables import chosen_columns, people_table
from lupweb.search.queries import people_page
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.result_page import ResultPage
from lupweb.web.search_address import TABLE, SearchAddress


@dataclass(frozen=True)
class EmbeddedList:
    """What a frame shows; `result` is the first page of it."""

    line: ListLine
    result: ResultPage


def embedded_list(line: ListLine, asked: SearchAddress) -> EmbeddedList:
    """Return the first page of a list, as its viewer may see it.

    :param asked: the address of the list, to which links lead
    :raises NotFound: if its filter cannot be understood any more
    """
    page = people_page(viewer(), page_layout(), site_options(), asked.request)
    if page.refused:  # without its filter, it would show others than its name says
        raise NotFound(_("This list cannot be shown now."))
    columns = chosen_columns(viewer(), page_layout(), asked.columns)
    asked = replace(asked, request=page.request, columns=columns)
    table = None
    if asked.view == TABLE:
        table = people_table(viewer(), page_layout(), page.cards, columns)
    return EmbeddedList(line, ResultPage(page, asked, {}, table))
