"""What somebody may take along of a profile: vCard, QR code, and who has none."""

import base64
import re
from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.people.queries import get_person
from lupweb.profiles.models import ProfileField
from lupweb.profiles.picture_maker import PictureMaker
from lupweb.profiles.pictures import delivery_of, keep
from tests.browsing import Browser
from tests.factories import a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.drawing import a_picture


def test_a_vcard_is_sent_as_a_file(
    dana: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    cem = as_person("cem")

    answer = cem.client.get("/people/dana.vcf")

    assert answer.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=dana.vcf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    lines = answer.text.replace("\r\n ", "").splitlines()
    assert lines[3] == cem.client.get("/people/dana.vcf").text.splitlines()[3]
    assert lines[5:] == [
        "FN:Dana van Dyk",
        "N:Dyk;Dana van;;;",
        "EMAIL;TYPE=work:dana@example.com",
        'TEL;VALUE=uri;TYPE="work,voice":tel:+49-611-20571',
        "SOCIALPROFILE;SERVICE-TYPE=chat;VALUE=text:@dana",
        "URL;TYPE=work:https://example.com/dana",
        "TITLE:Engineer",
        "ORG:R&D",
        "ADR;TYPE=work:;;;Porto;;;",
        "RELATED;TYPE=co-worker;VALUE=text:Ada Lovelace",
        "END:VCARD",
    ]


def test_the_picture_of_256_pixels_travels_in_the_vcard(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), PictureMaker() as maker:
        person_id = get_person("dana").id
        db.session.rollback()
        delivery = delivery_of(person_id, [a_picture()], maker)
        with transaction():
            keep([delivery])
    cem = as_person("cem")

    card = cem.client.get("/people/dana.vcf").text.replace("\r\n ", "")
    sent = re.search(r"PHOTO:data:image/jpeg;base64,(.+)", card)

    assert sent
    assert base64.b64decode(sent[1]) == cem.client.get("/people/dana/picture?size=256").data
    avatar = cem.get("/people/dana").select_one(".hero img")
    assert "size=256" in avatar["src"]
    assert avatar["srcset"].endswith("size=512 2x")


def test_a_login_with_dots_has_a_vcard_and_one_that_ends_like_one_goes_by_number(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    for login in ("dots.in.it", "ends.vcf", "export"):
        an_entry(dana, login)
    with app.app_context():
        a_run(dana)
        numbers = {login: get_person(login).id for login in ("ends.vcf", "export")}
    cem = as_person("cem")

    assert "FN:Dots In It" in cem.client.get("/people/dots.in.it.vcf").text
    assert cem.client.get("/people/ends.vcf").status_code == 404
    for login, number in numbers.items():
        assert cem.client.get(f"/people/{login}").status_code == 404
        assert "BEGIN:VCARD" in cem.client.get(f"/people/id:{number}.vcf").text
        assert cem.client.get(f"/people/id:{number}/qr.svg").status_code == 200


def test_a_qr_code_is_a_drawing_and_nothing_else(
    dana: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    cem = as_person("cem")

    answer = cem.client.get("/people/dana/qr.svg")

    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer.text.startswith("<svg")
    shown = cem.get("/people/dana").select_one("img.qr")
    assert shown["src"] == "/people/dana/qr.svg"
    assert "Dana van Dyk" in shown["alt"]


@pytest.mark.parametrize("path", ["/people/ben.vcf", "/people/ben/qr.svg"])
def test_who_is_missing_has_no_vcard_for_anybody(
    company: FakeDirectory,
    app: Flask,
    as_person: Callable[[str], Browser],
    as_admin: Callable[[], Browser],
    path: str,
) -> None:
    company.delete("ben")
    with app.app_context():
        a_run(company)

    for browser in (as_person("ada"), as_admin()):
        assert browser.client.get(path).status_code == 404
    admin = as_admin()
    admin.get("/people/ben")
    assert "Save to your phone" not in admin.text
    assert re.search(
        r"No directory has this person any more, since (just now|\d\d:\d\d)", admin.text
    )
    assert admin.page.select(".hero__acts a") == []


def test_administrators_choose_which_fields_a_vcard_holds(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        rows = db.session.scalars(db.select(ProfileField)).all()
        for field in rows:
            field.in_vcard = field.key in ("phone", "room", "emergency")

    lines = as_person("cem").client.get("/people/dana.vcf").text.replace("\r\n ", "").splitlines()

    assert 'TEL;VALUE=uri;TYPE="work,voice":tel:+49-611-20571' in lines
    assert "NOTE:Room: 3.14" in lines
    assert not any(line.startswith(("URL", "TITLE", "ORG", "ADR", "RELATED")) for line in lines)
