"""Texts that want to be more than text, and a site that is full of them.

Each payload that makes an element marks it with `data-hit`; each that runs calls `hit()`.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from lupweb import clock
from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.audit.service import Change, record
from lupweb.database import db, transaction
from lupweb.field_types import FIELD_TYPES
from lupweb.options.registry import CARD_EXTRA, CARD_PRONOUNS, CARD_SUBLINE, SITE_NAME
from lupweb.options.service import set_option
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.models import Category, ProfileField
from lupweb.profiles.service import tell_everybody_changed
from tests.factories import (
    PASSWORD,
    a_connection,
    a_profile,
    a_run,
    an_entry,
)
from tests.fakes import FakeDirectory
from tests.ldap.fake_server import FakeServer

PAYLOADS = (
    "<script data-hit>hit()</script>",
    '"><img src=x data-hit onerror=hit()>',
    "'><svg data-hit onload=hit()>",
    "'-hit()-'",
    '"-hit()-"',
    "</textarea><svg/onload=hit() data-hit>",
    "</title><img src=x data-hit onerror=hit()>",
    "</style><script data-hit>hit()</script>",
    "</script><script data-hit>hit()</script>",
    "--><hit-1 data-hit></hit-1>",
    '<!--<img src="--><img src=x data-hit onerror=hit()>',
    '" autofocus onfocus=hit() data-hit="',
    "' onmouseover=hit() data-hit='",
    "` onfocus=hit() data-hit=`",
    "x onpointerenter=hit() data-hit",
    "javascript:hit()",
    "JaVaScRiPt:hit()",
    "java\tscript:hit()",
    " javascript:hit()",
    "\x01javascript:hit()",
    "data:text/html,<script data-hit>hit()</script>",
    "vbscript:hit()",
    "//evil.example/hit",
    "https://ok@evil.example/",
    'https://evil.example/"onmouseover="hit()"data-hit="',
    'mailto:a@b.example?bcc=x@y.example&body="><b data-hit>',
    'a@b.example?bcc=x&body="><b data-hit>',
    "tel:1;ext=<b data-hit>",
    "+49 611 20570;phone-context=<b data-hit>",
    "{{7*7777}}<%= 7*7777 %>",
    "${7*7777}#{7*7777}",
    "{% raw %}{{7*7777}}",
    "%(name)s %s {0} {handle}",
    "<svg><script data-hit xlink:href=data:,hit()></script></svg>",
    "<math><mtext><table><mglyph><style><img src=x data-hit onerror=hit()>",
    '<iframe srcdoc="<script>parent.hit()</script>" data-hit></iframe>',
    "<form action=https://evil.example data-hit><button>",
    "<base href=https://evil.example/ data-hit><meta http-equiv=refresh content=0 data-hit>",
    "<style data-hit>*{background:url(//evil.example)}</style>",
    "&lt;img src=x data-hit onerror=hit()&gt;&#x22;&quot;",
    "\u202e<img src=x data-hit onerror=hit()>\u2066\u200b",
    "\uff1cscript data-hit\uff1ehit()\uff1c/script\uff1e",
    "\u2028</option></select><img src=x data-hit onerror=hit()>",
    '"]}\'><img data-hit src=x onerror=hit()>[{"',
    '" hx-on::load="hit()" hx-get="/x" data-hit="',
    "<a href=javascript:hit() data-hit>a</a>\\",
)
TYPES = tuple(sorted(FIELD_TYPES))
PEOPLE = tuple(f"x{number}" for number in range(len(PAYLOADS)))
MIXED = "".join(PAYLOADS[1:3])
FEW = 4
"""Categories that Mal has: a form that is sent holds fewer fields than Eve's."""


def key(number: int, type_key: str) -> str:
    """Return the key of the field of a type that holds a payload."""
    return f"f{number}_{type_key}"


@dataclass
class Kept:
    """A site that was filled once: to fill it takes longer than to walk through it."""

    database: Path
    server: FakeServer | None = None


def fill(app: Flask, directory: FakeDirectory, kept: Kept) -> tuple[str, str]:
    """Put each payload into every place of the site; return how Eve signs in.

    Eve has a category for each payload, with a field of each type, called after it, and
    administers the site. Mal has the first few categories. The others are people of such names.

    :param kept: taken if it was filled before
    """
    own = app.extensions["lupweb"].settings.instance / "lupweb.sqlite"
    if kept.server:
        directory.server = kept.server
        shutil.copy(kept.database, own)
    else:
        _fill(app, directory)
        kept.server = directory.server
        shutil.copy(own, kept.database)
    return "eve", PASSWORD


def _add_people(directory: FakeDirectory) -> None:
    work = {"l": PAYLOADS[1], "departmentNumber": PAYLOADS[0], "title": PAYLOADS[9]}
    eve = an_entry(directory, "eve", MIXED, **work)
    an_entry(directory, "mal", PAYLOADS[5], **work)
    for login, payload in zip(PEOPLE, PAYLOADS, strict=True):
        work = dict.fromkeys(("title", "departmentNumber", "l", "telephoneNumber"), payload)
        an_entry(directory, login, payload, manager=eve, **work)


def _fill(app: Flask, directory: FakeDirectory) -> None:
    _add_people(directory)
    with app.app_context():
        a_connection(directory)
        a_profile()
        a_run(directory)
        with transaction():
            _build()
            _write(get_person("eve"), range(len(PAYLOADS)))
            _write(get_person("mal"), range(FEW))
            _remember(get_person("eve"))
            db.session.flush()
            tell_everybody_changed()
        db.session.remove()
        db.engine.dispose()


def value_of(type_key: str, payload: str) -> str:
    """Return a payload as a directory might deliver it into a field of a type."""
    prefixes = {"instant_messenger": "matrix:", "email": "", "url": ""}
    suffixes = {"multiline": "\n", "tags": "\n", "multi_user_select": "\n"}
    second = PAYLOADS[1] if type_key in suffixes else ""
    return prefixes.get(type_key, "") + payload + suffixes.get(type_key, "") + second


def options_of(type_key: str, number: int) -> Mapping[str, Any]:
    """Return options of a type with a payload in them."""
    payload = PAYLOADS[number]
    return {
        "select": {"choices": [payload, "Other"]},
        "multi_select": {"choices": [payload, "Other"]},
        "cascade_select": {"choices": [f'a,"{payload.replace(chr(34), chr(34) * 2)}"']},
        "dependent": {"source": key(number, "text"), "choices": [f"* -> {payload}"]},
        "instant_messenger": {"link_text": payload},
    }.get(type_key, {})


def _build() -> None:
    set_option(SITE_NAME, MIXED)
    set_option(CARD_SUBLINE, key(0, "text"))
    set_option(CARD_PRONOUNS, key(1, "text"))
    set_option(CARD_EXTRA, tuple(key(number, "multiline") for number in range(4)))
    for number, payload in enumerate(PAYLOADS):
        group = Group(key=f"g{number}", name=payload)
        db.session.add(group)
        db.session.flush()
        logins = ("eve", "mal") if number < FEW else ("eve",)
        for login in logins:
            db.session.add(Membership(group_id=group.id, person_id=get_person(login).id))
        category = f"c{number}"
        define_category(category, payload, visible_to=[group.key], applies_to=[group.key])
        for type_key in TYPES:
            define_field(
                key(number, type_key), payload, category=category, type_key=type_key,
                options=options_of(type_key, number), help_text=f"{payload}\n{payload}",
                facet=number < FEW and type_key in {"text", "tags", "select"},
                in_table=number < FEW,
            )  # fmt: skip
    for each in db.session.scalars(db.select(ProfileField)):
        each.names = {"de": each.name}
        each.facet = each.facet or each.key in {"location", "department"}
    for category in db.session.scalars(db.select(Category)):
        category.names = {"de": category.name}
    db.session.add(RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, login="eve"))


def _write(person: Person, numbers: Sequence[int]) -> None:
    values = {
        key(number, type_key): value_of(type_key, PAYLOADS[number])
        for number in numbers
        for type_key in TYPES
    }
    person.document = {"values": {**person.document["values"], **values}}


def _remember(person: Person) -> None:
    record(
        [
            Change(person.id, key(number, type_key), payload, PAYLOADS[number - 1])
            for number, payload in enumerate(PAYLOADS)
            for type_key in ("text", "multiline")
        ],
        source="user",
        run_id=None,
        at=clock.now(),
        actor=f"person:{get_person('x1').id}",
    )


INJECTED = """() => {
  const foreign = ['iframe', 'object', 'embed', 'base', 'style', 'math', 'frame', 'hit-1'];
  const links = ['http:', 'https:', 'mailto:', 'tel:', 'xmpp:'];
  const bad = each => {
    const names = [...each.attributes].map(attribute => attribute.name);
    if (names.some(name => /^on|^hx-on|srcdoc|data-hit|http-equiv/i.test(name))) return true;
    if (foreign.includes(each.localName) || each.localName.includes('-')) return true;
    if (each.localName === 'script') return !each.src.startsWith(location.origin + '/static/');
    if (each.localName === 'form') return !each.action.startsWith(location.origin + '/');
    if (each.localName === 'a' && each.hasAttribute('href')) {
      const to = new URL(each.href), own = to.origin === location.origin;
      if (!links.includes(to.protocol)) return true;
      if (to.protocol === 'mailto:') return /[?&](bcc|body|cc)=/.test(each.href);
      if (to.protocol === 'tel:') return !/^tel:[+0-9.,;=ext-]+$/.test(each.href);
      return !own && (!each.rel.includes('noopener') || to.username !== '');
    }
    return false;
  };
  const found = [...document.querySelectorAll('*')].filter(bad).map(each => each.outerHTML);
  if (document.documentElement.innerText.includes('54439')) found.push('54439');
  return found.map(each => each.slice(0, 200));
}"""
"""Finds every element that no template of the site makes."""
