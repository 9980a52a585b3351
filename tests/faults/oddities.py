"""Odd and broken entries, each of a real person of somebody's directory."""

from tests.faults.ldif import PEOPLE, Value, person, tree

MEGABYTE = 1024 * 1024

# Login -> the value of the DN's cn, and how it stands in the DN of the LDIF.
ODD_DNS = {
    "comma": ("Doe, Jon", "Doe\\, Jon"),
    "plus": ("Jon + Jane", "Jon \\+ Jane"),
    "quote": ('Jon "Doe"', 'Jon \\"Doe\\"'),
    "backslash": ("back\\slash", "back\\\\slash"),
    "angles": ("<b>Jon</b>", "\\<b\\>Jon\\</b\\>"),
    "semicolon": ("Doe; Jon", "Doe\\; Jon"),
    "hash": ("#1 Jon", "\\#1 Jon"),
    "leading": (" Jon", "\\ Jon"),
    "trailing": ("Jo ", "Jo\\ "),
    "emoji": ("Jon 👩‍👩‍👧", "Jon 👩‍👩‍👧"),
    "slash": ("Jon/../Doe", "Jon/../Doe"),
    "equals": ("a=b", "a\\=b"),
    "hex": ("Lučić", "Lu\\C4\\8Di\\C4\\87"),
}
ODD_LOGINS = (
    "a/b", "../../etc/passwd", "..", ".", "what?", "100%", "50%25", "jon@example.com", "12345", "0",
    "admin", "login", "api", "logout", "people", "print", "export.csv", "jon.vcf", "id:1", "static",
    "with blank", "<script>alert(1)</script>", "a&b=c", "a#b", "a;b", "'; drop table person; --",
    "-rf", "+49", "ÄÖÜ", "日本", "x" * 512, "null", "None", "{{7*7}}",
)  # fmt: skip
BROKEN_LOGINS: dict[str, Value] = {
    "nul": b"nul\x00here",
    "only nul": b"\x00",
    "blank": b"   ",
    "control": b"\x01\x02",
    "long": b"x" * 513,
}


def odd_dn(login: str) -> str:
    return f"cn={ODD_DNS[login][1]},{PEOPLE}"


def shown(login: str) -> str:
    return f"Person {login[:80]}"


LDIF = (
    tree()
    + "".join(
        person(login, dn=odd_dn(login), cn=name, manager=odd_dn("comma"))
        for login, (name, _dn) in ODD_DNS.items()
    )
    + "".join(
        person(
            login,
            dn=f"cn=login {number},{PEOPLE}",
            displayName=shown(login),
            mail=f"l{number}@example.com",
        )
        for number, login in enumerate(ODD_LOGINS)
    )
    + "".join(
        person("somebody", dn=f"cn=broken {name},{PEOPLE}", uid=value)
        for name, value in BROKEN_LOGINS.items()
    )
    + person("several", telephoneNumber=["+49 2", "+49 1", "+49 3"], title=["Zoo", "Ärztin", "Ada"])
    + person("tagged", **{"cn;lang-de": "Der Name", "title;lang-de": "Ingenieurin"})
    + person("both", **{"title": "Engineer", "title;lang-de": "Ingenieurin"})
    + person("cased", TITLE="Engineer", TelephoneNumber="+49 611 7")
    + person("bytes", audio=b"\xff\xfe\x00\x80 no text", title="Engineer")
    + person("huge", description="x" * (5 * MEGABYTE), title="Engineer")
    + person("many", l=[f"Place {number:05}" for number in range(10_000)], title="Engineer")
    + person("nul", roomNumber=b"a\x00b", title="Engineer")
    + person("unnamed", displayName="x" * 513, mail=b"un\x00named@example.com", title="Engineer")
)
TAKEN = len(ODD_DNS) + len(ODD_LOGINS) + 9
