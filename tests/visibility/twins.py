"""The same site twice: once with secret values in restricted categories, once without them.

Everybody may look at both with the same eyes: who is sent a difference has learned something. In
"safety" only members of the group read values, of anybody; "vault" only members have at all, so
that what Ben, who is none, once had in it is seen by nobody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.notices.models import NoticeKind
from lupweb.notices.service import tell
from lupweb.options.registry import CARD_EXTRA, CARD_PLACE, CARD_PRONOUNS, CARD_SUBLINE
from lupweb.options.service import options, set_option
from lupweb.orgchart.models import OrgChart
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import ProfileField
from lupweb.profiles.rights import EditRight, store_edit_right
from lupweb.profiles.service import tell_everybody_changed
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import Hand, store_values
from tests.browsing import Browser
from tests.factories import (
    PASSWORD,
    SECRET_KEY,
    a_connection,
    a_group,
    a_profile,
    a_run,
    an_empty_directory,
    an_entry,
)
from tests.fakes import FakeDirectory

ADMIN_PASSWORD = "an administrator's password"
NOW = datetime(2026, 11, 21, 14, 22, tzinfo=UTC)
CANARY = "ZQX-SECRET-7"
TEXT = "s_text"
"""The key of the text field of "safety"; those of "vault" begin with v instead of s."""
SECRETS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "text": ({}, CANARY),
    "multiline": ({}, "zqfirst line\nzqsecond line"),
    "select": ({"choices": ["Amber", "Zqopal"]}, "Zqopal"),
    "multi_select": ({"choices": ["Birch", "Zqlarch", "Zqyew"]}, "Zqlarch\nZqyew"),
    "cascade_select": ({"choices": ["zq,Zqworld,zqt,Zqtown"]}, "zq/zqt"),
    "tags": ({}, "zqcobalt\nzqnickel"),
    "date": ({"anniversary": "day"}, "1987-12-29"),
    "user_select": ({}, "id:{quirin}"),
    "multi_user_select": ({}, "id:{quirin}\nid:{oda}"),
    "phone": ({}, "+49 30 90188277"),
    "email": ({}, "zqmail@zqhost.example"),
    "url": ({}, "https://zqhost.example/zqpath"),
    "number": ({}, "90817263"),
    "checkbox": ({}, "true"),
    "instant_messenger": ({}, "matrix:@zqchat:zqhost.example"),
    "language": ({}, "bo"),
    "country": ({}, "BT"),
}
"""Type -> its options, and what Ben has in a field of it."""
FIXED_LINK = "https://rooms.example.com/{s_text}"
VARYING = [
    (re.compile(rb'(name="csrf_token"[^>]* value=")[^"]+'), rb"\1"),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}"), b"a request"),
]
VARYING_HEADERS = {"set-cookie", "x-request-id", "content-length"}


@dataclass
class Site:
    """One of the two; `browsers` are those who signed in, by their login."""

    app: Flask
    directory: FakeDirectory
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, login: str) -> Browser:
        """Return the browser of somebody, signed in; of a stranger for ""."""
        if login not in self.browsers:
            browser = Browser(self.app.test_client())
            if login:
                browser.sign_in(login, ADMIN_PASSWORD if login == "admin" else PASSWORD)
                assert browser.response.status_code == 302, f"{login} cannot sign in"
            self.browsers[login] = browser
        return self.browsers[login]


def a_site(instance: Path, template: Path, queue_url: str) -> Site:
    """Return a site of its own, with nothing restricted, and no secret in it."""
    (instance / "lupweb.sqlite").write_bytes(template.read_bytes())
    directory = an_empty_directory()
    settings = Settings(instance=instance, secret_key=SECRET_KEY, redis_url=queue_url)
    app = create_app(settings, connect=directory.connect)
    app.config["TESTING"] = True
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570", l="Porto")
    an_entry(directory, "ben", "Ben Özgür", manager=ada, title="Engineer", l="Porto")
    for login, name in PEOPLE.items():
        an_entry(directory, login, name, manager=ada, departmentNumber="Team")
    with app.app_context():
        a_group(directory, a_connection(directory), "safety", ["sam", "ida"])
        a_profile()
        _set_up()
        a_run(directory)
        db.session.remove()
    return Site(app, directory)


PEOPLE = {
    "cem": "Cem Groß", "sam": "Sam Safe", "ida": "Ida Inside", "oda": "Oda Outside",
    "quirin": "Quirin Zaxxon", "tim": "Tim Tailor",
}  # fmt: skip
"""Cem may edit Ben's profile; Sam and Ida belong to the group; Ida and Oda are administrators."""


CHOOSABLE = {
    TEXT, "s_multi_select", "s_tags", "s_date", "s_phone", "s_user_select", "v_text", "v_tags",
    "v_number", "emergency", "hint", "clue", "location", "department",
}  # fmt: skip
"""Fields that are a facet, and a column by which people are ordered."""


CHARTS = (
    ("line", "manager", ["s_user_select", "v_user_select"]),
    ("secret", "s_user_select", ["manager"]),
    ("vault", "v_user_select", []),
)
"""Key, the field that the chart is drawn from, and those of its dotted lines."""


def restrict(site: Site) -> None:
    """Restrict both categories, by the forms of an administrator."""
    admin = site.browser("admin")
    for key, lists in (("safety", ("visible_to",)), ("vault", ("applies_to", "visible_to"))):
        path = f"/admin/categories/{key}/edit"
        page = admin.get(path)
        sent = {name: str(page.select_one(f"input[name={name}]")["value"]) for name in SENT}
        chosen = dict.fromkeys(lists, "safety")
        admin.post(path, groups_are="separate", **sent, **chosen)
        assert admin.response.status_code == 303, admin.text


SENT = ("revision", "name-en", "name-de")


def _set_up() -> None:
    with transaction():
        define_category("vault", "Vault")
        for category in ("safety", "vault"):
            for type_key, (chosen, _value) in SECRETS.items():
                define_field(
                    f"{category[0]}_{type_key}", f"Secret {type_key}", category=category,
                    type_key=type_key, options=chosen, on_card=True,
                )  # fmt: skip
        follows = {"source": TEXT, "choices": ["* -> zqcomputed"]}
        define_field("hint", "Hint", category="work", type_key="dependent", options=follows)
        follows = {"source": "v_text", "choices": ["* -> zqdeduced"]}
        define_field("clue", "Clue", category="work", type_key="dependent", options=follows)
        define_field("room", "Room", category="work", options={"link": FIXED_LINK})
        for each in db.session.scalars(db.select(ProfileField)):
            each.facet = each.in_table = each.key in CHOOSABLE
        for option in (CARD_SUBLINE, CARD_PLACE, CARD_PRONOUNS):
            set_option(option, TEXT)
        set_option(CARD_EXTRA, ("hint", "clue", "v_text", "s_user_select"))
        for key, field, also in CHARTS:
            db.session.add(
                OrgChart(key=key, name=key.title(), manager_field=field, dotted_fields=also)
            )
        create_admin("admin", ADMIN_PASSWORD)
        for login in ("ida", "oda"):
            db.session.add(RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, login=login))
        store_edit_right(EditRight(profiles_of_people=("ben",), editor_people=("cem", "sam")))
        db.session.flush()
        tell_everybody_changed()


def enter(site: Site, secrets: str) -> None:
    """Let a directory deliver and Sam enter the secrets, and Ben and Tim be told of it.

    :param secrets: keys of fields that begin so get values: "sv" all of them, "s" those of
        "safety", "" none
    """
    if "s" in secrets:
        for login in ("ben", "tim"):
            site.directory.set(login, "homePhone", [b"ZQXBYDIRECTORY"])
    with site.app.app_context():
        a_run(site.directory)
        layout = load_layout(options()["phone_region"])
        with transaction():
            ids = {login: get_person(login).id for login in ("ben", *PEOPLE)}
            hand = Hand(Source.USER, f"person:{ids['sam']}", NOW)
            for login in ("ben", "tim"):
                entered = _secrets_of(secrets, ids)
                store_values(layout, get_person(login), entered, hand)
                for kind in secrets:
                    about = {"by": hand.actor, "fields": [key for key in entered if key[0] == kind]}
                    tell(ids[login], NoticeKind.PROFILE_EDITED, about)
            harmless = {"website": "https://example.com/ben"}
            store_values(layout, get_person("ben"), harmless, hand)
        db.session.remove()


def _secrets_of(secrets: str, ids: Mapping[str, int]) -> dict[str, str]:
    return {
        f"{kind}_{type_key}": value.format(**ids)
        for kind in secrets
        for type_key, (_options, value) in SECRETS.items()
    }


def seen(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return an answer without what differs from request to request."""
    body = answer.data
    for pattern, instead in VARYING:
        body = pattern.sub(instead, body)
    headers = [(name, text) for name, text in answer.headers if name.lower() not in VARYING_HEADERS]
    return answer.status_code, sorted(headers), body
