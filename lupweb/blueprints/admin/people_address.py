"""What addresses of the administration of people say."""

from dataclasses import dataclass

from flask import url_for

from lupweb.errors import NotFound
from lupweb.people.queries import BY_NUMBER
from lupweb.texts import _


@dataclass(frozen=True)
class ListAddress:
    """The address of the list of everybody, as it is narrowed now."""

    state: str
    query: str

    def page(self, number: int) -> str:
        """Return the address of a page."""
        return url_for(
            "admin_people.index",
            state=self.state or None,
            q=self.query or None,
            page=number if number > 1 else None,
        )

    def of_state(self, state: str) -> str:
        """Return the address of the same search among the people of a state."""
        return url_for("admin_people.index", state=state or None, q=self.query or None)


def number_in(handle: str) -> int:
    """Return the number of a record, as in `id:7`.

    :raises NotFound: if it is none
    """
    found = BY_NUMBER.fullmatch(handle)
    if found is None:
        raise NotFound(_("There is no such person."))
    return int(found[1])
