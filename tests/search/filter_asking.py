"""Ask by filters, and change what is asked about."""

import re
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import update

from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.service import tell_changed
from lupweb.search.queries import found_people, people_page
from lupweb.search.request import PeoplePage, SearchRequest
from tests.architecture.source import ROOT
from tests.search.filter_company import FilterCompany, Someone
from tests.search.saying import Says

UNKNOWN = "There is no field “{}”."


def finder(viewer: Viewer) -> Callable[[str], set[int]]:
    layout, chosen = replace(load_layout("DE"), version="a version"), options()
    return lambda written: set(
        found_people(viewer, layout, chosen, SearchRequest(filter=written)).ids
    )


def page(viewer: Viewer, request: SearchRequest) -> PeoplePage:
    return people_page(viewer, load_layout("DE"), options(), request)


def shown(company: FilterCompany, says: Says) -> set[int]:
    return {each.id for each in company.people if each.is_shown and says(each)}


def set_value(someone: Someone, key: str, value: str) -> None:
    with transaction():
        values = {**someone.values, key: value}
        db.session.execute(
            update(Person).where(Person.id == someone.id).values(document={"values": values})
        )
        tell_changed([someone.id])


def rows_of_the_manual(heading: str) -> list[tuple[str, str]]:
    manual = (ROOT / "docs" / "filters.md").read_text(encoding="utf-8")
    part = manual.partition(heading)[2].partition("\n## ")[0]
    return re.findall(r"^\| `(.+?)` \| (.+) \|$", part, re.MULTILINE)
