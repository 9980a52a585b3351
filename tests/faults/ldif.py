"""Companies of any size as LDIF, and the accounts that read them."""

import base64
from collections.abc import Mapping, Sequence

from tests.factories import SUFFIX

PEOPLE = f"ou=people,{SUFFIX}"
PASSWORD = "the right password"
READER = f"cn=reader,{SUFFIX}"
SAFE = set(range(32, 127))

Value = str | bytes
Attributes = Mapping[str, Value | Sequence[Value]]


def tree(*accounts: str) -> str:
    """Return the empty company: its branches, the reader, and more accounts like it."""
    parts = [
        record(SUFFIX, {"objectClass": ["organization", "dcObject"], "o": "Example"}),
        *(
            record(f"ou={name},{SUFFIX}", {"objectClass": "organizationalUnit"})
            for name in ("people", "groups", "empty")
        ),
        *(
            record(
                f"cn={name},{SUFFIX}",
                {
                    "objectClass": ["organizationalRole", "simpleSecurityObject"],
                    "userPassword": PASSWORD,
                },
            )
            for name in ("reader", *accounts)
        ),
    ]
    return "".join(parts)


def person(login: str, /, *, dn: str = "", **attributes: Value | Sequence[Value]) -> str:
    """Return the entry of one person; `attributes` replace what everybody has."""
    values: dict[str, Value | Sequence[Value]] = {
        "objectClass": "inetOrgPerson",
        "uid": login,
        "cn": login,
        "sn": login,
        "displayName": f"Person {login}",
        "mail": f"{login}@example.com",
        "userPassword": PASSWORD,
        **attributes,
    }
    return record(dn or f"uid={login},{PEOPLE}", values)


def company(count: int) -> str:
    """Return `count` people, p000 and so on; each reports to the one before."""
    return "".join(
        person(
            f"p{number:03}",
            telephoneNumber=f"+49 611 {number:04}",
            title="Engineer",
            l="Wiesbaden",
            **({"manager": f"uid=p{number - 1:03},{PEOPLE}"} if number else {}),
        )
        for number in range(count)
    )


def rooms(count: int) -> str:
    """Return a branch with `count` entries that are no people, and have logins all the same."""
    branch = f"ou=rooms,{SUFFIX}"
    parts = [record(branch, {"objectClass": "organizationalUnit"})]
    for number in range(count):
        login = f"room{number}"
        parts.append(person(login, dn=f"uid={login},{branch}", employeeType="room"))
    return "".join(parts)


def record(dn: str, attributes: Attributes) -> str:
    """Return one entry; what LDIF cannot hold as it is, is base64."""
    lines = [_line("dn", dn)]
    first_name, first_value = dn.split(",", 1)[0].split("=", 1) if "=" in dn else ("", "")
    if first_name not in attributes and "\\" not in first_value:
        lines.append(_line(first_name, first_value))
    for name, given in attributes.items():
        each = [given] if isinstance(given, str | bytes) else given
        lines += [_line(name, value) for value in each]
    return "\n".join(lines) + "\n\n"


def _line(name: str, value: Value) -> str:
    raw = value if isinstance(value, bytes) else value.encode()
    if raw and SAFE.issuperset(raw) and raw[0] not in b" :<" and raw[-1:] != b" ":
        return f"{name}: {raw.decode()}"
    return f"{name}:: {base64.b64encode(raw).decode()}"
