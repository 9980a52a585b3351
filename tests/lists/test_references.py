"""What lists and start pages name is there, or whoever sets them up is told."""

import pytest
from sqlalchemy import update

from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.list_editing import shared_setup
from lupweb.configfile.list_references import doubtful_starts
from lupweb.database import db, transaction
from lupweb.lists.queries import GONE
from lupweb.people.models import Group
from tests.configfile.files import applied, sentences
from tests.factories import SECRET_KEY

pytestmark = pytest.mark.usefixtures("in_app")
WRONG = """[[lists]]
key = "a"
query = "x  departmnt:Sales"
address = "f.skils=x"
sort = "-phone"
columns = ["phone", "rom"]
[[start_pages]]
page = "/lists/b?view=table"
[[start_pages]]
group = "hr"
page = "/org-chart/line"
[[start_pages]]
group = "it"
page = "/nowhere"
[[groups]]
key = "hr"
[[groups]]
key = "it"
"""
ASKED_WRONGLY = {
    "/people?filter=departmnt:x": "Column 1: There is no field “departmnt”. Did you mean"
    " “department”?",
    "/people/?view=table&filter=(": "Column 1: This parenthesis is not closed. A parenthesis inside"
    ' a value stands in quotes: department:"Sales (EMEA)".',
    "/people?q=x&f.departmnt=": "There is no field “departmnt”. Did you mean “department”?",
    "/people?f.phone=1": "“phone” is no filter beside the people, so nobody can choose by it.",
    "/people?sort=-departmnt": "There is no field “departmnt”. Did you mean “department”?",
    "/people?column=phone&column=positoin": "There is no field “positoin”. Did you mean"
    " “position”?",
    "/admin/system": "Pages of the administration are only for administrators. Choose one of their"
    " groups for this row, or another page.",
}


def test_a_list_or_a_start_page_that_names_what_is_not_there_is_refused_with_its_place() -> None:
    assert sentences(WRONG) == [
        "lists.a.query, line 3: Column 4: There is no field “departmnt”. Did you mean"
        " “department”?",
        "lists.a.address, line 4: There is no field “skils”.",
        "lists.a.sort, line 5: Nobody is ordered by “phone”: it is neither a filter nor a column of"
        " the table.",
        "lists.a.columns, line 6: There is no field “rom”.",
        "start_pages.*.page, line 8: There is no list “b”.",
        "start_pages.hr.page, line 11: There is no org chart “line”.",
        "start_pages.it.page, line 14: There is no page “/nowhere” to start on. Write the address"
        " of people, of a list, of an org chart or of contacts, as it stands in the browser.",
    ]


def test_a_start_page_that_asks_what_nobody_could_ask_is_refused_as_a_list_is() -> None:
    fine = {"boss": "/admin/system", "others": "/people?sort=newest&column=&filter=phone:1"}
    wrong = {f"g{number}": page for number, page in enumerate(ASKED_WRONGLY)}
    text = '[[roles]]\nrole = "administrator"\ngroups = ["boss"]\n' + "".join(
        f'[[groups]]\nkey = "{key}"\n[[start_pages]]\ngroup = "{key}"\npage = \'{page}\'\n'
        for key, page in {**fine, **wrong}.items()
    )

    told = [sentence.partition(", line ")[2].partition(": ")[2] for sentence in sentences(text)]

    assert told == list(ASKED_WRONGLY.values())


def test_a_start_page_that_broke_later_says_so_with_the_reason() -> None:
    """Its field was deleted, its list is offered to nobody, its group is gone."""
    groups = "".join(f'[[groups]]\nkey = "{key}"\n' for key in ("it", "hr", "sales"))
    field = '[[fields]]\nkey = "mobile"\ncategory = "contact"\n'
    applied(
        groups + field + '[[lists]]\nkey = "mobiles"\nquery = "mobile:*"\n'
        '[[start_pages]]\ngroup = "it"\nlist = "mobiles"\n'
        '[[start_pages]]\ngroup = "hr"\npage = "/people?filter=mobile:1"\n'
        '[[start_pages]]\ngroup = "sales"\npage = "/people?view=table"\n'
    )
    assert shared_setup(OPERATOR, SECRET_KEY).broken == {}

    told = applied("fields = []").notes
    with transaction():
        db.session.execute(update(Group).where(Group.key == "sales").values(trouble=GONE))
    broken = shared_setup(OPERATOR, SECRET_KEY).broken

    assert [(key, str(why)[:34]) for key, why in broken.items()] == [
        ("it", "Nobody starts here: the list is of"),
        ("hr", "Whoever starts here does not find "),
        ("sales", "The directory has this group no mo"),
    ]
    assert str(broken["hr"]).endswith("stands in quotes.")
    starts = [str(each) for each in told if "start page" in str(each)]
    assert [each[:23] for each in starts] == ["The start page of “it”:", "The start page of “hr”:"]


def test_what_can_be_stored_and_is_hardly_meant_is_said_beside_it() -> None:
    """A list that breaks later says so; so does a row that leads fewer people than it says."""
    applied('[[groups]]\nkey = "it"')
    mobile = 'start_pages = []\n[[fields]]\nkey = "mobile"\ncategory = "contact"\n'
    extra = '[[lists]]\nkey = "mobiles"\nquery = "mobile:*"\ngroups = ["it"]\n'
    starts = [("hr", "mobiles"), ("", "mobiles"), ("", "x"), ("it", "mobiles")]

    applied(mobile + extra)
    told = applied("fields = []").notes
    setup = {
        "lists": {"mobiles": {"groups": ("it",)}, "x": {"groups": ()}},
        "start_pages": {
            f"{at}": {"group": group, "list": key} for at, (group, key) in enumerate(starts)
        },
    }

    assert list(map(str, told))[:1] == [
        "The list “mobiles” is offered to nobody. Column 1: There is no field “mobile”."
        " A plain word with a colon in it stands in quotes."
    ]
    assert shared_setup(OPERATOR, SECRET_KEY).idle.keys() == {"mobiles"}
    assert [str(said)[:20] for said in doubtful_starts(setup).values()] == [
        "The list is not offe", "Nobody starts here: ",
    ]  # fmt: skip
