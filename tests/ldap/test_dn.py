import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.ldap.dn import DN, escape_value, fold_dn, fold_dns, join

BASE = "ou=people,dc=example,dc=com"
VALUES = st.text(st.characters(codec="utf-8"), min_size=1)
PLAIN_DNS = (
    f"uid=Ann.Lee,{BASE}", f"UserID=ann lee,{BASE}", f"cn=A  B,{BASE}", "2.5.4.3=a,dc=x", "dc=com",
    "cn=a,nothing", "CN=a\\, b,DC=x", "cn=a,", "",
)  # fmt: skip
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True)
DNS = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=4).map(
    lambda parts: ",".join(f"{name}={escape_value(value)}" for name, value in parts)
)


def as_hex(value: str) -> str:
    """Write every byte of a value as a hex pair, as some servers do."""
    return "".join(f"\\{byte:02X}" for byte in value.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=Doe\\, John,dc=x", "cn=Doe\\2C John,dc=x"),
        ("CN=Anna,DC=X", "cn=anna,dc=x"),
        ("cn=Anna , dc = x", "cn=Anna,dc=x"),
        ("cn=Anna  Maria,dc=x", "cn=Anna Maria,dc=x"),
        ("cn=Amy+sn=Wong,dc=x", "SN=wong+CN=amy,dc=x"),
        ("cn=M\\C3\\BCller,dc=x", "cn=Müller,dc=x"),
        ("cn=Mu\u0308ller,dc=x", "cn=M\u00fcller,dc=x"),
        ("cn=STRASSE,dc=x", "cn=straße,dc=x"),
        ("2.5.4.3=a,dc=x", "cn=a,dc=x"),
        ("commonName=a,domainComponent=x", "cn=a,dc=x"),
        ("cn=#04024869,dc=x", "cn=Hi,dc=x"),
        ('cn="Doe, John",dc=x', "cn=Doe\\, John,dc=x"),
        ("cn=\\ a,dc=x", "cn=a,dc=x"),
    ],
)
def test_two_ways_of_writing_one_dn_are_equal(one: str, other: str) -> None:
    """RFC 4514; the way of comparing values is RFC 4518."""
    assert DN.parse(one) == DN.parse(other)
    assert fold_dn(one) == fold_dn(other) == DN.parse(one).folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=a,dc=x", "cn=b,dc=x"),
        ("cn=a,dc=x", "sn=a,dc=x"),
        ("cn=a+sn=b,dc=x", "cn=a,sn=b,dc=x"),
        ("cn=a\\,dc=x", "cn=a,dc=x"),
        ("cn=a", "cn=a,dc=x"),
        ("cn=#040141,dc=x", "cn=#020141,dc=x"),
    ],
)
def test_different_dns_are_different(one: str, other: str) -> None:
    assert DN.parse(one) != DN.parse(other)


@pytest.mark.parametrize(
    "text", ["anna", "cn", "=a", "cn=a,", " ", "cn=a\0", "a@b", "cn=\\FF", "\ud800"]
)
def test_what_is_no_dn_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        DN.parse(text)


@pytest.mark.parametrize(("text", "folded"), [("Anna Müller", "anna müller"), ("cn=A,", "cn=a,")])
def test_what_is_no_dn_is_folded_as_text(text: str, folded: str) -> None:
    assert fold_dn(text) == folded


@given(st.lists(DNS | st.sampled_from(PLAIN_DNS), max_size=6))
def test_many_are_folded_as_each_by_itself(texts: list[str]) -> None:
    assert fold_dns(texts) == [fold_dn(text) for text in texts]


def test_the_text_stays_as_it_was_written() -> None:
    assert DN.parse("CN=Doe\\2C J , dc=x").text == "CN=Doe\\2C J , dc=x"


def test_the_parent_is_one_level_up() -> None:
    dn = DN.parse("cn=Doe\\2C J+sn=#0402C3A4,ou=a\\+b,dc=x")
    assert dn.parent is not None

    assert dn.parent == DN.parse("ou=a\\+b,dc=x")
    assert DN.parse(dn.parent.text) == dn.parent


def test_above_everything_is_the_root_and_above_it_nothing() -> None:
    root = DN.parse("dc=com").parent

    assert root == DN.parse("")
    assert root is not None
    assert root.parent is None


def test_what_lies_below_a_base() -> None:
    base = DN.parse(BASE.upper())

    assert DN.parse(f"uid=u1,{BASE}").is_below(base)
    assert DN.parse(f"uid=u1,ou=sales,{BASE}").is_below(base)
    assert not DN.parse(BASE).is_below(base)
    assert not DN.parse("uid=u1,dc=example,dc=com").is_below(base)
    assert not DN.parse("uid=u1,ou=morepeople,dc=example,dc=com").is_below(base)
    assert DN.parse("dc=com").is_below(DN.parse(""))


def test_dns_are_put_together() -> None:
    assert join("ou=people", " dc=example,dc=com ") == BASE
    assert join("", "dc=com", " ") == "dc=com"
    assert join() == ""


@given(value=VALUES)
def test_b68_a_value_comes_back_from_a_dn(value: str) -> None:
    dn = DN.parse(f"cn={escape_value(value)},{BASE}")

    assert dn.parent == DN.parse(BASE)
    assert dn == DN.parse(f"cn={as_hex(value)},{BASE}")


@given(text=DNS)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold_dn(fold_dn(text)) == fold_dn(text)


@given(text=DNS | st.from_regex(r"(cn|OU|dc)=[ a-zA-Z0-9@'.,=/_-]{1,20}", fullmatch=True))
def test_both_ways_of_folding_agree(text: str) -> None:
    try:
        parsed = DN.parse(text).folded
    except InvalidValue:
        parsed = text.casefold()

    assert fold_dn(text) == parsed


@given(text=DNS)
def test_a_parent_can_be_parsed_again(text: str) -> None:
    parent = DN.parse(text).parent
    assert parent is not None

    assert DN.parse(parent.text) == parent
    assert parent == DN.parse("") or DN.parse(text).is_below(parent)
