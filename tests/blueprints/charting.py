"""A company with org charts, and what their pages show."""

from bs4 import BeautifulSoup

from lupweb.database import db, transaction
from lupweb.orgchart.models import OrgChart
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from tests.factories import SUFFIX, a_connection, a_group, a_profile, an_approved_run, an_entry
from tests.fakes import FakeDirectory

LINE = "/org-chart/line"
MANY = 45
TURNING = "\u202eהפוך <b>&amp;"


def dn(uid: str) -> str:
    return f"uid={uid},ou=people,{SUFFIX}"


def make_charts(directory: FakeDirectory) -> None:
    """Ada leads Ben and Cem; Ben leads Sam and Tim; Cem leads 45 others; some are faulty."""
    ada = an_entry(directory, "ada", "Ada Lovelace", title="Director")
    ben = an_entry(directory, "ben", "Ben Özgür", title="=cmd", manager=ada)
    cem = an_entry(directory, "cem", "Cem Groß", manager=ada)
    an_entry(directory, "sam", "Sam Safe", manager=ben, secretary=cem, homePhone=cem)
    an_entry(directory, "tim", TURNING, manager=ben, homePhone=cem)
    for number in range(MANY):
        an_entry(directory, f"w{number:02}", f"Worker {number:02}", manager=cem)
    an_entry(directory, "self", "Selma Self", manager=dn("self"))
    an_entry(directory, "under", "Under Self", manager=dn("self"))
    an_entry(directory, "one", "One Circle", manager=dn("two"))
    an_entry(directory, "two", "Two Circle", manager=dn("one"))
    an_entry(directory, "lost", "Lost Manager", manager=dn("gone"))
    an_entry(directory, "alone", "Alone Here")
    a_group(directory, a_connection(directory), "safety", ["sam"])
    a_profile(restricted={"visible_to": ["safety"]})
    with transaction():
        for key, category, attribute in (
            ("lead", "work", "secretary"),
            ("secret", "safety", "homePhone"),
        ):
            define_field(
                key, key.title(), category=category, type_key="user_select",
                source=Source.LDAP, attribute=attribute,
            )  # fmt: skip
        also = ["lead", "secret"]
        for key, field, dotted in (("line", "manager", also), ("hidden", "secret", [])):
            chart = OrgChart(key=key, name=key.title(), manager_field=field, dotted_fields=dotted)
            db.session.add(chart)
    an_approved_run(directory)


def boxes(page: BeautifulSoup) -> list[str]:
    """Return the names in the drawing, in its order."""
    return [each.get_text() for each in page.select(".oc .oc-n")]


def outline(page: BeautifulSoup) -> list[str]:
    return [each.get_text() for each in page.select(".tree .who > b")]


def pill(page: BeautifulSoup, name: str) -> str:
    """Return the address of what opens or closes somebody's team."""
    found = page.select_one(f'.oc a[aria-label$="the team of {name}"]')
    assert found is not None, boxes(page)
    return str(found["href"]).partition("#")[0]
