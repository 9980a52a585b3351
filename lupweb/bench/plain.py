"""The floor of searching: LIKE over the columns of one plain table in SQLite."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from lupweb.demo.person import Person

COLUMNS = (
    "name", "login", "email", "phone", "mobile", "title", "department", "team", "location", "room",
    "about",
)  # fmt: skip
PAGE = 24
ESCAPED = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def write_table(path: Path, people: Iterable[Person]) -> None:
    """Write one row for each person."""
    rows = (
        (
            person.display_name, person.uid, person.mail, person.phone, person.mobile, person.title,
            person.department, person.team, person.location, person.room, person.about,
            person.family_name,
        )
        for person in people
    )  # fmt: skip
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE people ({', '.join(COLUMNS)}, sort_name)")
        holes = ", ".join("?" for _column in (*COLUMNS, "sort_name"))
        connection.executemany(f"INSERT INTO people VALUES ({holes})", rows)  # noqa: S608


Found = tuple[list[str], int, Counter[str], Counter[str]]
"""The first names in order, the total, people by department and by location."""


class PlainTable:
    """Answers a question as one would who knows nothing better; for one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def page(self, query: str) -> Found:
        """Return what a page needs by a statement for each part, as applications do."""
        found, values = _condition(query)
        ask = self._connection.execute
        names = ask(f"SELECT name {found} ORDER BY sort_name LIMIT {PAGE}", values)
        (total,) = ask(f"SELECT count(*) {found}", values).fetchone()
        departments, locations = (
            Counter(dict(ask(f"SELECT {each}, count(*) {found} GROUP BY {each}", values)))
            for each in ("department", "location")
        )
        return [name for (name,) in names], total, departments, locations

    def page_at_once(self, query: str) -> Found:
        """Return the same by one look at the table, sorted and counted here."""
        found, values = _condition(query)
        rows = self._connection.execute(
            f"SELECT sort_name, name, department, location {found}", values
        ).fetchall()
        names = [row[1] for row in sorted(rows)[:PAGE]]
        return names, len(rows), Counter(row[2] for row in rows), Counter(row[3] for row in rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _condition(query: str) -> tuple[str, list[str]]:
    """Return what stands behind SELECT and the columns, with its values."""
    words = query.split()
    anywhere = " OR ".join(rf"{column} LIKE ? ESCAPE '\'" for column in COLUMNS)
    condition = " AND ".join(f"({anywhere})" for _word in words)
    patterns = [f"%{word.translate(ESCAPED)}%" for word in words for _column in COLUMNS]
    return f"FROM people WHERE {condition}", patterns
