"""Cards and choices that are filled into forms: what their templates make of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, get_template_attribute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lupweb.profiles.cards import PersonCard
from lupweb.search.request import FacetOption
from lupweb.texts import speaking
from lupweb.web import filling
from lupweb.web.choices import Choice
from lupweb.web.filling import filled_card, filled_choices

ADA = PersonCard(
    id=7, name="Ada Blom", handle="ada.blom", login="ada.blom", initials="AB", colour=3,
    subline="Engineer", department="Sales", location="Berlin", email="ada@example.com",
    phone_href="tel:+4930123", chat_href="https://chat.example.com/ada", picture="0af3",
    team="East",
)  # fmt: skip
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["", "<b>&\"'", "100 %s %(name)s", f"{filling._END}name{filling._END}"]
)
HANDLES = st.sampled_from(["id:12", "a+b@c.d", "müller", "a%2Fb", "x y"])


@pytest.fixture(autouse=True)
def asked(app: Flask) -> Iterator[None]:
    with app.test_request_context("/people"):
        yield


def by_template(card: PersonCard, *, has_star: bool = False) -> str:
    """Return the card as the template makes it."""
    return str(get_template_attribute("components/person.html", "person_card")(card, has_star))


def filled(card: PersonCard, *, has_star: bool = False) -> str:
    """Return the card as it is shown."""
    show = get_template_attribute("components/person.html", "person_card")
    return str(filled_card(card, show, has_star=has_star))


@pytest.mark.parametrize("lacks", ["", *filling.PARTS, "all"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_card_is_what_its_template_makes_whatever_it_lacks(lacks: str, language: str) -> None:
    gone = filling.PARTS if lacks == "all" else (lacks,) if lacks else ()
    card = replace(ADA, **dict.fromkeys(gone, ""))

    with speaking(language):
        for has_star in (False, True):
            assert filled(card, has_star=has_star) == by_template(card, has_star=has_star)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, HANDLES, TEXTS, TEXTS, st.sampled_from(["", "a@b.c", "a+b@c.d", "<a>@b.c", "ä@ö.de"]))
def test_whatever_values_hold_the_card_is_what_its_template_makes(
    name: str, handle: str, subline: str, team: str, email: str
) -> None:
    card = replace(ADA, name=name, handle=handle, subline=subline, team=team, email=email)

    assert filled(card) == by_template(card)


def test_a_name_from_right_to_left_is_kept_from_turning_the_sentence_around() -> None:
    card = replace(ADA, name="עדה")

    assert "\u2068עדה\u2069" in filled(card)
    assert filled(card) == by_template(card)


def test_a_template_is_asked_once_for_cards_with_the_same_parts() -> None:
    filling._forms.clear()
    asked = []

    def show(card: PersonCard, has_star: bool) -> str:
        asked.append(card)
        return f"<li>{card.name} 5 % {has_star}</li>"

    made = [str(filled_card(replace(ADA, name=each), show, has_star=False)) for each in "ab"]  # type: ignore[arg-type]

    assert made == ["<li>a 5 % False</li>", "<li>b 5 % False</li>"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "value",
    ["Berlin", "", "<b>&\"'%s", "עדה", f"{filling._END}label{filling._END}"],
    ids=["plain", "none", "markup", "rtl", "mark"],  # a mark is another one in each process
)
@pytest.mark.parametrize("is_chosen", [False, True])
def test_a_choice_is_what_its_template_makes(value: str, is_chosen: bool) -> None:
    show = get_template_attribute("people/_choice.html", "choice_box")
    choice = Choice("place", FacetOption(value, value or "Not set", 1_234, is_chosen))

    for language, count in (("en", "1,234"), ("de", "1.234")):
        with speaking(language):
            made = [str(each) for each in filled_choices("place", [choice], show)]
            assert made == [str(show("place", choice))]
            assert f">{count}<" in made[0]


def test_another_field_has_another_form() -> None:
    show = get_template_attribute("people/_choice.html", "choice_box")
    option = FacetOption("Berlin", "Berlin", 1, is_chosen=False)

    made = [str(filled_choices(key, [Choice(key, option)], show)[0]) for key in ("place", "home")]

    assert ['name="f.place"' in each for each in made] == [True, False]
    assert ['name="f.home"' in each for each in made] == [False, True]
