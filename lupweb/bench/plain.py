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


class PlainTable:
    """Answers a question as one would who knows nothing better; for one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def page(self, query: str) -> tuple[list[str], int, Counter[str], Counter[str]]:
        """Return the first names in order, the total, people by department and by location."""
        words = query.split()
        anywhere = " OR ".join(rf"{column} LIKE ? ESCAPE '\'" for column in COLUMNS)
        condition = " AND ".join(f"({anywhere})" for _word in words)
        patterns = [f"%{word.translate(ESCAPED)}%" for word in words for _column in COLUMNS]
        found = self._connection.execute(
            f"SELECT sort_name, name, department, location FROM people WHERE {condition}",  # noqa: S608
            patterns,
        ).fetchall()
        names = [row[1] for row in sorted(found)[:PAGE]]
        by_department = Counter(row[2] for row in found)
        return names, len(found), by_department, Counter(row[3] for row in found)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
