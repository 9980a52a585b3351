"""Requests by people who must learn nothing, and what they guess at."""

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
