"""A page of people as one viewer gets it, made only where a part of it is not there from before.

What was made is never stale and never seen by somebody who may not, since its key is all that it is
made of: what is asked for, the day, the tokens of set-up and people, which session and account are
read with, who looks as far as it makes a difference, and the stars on it. It has nothing in it of
an account or a session; that stands around it (`kept.kept_frame`).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.contacts.queries import starred
from lupweb.lists.queries import ListLine
from lupweb.profiles.layout import Layout
from lupweb.profiles.tables import chosen_columns, people_table
from lupweb.profiles.visibility import may_read
from lupweb.search.column_fields import has_column
from lupweb.search.matching import is_met, own_words
from lupweb.search.queries import people_page
from lupweb.search.recent import Recent
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, people_token, site_options, site_zone
from lupweb.web.list_part import ListPart, list_part
from lupweb.web.result_page import ResultPage
from lupweb.web.search_address import TABLE, SearchAddress

MOST_OUTLINES = 1_000
"""Some 2 kB each."""


@dataclass(frozen=True, eq=False)
class Outline:
    """What is known of a page that was made; each is equal to itself alone.

    :param address: what was asked for, as it was understood, and a filter that was refused
    :param people: ids of those who stand on it
    """

    address: SearchAddress
    people: frozenset[int]


_outlines: Recent[Outline] = Recent(MOST_OUTLINES)
_own_words: Recent[Sequence[str] | None] = Recent(1_000)
_readable: Recent[frozenset[int]] = Recent(1_000)


class PeopleView:
    """A page of people for who looks.

    :param asked: what the address asks for
    :param saved: the list whose page it is; None: the people page
    """

    def __init__(self, asked: SearchAddress, saved: ListLine | None) -> None:
        self._asked = asked
        self._saved = saved
        self._who = viewer()

    @cached_property
    def result(self) -> ResultPage:
        """Return all that the page says of people; it is asked for only where it is needed."""
        who, layout, asked = self._who, page_layout(), self._asked
        page = people_page(who, layout, site_options(), asked.request)
        columns = chosen_columns(who, layout, asked.columns)
        asked = replace(asked, request=page.request, columns=columns)
        is_table = asked.view == TABLE
        table = people_table(who, layout, page.cards, asked.columns) if is_table else None
        return ResultPage(page, asked.of_refused(page.refused), _sortable(who, layout), table)

    @property
    def address(self) -> SearchAddress:
        """Return what is asked for, as it was understood, and a filter that was refused."""
        return self._outline.address

    @cached_property
    def lists(self) -> ListPart:
        """Return what the page says about lists."""
        return list_part(self.address, self._saved)

    @cached_property
    def starred(self) -> frozenset[int]:
        """Return the ids of the viewer's contacts."""
        return starred(self._who)

    @cached_property
    def made_of(self) -> Hashable:
        """Return what stays the same as long as the page does; None: it is to be made anew."""
        outline = self._outline
        if self._sought is None or not outline.people:
            return None
        own = outline.people & {self._who.person_id}
        return outline, outline.people & self.starred, own

    @cached_property
    def _outline(self) -> Outline:
        return _outlines.get(self._sought, self._made)

    def _made(self) -> Outline:
        result = self.result
        return Outline(result.address, frozenset(result.page.people))

    @cached_property
    def _sought(self) -> Hashable:
        """Return all that decides who stands on the page; None: nobody can say."""
        who, layout, token = self._who, page_layout(), people_token()
        if not token or layout.version is None or who.behind is not None:
            return None
        sees = readable(who, layout)
        searched = (each.id for each in layout.fields() if each.searchable)
        is_own = not sees.issuperset(searched) and self._may_find_oneself(token)
        oneself = who.person_id if is_own else None
        today = clock.now().astimezone(site_zone()).date()
        lists = list_part(self._asked, self._saved).made_of
        return layout.version, token, today, sees, oneself, lists, self._asked.key

    def _may_find_oneself(self, token: str) -> bool:
        """Return whether oneself may be found by values that others may not read."""
        asked, person_id = self._asked.request, self._who.person_id
        if not asked.query or person_id is None:
            return bool(asked.filter)
        words = _own_words.get((token, person_id), lambda: own_words(person_id))
        return bool(asked.filter) or words is None or is_met(words, asked.query)


def readable(who: Viewer, layout: Layout) -> frozenset[int]:
    """Return the ids of the fields that a viewer may read of others.

    Two of whom this is equal are shown the same of everybody but themselves.
    """
    key = (layout.version, who.groups, who.is_operator)
    return _readable.get(
        key, lambda: frozenset(each.id for each in layout.fields() if may_read(who, each))
    )


def _sortable(who: Viewer, layout: Layout) -> dict[str, str]:
    """Return the names of the fields that this viewer may have people ordered by."""
    return {
        field.key: field.name
        for field in layout.fields()
        if has_column(field) and may_read(who, field)
    }
