"""How every address of the site is called, by people who must learn nothing by it.

Whoever adds an address adds a line here: its endpoint, and each way to ask it for what it might
know about Ben. An address that takes forms is called by POST as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.visibility.twins import CANARY, SECRETS, TEXT

PART = {"HX-Request": "true"}


@dataclass(frozen=True)
class Call:
    """One request; `data` makes it a POST, with the token of whoever sends it.

    :param opens: a page from whose form the hidden `revision` is taken along
    """

    path: str
    data: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    opens: str = ""

    def __str__(self) -> str:
        return f"{'GET' if self.data is None else 'POST'} {self.path} {dict(self.data or {})}"


KEYS = [f"{kind}_{type_key}" for kind in "sv" for type_key in SECRETS]
WORDS = [
    *(CANARY[:length] for length in (2, 3, 5, 7, len(CANARY))), "ZQX-SECERT-7", "zqfirst",
    "zqopal", "Zqtown", "zqcobalt", "1987", "29.12.1987", "90188277", "+49 30 901", "zqmail",
    "zqhost.example", "90817263", "zqchat", "Bhutan", "zqcomputed", "zqdeduced",
    "ZQXBYDIRECTORY", "Zaxxon", "rooms.example.com", "zq ben",
]  # fmt: skip
"""What the secrets are searched by."""


def asked(path: str, **query: object) -> str:
    """Return an address with what is asked there."""
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def searched(path: str) -> Iterator[str]:
    """Yield every way to ask the directory for people with secrets."""
    yield path
    for words in WORDS:
        yield asked(path, q=words)
    for key in (TEXT, "s_phone", "v_number", "s_date", "s_user_select", "hint", "clue", "newest"):
        yield asked(path, sort=key, view="table")
    for key in (f"-{TEXT}", "-v_tags", "-emergency", "-newest"):
        yield asked(path, sort=key)
    for value in (CANARY, "", "zqcobalt", "1987-12-29"):
        chosen = {f"f.{key}": value for key in (*KEYS, "emergency", "hint", "clue", "room")}
        yield asked(path, **chosen)
        yield asked(path, **{"f.location": "Porto", f"f.{TEXT}": value}, q="zq", all=TEXT)
    yield asked(path, letter="T", view="list", all="s_select")
    yield asked(path, letter="Z", q="ZQX")
    yield asked(path, page="2", per_page="10")


def few(path: str) -> Iterator[str]:
    """Yield some ways to ask: where the same code answers as under another address."""
    yield path
    yield asked(path, q=CANARY)
    yield asked(path, q="zq", sort=TEXT)
    yield asked(path, sort=f"-{TEXT}")
    yield asked(path, **{f"f.{TEXT}": CANARY, "f.hint": "zqcomputed"})


def of_people(*paths: str) -> list[Call]:
    """Return calls of these addresses for each of those whom secrets are about, or who know."""
    return [Call(path.replace("<who>", who)) for path in paths for who in WHO]


def sent(path: str, *forms: Mapping[str, str], opens: str = "") -> list[Call]:
    """Return calls that send these forms."""
    return [Call(path, form, opens=opens) for form in forms]


WHO = ("ben", "tim", "id:2", "quirin", "nobody", CANARY)
READ_AS = ("", "?as=colleague", "?as=sam", "?as=ben&sources=1")
EDIT = "/people/ben/edit"
A_TYPE = {"name-en": "Secret text", "category": "safety", "source": "user", "in_profile": "1"}
GUESSES = [
    {"type": "select", "option-choices": CANARY}, {"type": "date"}, {"type": "tags"},
]  # fmt: skip
"""Another type for the secret field: an administrator could ask whether a value fits it."""

MERGES = [
    {"kept": "id:2", "other": f"id:{number}", "revision": "x", f"take-{TEXT}": "other"}
    for number in (1, 3, 7)
]
"""Two records to be put together: an administrator could ask what comes of it."""

CALLS: Mapping[str, list[Call]] = {
    "admin.index": [Call("/admin")],
    "admin_card.index": [
        Call("/admin/card"),
        *(
            Call(f"/admin/card?preview={who}&reader={reader}")
            for who in ("ben", "tim")
            for reader in ("", "sam", "ben")
        ),
        *sent(
            "/admin/card", {"subline": "s_date", "extra": "v_text", "preview": "ben", "look": "1"}
        ),
        *sent("/admin/card", {"subline": "nothing"}),
    ],
    "admin_categories.delete": [
        Call("/admin/categories/safety/delete"),
        *sent("/admin/categories/safety/delete", {"move_to": ""}, {"move_to": "nowhere"}),
    ],
    "admin_categories.edit": [
        Call("/admin/categories/safety/edit"),
        Call("/admin/categories/vault/edit"),
        *sent("/admin/categories/safety/edit", {"name-en": "", "groups_are": "one"}),
    ],
    "admin_categories.new": [
        Call("/admin/categories/new"),
        *sent("/admin/categories/new", {"name-en": ""}),
    ],
    "admin_fields.delete": [
        Call("/admin/fields/s_text/delete"),
        Call("/admin/fields/v_text/delete"),
        *sent("/admin/fields/phone/delete", {}),
    ],
    "admin_fields.edit": [
        *(
            Call(f"/admin/fields/{key}/edit{query}")
            for key in (TEXT, "v_date", "s_user_select", "emergency", "hint")
            for query in ("?preview=ben", "?preview=tim&check=1", "?preview=sam")
        ),
        *sent(
            "/admin/fields/s_text/edit",
            *({**A_TYPE, **guess, "look": "1"} for guess in GUESSES),
            *({**A_TYPE, **guess} for guess in GUESSES),
            opens="/admin/fields/s_text/edit",
        ),
    ],
    "admin_fields.index": [Call("/admin/fields"), Call("/admin/fields?moved=s_text&step=up")],
    "admin_fields.move": [Call("/admin/fields/s_text/move"), Call("/admin/fields/v_text/move")],
    "admin_fields.new": [
        Call("/admin/fields/new"),
        Call("/admin/fields/new?category=safety"),
        *sent(
            "/admin/fields/new",
            {**A_TYPE, "name-en": ""},
            {**A_TYPE, "type": "dependent", "option-source": TEXT, "look": "1"},
        ),
    ],
    "admin_fields.order": [
        *sent("/admin/fields/order", {}, {"up": "nothing"}, {"field": TEXT, "category": "gone"}),
    ],
    "admin_fields.preview": [
        Call("/admin/fields/preview"),
        Call("/admin/fields/preview?profile=ben&viewer=sam"),
        Call(asked("/admin/fields/preview", profile=CANARY, viewer="zq")),
    ],
    "admin_fields.restore": sent("/admin/fields/s_text/restore", {}),
    "admin_people.account_role": sent("/admin/people/accounts/1/role", {"role": "nonsense"}),
    "admin_people.accounts": [Call("/admin/people/accounts")],
    "admin_people.index": [
        *(Call(path) for path in few("/admin/people")),
        *(Call(asked("/admin/people", q=words)) for words in WORDS),
        *(Call(asked("/admin/people", state=state)) for state in ("active", "unlicensed", TEXT)),
    ],
    "admin_people.merge_done": sent("/admin/people/merge/done", *MERGES),
    "admin_people.merge_preview": sent("/admin/people/merge/preview", *MERGES),
    "admin_people.merge_two": [
        Call(asked("/admin/people/merge", first="id:2")),
        *(Call(asked("/admin/people/merge", first="id:2", q=words)) for words in WORDS[:6]),
        *(Call(asked("/admin/people/merge", first="id:2", second=f"id:{n}")) for n in range(1, 9)),
    ],
    "admin_people.person": of_people("/admin/people/<who>"),
    "admin_people.role": sent("/admin/people/id:2/role", {"role": TEXT}),
    "admin_people.sign_in": sent("/admin/people/id:999/sign-in", {"signs_in": "0"}),
    "admin_people.take_apart": sent("/admin/people/id:2/separate", {"merge": "1"}),
    "admin_groups.add": sent("/admin/groups/safety/members/add", {"members": "zq"}, {}),
    "admin_groups.delete": [
        Call("/admin/groups/safety/delete"),
        *sent("/admin/groups/safety/delete", {}),
    ],
    "admin_groups.edit": [
        Call("/admin/groups/safety/edit"),
        *sent("/admin/groups/safety/edit", {"name-en": ""}),
    ],
    "admin_groups.find": [Call("/admin/groups/find"), Call("/admin/groups/find?q=safety")],
    "admin_groups.index": [Call("/admin/groups")],
    "admin_groups.new": [Call("/admin/groups/new"), *sent("/admin/groups/new", {"name": ""})],
    "admin_groups.people": [Call(asked("/admin/groups/people", q=words)) for words in WORDS[::2]],
    "admin_groups.person": [
        Call(asked("/admin/groups/person", q=words)) for words in ("", "ben", "zq", CANARY)
    ],
    "admin_groups.remove": sent("/admin/groups/safety/members/remove", {}),
    "admin_groups.show": [Call("/admin/groups/safety/members")],
    "admin_policies.index": [
        Call("/admin/policies"),
        *sent("/admin/policies", {"active_users": "nonsense"}),
    ],
    "admin_rights.index": [
        Call("/admin/rights"),
        *sent("/admin/rights", {"profiles_people": CANARY, "editors_people": "zq"}, {}),
    ],
    "admin_rights.take": sent("/admin/rights/take", {"right": "99"}),
    "admin_settings.index": [Call("/admin/settings")],
    "admin_settings.save_picture": sent("/admin/settings/picture", {"picture_source": "gone"}),
    "admin_settings.save_site": sent("/admin/settings", {"site_name": "", "language": "xx"}),
    "auth.sign_in": [
        Call("/login"),
        Call("/login?next=/people/ben"),
        *sent("/login", {"username": CANARY, "password": "x"}),
    ],
    "auth.sign_out": [],
    "cropping.crop": of_people("/people/<who>/crop"),
    "cropping.use": sent("/people/ben/crop", {"crop-zoom": "100"}),
    "cropping.whole": of_people("/people/<who>/crop/whole"),
    "editing.confirm": sent(
        "/people/ben/confirm", {"field": TEXT}, {"field": "v_text"}, {"field": "hint"}, {}
    ),
    "editing.edit": of_people("/people/<who>/edit"),
    "editing.history": of_people("/people/<who>/history", "/people/<who>/history?before=9999"),
    "editing.people": [Call(path) for path in few("/people/ben/edit/people")]
    + [Call(asked("/people/ben/edit/people", q=words)) for words in WORDS],
    "editing.read_notices": sent("/people/ben/notices", {}),
    "editing.save": [
        *sent(EDIT, {}, {f"field-{TEXT}": CANARY}, {"field-v_text": CANARY}, {"field-gone": "x"}),
        *sent(
            EDIT,
            {"field-website": "nonsense", "field-im": "x" * 10_001},
            {"field-website": "nonsense", f"field-{TEXT}": "guessed"},
            {"field-s_user_select": "nobody of this name"},
            opens=EDIT,
        ),
        *sent(EDIT, {"field-website": "https://example.com/mine"}),
        *sent(EDIT, {"field-website": "x", f"choice-{TEXT}": "theirs", "revision": "1.2"}),
    ],
    "health.live": [Call("/healthz")],
    "health.ready": [Call("/readyz")],
    "people.card": of_people("/people/<who>/card"),
    "people.export_csv": [Call(path) for path in few("/people/export.csv")],
    "people.export_json": [Call(path) for path in few("/people/export.json")],
    "people.index": [
        Call("/"),
        *(Call(path) for path in searched("/people")),
        *(Call(path, headers=PART) for path in few("/people")),
    ],
    "people.suggest": [Call(asked("/people/suggest", q=words)) for words in WORDS],
    "pictures.show": of_people("/people/<who>/picture"),
    "profiles.show": of_people(*(f"/people/<who>{query}" for query in READ_AS)),
    "profiles.qr": of_people("/people/<who>/qr.svg", "/people/<who>/qr.svg?as=sam"),
    "profiles.take_along": of_people("/people/<who>.vcf", "/people/<who>.vcf?as=sam"),
    "static": [Call("/static/lup.css")],
}
"""Endpoint -> its calls. None: it shows nothing, and only leads on."""
