"""A small company with odd names, as entries and as LDIF."""

import base64
from collections.abc import Iterator, Mapping, Sequence

from lupweb.ldap.dn import escape_value

SUFFIX = "dc=example,dc=com"
PEOPLE = f"ou=people,{SUFFIX}"
READER_DN = f"cn=reader,{SUFFIX}"
LIMITED_DN = f"cn=limited,{SUFFIX}"
"""May read, but only ten entries at a time: the limit of a badly set up server."""
PASSWORD = "a password of the tests"
NUMBER_OF_PEOPLE = 25
ODD_NAMES = (
    'O\'Neil, "Pat" + x',
    "Ölaf (Ops) *",
    "back\\slash #1",
    "日本 太郎",
    "a=b;c<d>",
    "#hash",
)

Attributes = Mapping[str, Sequence[bytes]]


def entries() -> Iterator[tuple[str, Attributes]]:
    """Yield DN and attributes, parents first: accounts, 25 people, 6 people with odd names."""
    yield SUFFIX, _texts(objectClass=["dcObject", "organization"], dc=["example"], o=["Example"])
    yield PEOPLE, _texts(objectClass=["organizationalUnit"], ou=["people"])
    for name in ("reader", "limited"):
        account = _texts(objectClass=["organizationalRole", "simpleSecurityObject"], cn=[name])
        yield f"cn={name},{SUFFIX}", {**account, "userPassword": [PASSWORD.encode()]}
    for number in range(NUMBER_OF_PEOPLE):
        yield person_dn(number), _person(f"u{number}", f"Person {number}", number)
    for number, name in enumerate(ODD_NAMES):
        yield f"cn={escape_value(name)},{PEOPLE}", _person(f"odd{number}", name, 100 + number)


def entries_of_active_directory() -> Iterator[tuple[str, Attributes]]:
    """Yield the same for Active Directory, below a domain that is there already.

    Its attributes have no options, `uid` is no login there, and an account must be switched on.
    """
    for dn, attributes in entries():
        kept = {name: values for name, values in attributes.items() if ";" not in name}
        if kept.pop("userPassword", None):
            kept |= _account(kept.get("uid", kept["cn"])[0].decode())
        if dn != SUFFIX:
            yield dn, kept


def person_dn(number: int) -> str:
    """Return the DN of one of the 25 people."""
    return f"cn=Person {number},{PEOPLE}"


def as_ldif() -> str:
    """Return the same as LDIF, every value in base64."""
    blocks = []
    for dn, attributes in entries():
        lines = [f"dn:: {_base64(dn.encode())}"]
        for name, values in attributes.items():
            lines += [f"{name}:: {_base64(value)}" for value in values]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _person(uid: str, name: str, number: int) -> Attributes:
    """Return the attributes of a person; all but number 0 report to u0."""
    person = _texts(
        objectClass=["inetOrgPerson"],
        uid=[uid],
        cn=[name],
        sn=[name.rsplit(maxsplit=1)[-1]],
        telephoneNumber=[f"+49 611 205-{number:03}"],
        userPassword=[PASSWORD],
    )
    if number > 0:
        person["manager"] = [f"CN=PERSON 0, {PEOPLE}".encode()]
    if uid == "u1":
        person["jpegPhoto"] = [b"\xff\xd8\xff\x00"]
        person["description;lang-de"] = ["Übersetzt".encode()]
    return person


def _account(login: str) -> Attributes:
    return {
        **_texts(
            objectClass=["user"],
            sAMAccountName=[login],
            userPrincipalName=[f"{login}@example.com"],
            userAccountControl=["512"],  # a normal account, switched on
        ),
        "unicodePwd": [f'"{PASSWORD}"'.encode("utf-16-le")],
    }


def _texts(**attributes: list[str]) -> dict[str, list[bytes]]:
    return {name: [value.encode() for value in values] for name, values in attributes.items()}


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
