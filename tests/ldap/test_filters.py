import ldap
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.ldap.filters import all_of, any_of, equals, given, one_of, present
from tests.ldap.matching import RuleBook, matches, read_value

TEXT = st.text(st.characters(codec="utf-8"))


@for_any(value=TEXT)
def test_a_text_comes_back_from_its_filter(value: str) -> None:
    whole = equals("cn", value)

    assert whole.startswith("(cn=")
    assert read_value(whole[4:-1]) == value.encode()


@for_any(value=st.binary())
def test_bytes_come_back_from_their_filter(value: bytes) -> None:
    whole = equals("objectGUID", value)

    assert whole.isascii()
    assert whole.isprintable()
    assert read_value(whole[12:-1]) == value


@for_any(value=TEXT, other=TEXT)
def test_no_value_reaches_out_of_its_condition(value: str, other: str) -> None:
    """The whole is one filter that is true for these two values and no others."""
    whole = all_of(equals("labeledURI", value), any_of(equals("labeledURI", other)))
    rules = RuleBook()

    held = [value.encode(), other.encode()]
    assert matches(whole, {"labeledURI": held}, rules)
    assert not matches(whole, {"labeledURI": [b"something else"]}, rules) or "something" in value


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("Lu Lu", "Lu Lu"),
        ("(*)\\", r"\28\2a\29\5c"),
        ("a\0b", r"a\00b"),
        ("Müller", "Müller"),
        (b"M\xc3\xbc", r"M\c3\bc"),
        (b"\x01a", r"\01a"),
        ("", ""),
    ],
)
def test_values_are_escaped(value: str | bytes, escaped: str) -> None:
    """RFC 4515, section 3."""
    assert equals("cn", value) == f"(cn={escaped})"


def test_half_a_character_is_no_value() -> None:
    with pytest.raises(InvalidValue):
        equals("cn", "a\ud800")


@pytest.mark.parametrize("name", ["cn", "CN;lang-de", "2.5.4.3", "userCertificate;binary", "x-1"])
def test_attribute_names_are_taken(name: str) -> None:
    assert present(name) == f"({name}=*)"


@pytest.mark.parametrize(
    "name",
    ["", "1cn", "c n", "cn)", "cn=x)(uid", "cn;", "cn\n", "2", "2..5", "ümlaut", "*", "cn\0"],
)
def test_what_is_no_attribute_name_is_refused(name: str) -> None:
    """RFC 4512, section 2.5."""
    with pytest.raises(InvalidValue):
        equals(name, "x")


def test_filters_are_combined() -> None:
    assert all_of("(a=1)", "(b=2)") == "(&(a=1)(b=2))"
    assert any_of("(a=1)", "(b=2)") == "(|(a=1)(b=2))"
    assert one_of("a", ["1", b"2"]) == "(|(a=1)(a=2))"


def test_one_filter_alone_stays_as_it_is() -> None:
    assert all_of("(a=1)") == any_of("(a=1)") == one_of("a", ["1"]) == "(a=1)"


def test_none_of_no_filters_and_nobody_of_no_values() -> None:
    assert all_of() == "(objectClass=*)"
    assert any_of() == one_of("a", []) == "(!(objectClass=*))"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("objectClass=person", "(objectClass=person)"),
        ("  (objectClass=person) ", "(objectClass=person)"),
        ("&(a=1)(b=2)", "(&(a=1)(b=2))"),
        ("(&(a=1)\n  (b=2))", "(&(a=1)\n  (b=2))"),
        (r"cn=a\28b", r"(cn=a\28b)"),
    ],
)
def test_a_given_filter_gets_its_parentheses(text: str, whole: str) -> None:
    assert given(text) == whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("(a=1)(b=2)", "column 5"),
        ("  (a=1))", "column 7"),
        ("a=1)", "column 4"),
        ("(&(a=1)", "1 closing parenthesis"),
        ("((a=(", "3 closing parentheses"),
        ("a=\0", "invisible"),
        ("a=\ud800", "invisible"),
    ],
)
def test_b95_a_given_filter_with_loose_ends_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        given(text)


@for_any(text=st.text("()ab=*&|!\\ "))
def test_a_given_filter_cannot_reach_into_its_neighbours(text: str) -> None:
    try:
        whole = given(text)
    except InvalidValue:
        return

    depths, depth = [], 0
    for sign in whole:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        depths.append(depth)
    assert depths[-1] == 0
    assert 0 not in depths[:-1]


ORACLE = ldap.initialize("ldapi://%2Fdev%2Fnull")  # reads a filter, and then reaches nobody


def libldap_reads(search_filter: str) -> bool:
    try:
        ORACLE.search_ext("", ldap.SCOPE_BASE, search_filter)
    except ldap.FILTER_ERROR:
        return False
    except ldap.LDAPError:
        return True
    return True


@pytest.mark.parametrize(
    "text",
    [
        *("(a=b)", "( a=b)", "(a= b)", "(& (a=b) (c=d) )", "(&\n(a=b)\n)", "(a=\\28)", "(a:=b)"),
        *("(a:dn:=b)", "(:dn:2.4.6:=b)", "(a:caseExactMatch:=b)", "(1.2.3=b)", "(a;lang-de=b)"),
        *("(a~=b)", "(a>=b)", "(a<=b)", "(a=*)", "(a=*b*c*)", "(a=)", "(! (a=b))", "(a==b)", "(&)"),
        *(
            "(memberOf:1.2.840.113556.1.4.1941:=cn=x,dc=y)",
            "(!(|(a=b)(&(c=d)(e=*f))))",
            "(a:DN:=b)",
        ),
    ],
)
def test_a_filter_that_the_library_reads_is_read(text: str) -> None:
    assert libldap_reads(text)
    assert given(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("(uid)", "(&(uid=a)(b))", "(=)", "( )", "()", "(!)", "(!(a=b)(c=d))", "(a =b)", "(&a=b)"),
        *("(a=b\\zz)", "(:dn:2.4.6=b)", "(:=b)", "(a>b)", "(a<b)", "(a>=*)", "(a~=*x)", "(a_b=c)"),
        *(
            "(ä=c)",
            "((a=b))",
            "(&((a=b)))",
            "(&(a=b)c=d)",
            "(-a=b)",
            "(a=b\\)",
            "(a:dn=b)",
            "(.=b)",
        ),
    ],
)
def test_b81_a_filter_that_the_library_cannot_read_is_refused_before(text: str) -> None:
    assert not libldap_reads(text)
    with pytest.raises(InvalidValue, match="cannot be read at"):
        given(text)


def test_b81_the_condition_that_is_wrong_is_named() -> None:
    with pytest.raises(InvalidValue, match=r"at “\(surname\)”"):
        given("(&(uid=a)(|(surname)(sn=b)))")


def test_nesting_may_be_deep() -> None:
    deep = "(!" * 2_000 + "(a=b)" + ")" * 2_000

    assert given(deep) == deep


@for_any(text=st.text("()&|!=*:~<>ab1.;- \\2", max_size=14))
def test_what_is_read_here_is_read_by_the_library_too(text: str) -> None:
    try:
        whole = given(text)
    except InvalidValue:
        return
    assert libldap_reads(whole)
