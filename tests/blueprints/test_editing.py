"""The edit page: what it shows, what it stores, and that nothing typed is lost."""

from collections import defaultdict
from collections.abc import Callable

from flask import Flask

from lupweb.database import db, transaction
from lupweb.people.queries import get_person
from lupweb.profiles.models import Category, ProfileField
from tests.blueprints.edit_forms import FILLED, OWN_FIELDS, EditPage
from tests.browsing import Browser
from tests.databases import counted_queries

AsPerson = Callable[[str], Browser]
Value = Callable[[str, str], str]
ABOUT = [key for key, _type_key, _options in OWN_FIELDS].index("about")


def change_field(app: Flask, key: str, **settings: object) -> None:
    with app.app_context(), transaction():
        found = db.session.scalars(db.select(ProfileField).filter_by(key=key)).one()
        for name, setting in settings.items():
            setattr(found, name, setting)


def test_the_page_has_one_heading_labels_and_values_of_the_directory_as_text(
    fields: None, as_person: AsPerson
) -> None:
    ben = as_person("ben")

    page = ben.get("/people/ben/edit")

    assert [each.get_text() for each in page.select("h1")] == ["Edit your profile"]
    assert page.title.get_text().startswith("Edit your profile")
    assert "Engineer" in [each.get_text(strip=True) for each in page.select(".fixed")]
    assert page.select("[disabled], [name=field-position]") == []
    assert "Comes from LDAP (attribute title)." in ben.text
    for each in page.select("[data-edit] .in[id], [data-edit] textarea[id]"):
        named = page.select(f'label[for="{each["id"]}"]') or page.select(
            f'[aria-labelledby="label-{each["id"].removeprefix("field-")}"]'
        )
        assert named, each


def test_a_form_that_is_sent_untouched_changes_nothing(
    filled: None, as_person: AsPerson, app: Flask
) -> None:
    with app.app_context():
        before = get_person("ben").document
    form = EditPage.of(as_person("ben"), "ben")

    form.save()

    assert form.browser.response.status_code == 303
    assert "Nothing changed" in form.browser.get("/people/ben").get_text()
    with app.app_context():
        assert get_person("ben").document == before


def test_every_control_stores_what_was_entered(
    fields: None, as_person: AsPerson, app: Flask, value: Value
) -> None:
    form = EditPage.of(as_person("ben"), "ben")
    typed = {
        "mobile": ["0611 20570"], "about": ["One\r\nTwo"], "tone": ["Sie"],
        "sites": ["", "Porto", "Hamburg"], "town": ["eu/pt"], "skills": ['Sonar, "Paris, France"'],
        "birthday": ["1 March"], "deputy": ["Cem Groß"], "helpers": ["cem", "Ada Lovelace; "],
        "aider": ["", "true"], "chat": ["matrix", "@ben:example.com"],
        "site_chat": ["matrix", "@ben:example.com"], "amount": ["1,234.5"], "country": ["PT"],
    }  # fmt: skip
    for key, texts in typed.items():
        form.type(key, *texts)

    form.save()

    assert form.browser.response.status_code == 303
    assert "Saved. 14 values are new." in form.browser.get("/people/ben").get_text()
    with app.app_context():
        ada, cem = get_person("ada").id, get_person("cem").id
    expected = FILLED | {"deputy": f"id:{cem}", "helpers": f"id:{ada}\nid:{cem}"}
    expected["sites"] = "Porto\nHamburg"
    assert {key: value("ben", key) for key in typed} == expected


def test_what_cannot_be_stored_keeps_everything_typed_and_says_why(
    fields: None, as_person: AsPerson, value: Value
) -> None:
    form = EditPage.of(as_person("ben"), "ben")
    form.type("mobile", "0912").type("about", "Typed long").type("birthday", "soon")

    page = form.save()

    again = EditPage.shown(form.browser, form.path)
    assert form.browser.response.status_code == 422
    assert page.title.get_text().startswith("Problem: Edit your profile")
    assert [each["href"] for each in page.select("[role=alert] a")] == [
        "#field-mobile", "#field-birthday",
    ]  # fmt: skip
    assert page.select_one("[role=alert]").has_attr("autofocus")
    for key, text in (("mobile", "0912"), ("about", "Typed long"), ("birthday", "soon")):
        assert again.values(key) == [text]
    wrong = page.select_one("#field-mobile")
    assert wrong["aria-invalid"] == "true"
    assert "full telephone number" in page.select_one(f"#{wrong['aria-describedby']}").get_text()
    assert value("ben", "about") == ""
    again.type("mobile", "0611 20570").type("birthday", "")
    again.save()
    assert (value("ben", "about"), value("ben", "mobile")) == ("Typed long", "+49 611 20570")


def test_a_required_field_is_asked_for(
    fields: None, app: Flask, as_person: AsPerson, value: Value
) -> None:
    change_field(app, "mobile", required=True)
    form = EditPage.of(as_person("ben"), "ben").type("about", "x").type("mobile", "")

    page = form.save()

    assert form.browser.response.status_code == 422
    assert "Fill this in" in page.select_one("#error-mobile").get_text()
    assert page.select_one("#field-mobile")["aria-required"] == "true"
    assert "optional" in page.select_one("label[for=field-about]").parent.get_text()


def test_where_a_name_means_several_they_are_offered_and_one_is_chosen(
    fields: None, as_person: AsPerson, app: Flask, value: Value
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("deputy", "lov").type("about", "kept")

    page = form.save()

    with app.app_context():
        ada = f"id:{get_person('ada').id}"
    assert form.browser.response.status_code == 422
    assert [each["value"] for each in page.select("input[type=radio][name=field-deputy]")] == [ada]
    again = EditPage.shown(form.browser, form.path)
    assert again.values("deputy") == ["lov"]
    again.type("deputy", ada, "lov").save()
    assert (value("ben", "deputy"), value("ben", "about")) == (ada, "kept")


def add_fields(app: Flask, first: int, last: int) -> None:
    """Give the set-up fields of every type, and Ben a value in each, in two statements."""
    with app.app_context(), transaction():
        ben, own = get_person("ben"), category_numbered("own")
        values = {**FILLED, "deputy": f"id:{ben.id}", "helpers": f"id:{ben.id}\nid:{ben.id + 1}"}
        kinds = [OWN_FIELDS[number % len(OWN_FIELDS)] for number in range(first, last)]
        keys = [f"more{number}" for number in range(first, last)]
        rows = [
            {
                "key": key, "name": key, "category_id": own, "position": 100 + place,
                "type_key": type_key, "options": options, "help_text": "Why.",
            }
            for place, (key, (_of, type_key, options)) in enumerate(zip(keys, kinds, strict=True))
        ]  # fmt: skip
        db.session.execute(db.insert(ProfileField), rows)
        filled = {key: values[kind[0]] for key, kind in zip(keys, kinds, strict=True)}
        ben.document = {"values": {**ben.document["values"], **filled}}


def category_numbered(key: str) -> int:
    return db.session.scalars(db.select(Category.id).filter_by(key=key)).one()


def test_pages_of_200_fields_have_as_many_queries_as_those_of_few_and_so_has_saving(
    filled: None, as_person: AsPerson, app: Flask
) -> None:
    ben, counts = as_person("ben"), defaultdict(list)
    for first, last in ((0, 14), (14, 200)):
        add_fields(app, first, last)
        form = EditPage.of(ben, "ben")  # reads the new set-up
        for path in ("/people/ben", "/people/ben/edit"):
            with counted_queries() as sent:
                answer = ben.client.get(path)
            counts[path].append(len(sent))
            assert f"more{last - 1}" in answer.text
        for number in range(last):
            if number % len(OWN_FIELDS) == ABOUT:
                form.type(f"more{number}", f"value {last}")
        with counted_queries() as sent:
            form.save()
        counts["save"].append(len(sent))
        assert form.browser.response.status_code == 303

    assert [few for few, many in counts.values() if few != many] == [], counts
    assert max(counts["save"]) < 45
