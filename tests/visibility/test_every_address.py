"""Nobody outside the groups is sent a byte of a restricted value, or a difference because of it.

Each address is called by each of them on two sites that are the same but for the values: whatever
they are sent must be the same too, status, headers, order and counts included (B33 to B41).
"""

import base64
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from lupweb import clock
from lupweb.accounts import passwords
from lupweb.search.folding import fold
from lupweb.web import limits
from tests.visibility.calls import CALLS, Call
from tests.visibility.twins import CANARY, NOW, Site, a_site, enter, restrict, seen

OUTSIDERS = {"before": ("cem", "admin"), "later": ("ada", "oda")}
"""An editor of Ben's profile, a colleague, two administrators: nobody of the group."""
SHOW = {
    "admin_fields.edit": "ida", "api_people.index": "sam", "api_people.show": "sam",
    "editing.edit": "sam", "editing.history": "ida",
    "editing.people": "sam", "editing.save": "sam", "people.card": "sam",
    "exports.csv": "sam", "exports.json": "sam", "exports.phones": "sam", "exports.xlsx": "sam",
    "people.index": "sam",
    "people.suggest": "sam", "profiles.show": "sam",
}  # fmt: skip
"""Endpoint -> a member who is sent the secrets there, so that the calls are proved to ask."""
METHODS = {"GET", "HEAD", "POST"}
SECRET_TEXTS = [
    CANARY, "zqfirst line", "zqcobalt", "+49 30 90188277", "+493090188277", "90188277",
    "1987-12-29", "29.12.1987", "29 December 1987", "zqmail@zqhost.example", "90817263",
    "zqchat", "zqcomputed", "zqdeduced", "ZQXBYDIRECTORY", "Bhutan", "Tibetan",
]  # fmt: skip
COUNTS = [
    re.compile(rb"[0-9,]+ of [0-9,]+</strong> (person has|people have) a value\."),
    re.compile(rb"[0-9,]+ values? in lupweb goe?s? with it\. LDAP is not touched\."),
    re.compile(rb"Nobody has a value in it\."),
    re.compile(rb"[0-9,]+ changed of [0-9,]+ people seen"),
    re.compile(rb'data-l="(Changed|Problems)">[0-9,]+<'),
    re.compile(rb"[0-9,]+</b><span>values changed<"),
    re.compile(rb'<span class="badge[a-z -]*"><svg[^>]*>[^\n]{0,200}?</svg>(done|nothing new)<'),
    re.compile(rb'<span class="num">[0-9,]+</span> (un)?changed,'),
    re.compile(rb'"(un|values_)?changed": ?[0-9]+'),
]
"""What every administrator is told of every field: how many people have a value (ux.md page 7).

And of every run: how many people and values it changed, and how many problems it met.
"""
CACHED = {"static": "", "pictures.show": "private"}
"""Endpoint -> how its Cache-Control begins, where it is not `private, no-store`."""


@dataclass
class Twins:
    """Sites that differ by secrets alone.

    :param full: with all secrets
    :param own: with those of "safety", which Ben may read of himself
    :param none: without any
    :param outsiders: who looks at them
    """

    full: Site
    own: Site
    none: Site
    outsiders: Sequence[str]


@pytest.fixture(
    scope="module", params=[pytest.param("before", marks=pytest.mark.thorough), "later"]
)
def twins(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_with_tables: Path,
    queue_url: str,
) -> Iterator[Twins]:
    """Sites whose categories were restricted before the secrets came, or after they were seen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        patch.setattr(limits, "EXPORTS", "1000 per minute")
        patch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
        sites = {
            secrets: a_site(tmp_path_factory.mktemp("site"), sqlite_with_tables, queue_url)
            for secrets in ("sv", "s", "")
        }
        for secrets, site in sites.items():
            if request.param == "before":
                restrict(site)
            enter(site, secrets)
            if request.param == "later":
                look_around(site, finds=bool(secrets))
                restrict(site)
            for login in (*OUTSIDERS[request.param], "ben"):
                site.browser(login)  # pages tell when somebody signed in
        yield Twins(*sites.values(), OUTSIDERS[request.param])


def look_around(site: Site, *, finds: bool) -> None:
    """Open what everybody still may see, so that whatever is kept of it, is kept."""
    for login in ("ada", "oda", "ben"):
        for path in ("/people?q=zqcobalt&sort=s_text", "/people/suggest?q=zqcobalt", "/people/tim"):
            answer = site.browser(login).client.get(path)
            assert (b"tim" in answer.data and b"zq" in answer.data) or not finds


def answer_of(site: Site, login: str, call: Call, method: str = "GET") -> TestResponse:
    browser = site.browser(login)
    if call.data is None:
        answer = browser.client.open(call.path, method=method, headers=dict(call.headers))
        answer.get_data()
        answer.close()  # a file that is sent in pieces, and was not asked for by HEAD
        return answer
    page = browser.get(call.opens or "/people")
    revision = page.select_one("form input[name=revision]")
    hidden = {"csrf_token": browser.token, "revision": str(revision["value"]) if revision else ""}
    return browser.client.post(call.path, data={**hidden, **call.data})


def shown(answer: TestResponse) -> tuple[object, ...]:
    status, headers, body = seen(answer)
    for count in COUNTS:
        body = count.sub(b"a count", body)
    return status, headers, body


def spellings(text: str) -> set[bytes]:
    """Return how a text may hide in an answer."""
    forms = {text, text.lower(), text.upper(), fold(text), text[::-1], html.escape(text)}
    forms |= {quote(text), quote_plus(text), quote(text, safe="")}
    forms |= {"".join(sign for sign in text if sign.isalnum()), f"{'.'.join(text)}"}
    coded = {base64.b64encode(text.encode()[start:])[2:-4] for start in range(3)}
    return {form for form in coded | {each.encode() for each in forms} if len(form) >= 6}


HIDDEN = [form for text in SECRET_TEXTS for form in spellings(text)]


@pytest.mark.parametrize("number", [0, pytest.param(1, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("endpoint", CALLS)
def test_b33_to_b40_an_outsider_is_sent_the_same_as_if_there_were_no_value(
    twins: Twins, endpoint: str, number: int
) -> None:
    for call in CALLS[endpoint]:
        answer, twin = (
            answer_of(site, twins.outsiders[number], call) for site in (twins.full, twins.none)
        )

        assert shown(answer) == shown(twin), call
        whole, benign = (str(each.headers).encode() + each.data for each in (answer, twin))
        assert [each for each in HIDDEN if each in whole and each not in benign] == [], call
        begins = CACHED.get(endpoint, "private, no-store")
        assert answer.headers["Cache-Control"].startswith(begins), call  # B39


@pytest.mark.thorough
@pytest.mark.parametrize("endpoint", CALLS)
def test_b41_who_does_not_have_the_category_is_not_sent_their_own_former_values(
    twins: Twins, endpoint: str
) -> None:
    for call in CALLS[endpoint][::4]:
        answer, twin = (answer_of(site, "ben", call) for site in (twins.full, twins.own))

        assert shown(answer) == shown(twin), call


def test_b33_who_has_not_signed_in_and_who_only_asks_for_the_head_learn_nothing(
    twins: Twins,
) -> None:
    for call in (each for calls in CALLS.values() for each in calls[:1] if each.data is None):
        for login, method in (("", "GET"), (twins.outsiders[0], "HEAD")):
            answer, twin = (
                answer_of(site, login, call, method) for site in (twins.full, twins.none)
            )
            assert shown(answer) == shown(twin), call
            assert answer.data == b"" or method == "GET", call


@pytest.mark.parametrize("endpoint", SHOW)
def test_a_member_is_sent_the_values_by_the_same_calls(twins: Twins, endpoint: str) -> None:
    calls = CALLS[endpoint]
    login = SHOW[endpoint]

    assert any(
        shown(answer_of(twins.full, login, call)) != shown(answer_of(twins.none, login, call))
        for call in calls
    )


def test_every_address_and_method_has_a_call(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    called: set[tuple[str, str]] = set()
    for calls in CALLS.values():
        for call in calls:
            for method in ("GET", "HEAD") if call.data is None else ("POST",):
                rule, _values = adapter.match(call.path.partition("?")[0], method, return_rule=True)
                called.add((rule.rule, method))

    missing = [
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & METHODS)
        if (rule.rule, method) not in called and rule.endpoint not in ONLY_LEADS_ON
    ]
    assert not missing, (
        f"Nobody has looked at what {', '.join(missing)} tells about restricted values. Say in"
        " tests/visibility/calls.py how it is called."
    )


ONLY_LEADS_ON = {"auth.sign_out"}
