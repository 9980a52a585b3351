"""Something that happens while a run reads: a connection that says when it has come how far."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lupweb.directories.connect import Connect
from lupweb.ldap.connection import Server
from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import Question
from lupweb.ldap.session import Directory as LdapSession

Made = TypeVar("Made")


@dataclass
class AfterPage:
    """Connects by `connect`; calls `act` once, when page `number` of a list has come."""

    connect: Connect
    act: Callable[[], object]
    number: int = 1
    rows: int = field(default=0, init=False)
    """How many entries came in pages so far."""
    has_acted: bool = field(default=False, init=False)

    def __call__(self, server: Server) -> "Session":
        return Session(self.connect(server), self)

    def page_came(self, number: int, rows: int) -> None:
        """Count a page, and act if it is the one."""
        self.rows += rows
        if number == self.number and not self.has_acted:
            self.has_acted = True
            self.act()


@dataclass
class OnConnection:
    """Connects by `connect`; calls `act` before connection `number` is made."""

    connect: Connect
    act: Callable[[], object]
    number: int
    count: int = field(default=0, init=False)

    def __call__(self, server: Server) -> LdapSession:
        self.count += 1
        if self.count == self.number:
            self.act()
        return self.connect(server)


class Session:
    """A connection of the product; its pages are counted, all else goes through."""

    def __init__(self, session: LdapSession, steps: AfterPage) -> None:
        self._session = session
        self._steps = steps

    def made_of_pages(
        self,
        question: Question,
        make: Callable[[list[Entry]], list[Made]],
        **options: Any,
    ) -> Iterator[list[Made]]:
        """Yield what is made of the pages of the real connection; they come in parts."""

        def counted(part: list[Entry]) -> list[tuple[int, list[Made]]]:
            return [(len(part), make(part))]

        pages = self._session.made_of_pages(question, counted, **options)
        for number, parts in enumerate(pages, start=1):
            self._steps.page_came(number, sum(count for count, _made in parts))
            yield [each for _count, made in parts for each in made]

    def __enter__(self) -> "Session":
        self._session.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._session.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)
