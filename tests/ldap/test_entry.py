from lupweb.ldap.entry import Entry

ENTRY = Entry(
    "uid=u1,dc=example",
    {
        "cn": [b"Anna", b"Ann"],
        "CN;lang-de": ["Änne".encode()],
        "userCertificate;binary": [b"\x30"],
        "member;range=0-1": [b"cn=a", b"cn=b"],
        "empty": [],
    },
)


def test_names_are_found_whatever_their_case() -> None:
    assert ENTRY.values("CN") == [b"Anna", b"Ann"]
    assert ENTRY.first("cN") == b"Anna"
    assert "Cn" in ENTRY


def test_an_absent_attribute_has_no_values() -> None:
    for name in ("sn", "empty"):
        assert ENTRY.values(name) == []
        assert ENTRY.first(name) is None
        assert name not in ENTRY


def test_b72_an_attribute_does_not_swallow_its_options() -> None:
    assert ENTRY.values("cn;LANG-DE") == ["Änne".encode()]
    assert "cn;lang-fr" not in ENTRY
    assert "member" not in ENTRY
    assert "member;range=0-1" in ENTRY


def test_options_are_found_in_any_order() -> None:
    entry = Entry("", {"cn;lang-de;x-a": [b"1"]})

    assert entry.first("cn;x-A;lang-de") == b"1"


def test_binary_is_a_way_of_transfer_and_no_other_attribute() -> None:
    assert ENTRY.first("usercertificate") == b"\x30"
    assert ENTRY.first("userCertificate;binary") == b"\x30"


def test_spellings_of_one_attribute_are_one() -> None:
    assert Entry("", {"mail": [b"1"], "MAIL": [b"2"]}).values("Mail") == [b"1", b"2"]


def test_whoever_changes_the_values_they_were_given_changes_no_entry() -> None:
    ENTRY.values("cn").append(b"x")

    assert ENTRY.values("cn") == [b"Anna", b"Ann"]
