"""What is wrong with a file is said in sentences, all of it at once, each with its place."""

from pathlib import Path

import pytest

from tests.configfile.files import DIRECTORY, RICH, sentences

FIELD = '[[fields]]\nkey = "x"\ncategory = "work"\n'
GROUP = '[[groups]]\nkey = "hr"\ndirectory = "main"\n'


def test_a_rich_file_is_right() -> None:
    assert sentences(RICH) == []


def test_every_fault_is_listed_in_the_order_of_the_file() -> None:
    found = sentences('[site]\nlanguage = "fr"\nphone_region = "ZZ"\n[card]\nextra = "phone"\n')

    assert [sentence.partition(":")[0] for sentence in found] == [
        "site.language, line 2",
        "site.phone_region, line 3",
        "card.extra, line 5",
    ]


def test_what_is_no_toml_is_said_with_its_place() -> None:
    (sentence,) = sentences("[site\nname = 1")

    assert sentence.startswith("The file is not written in TOML: ")
    assert "line 1" in sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[sites]\n", "sites, line 1: There is no such kind of thing. Is [site] meant?"),
        ("[zzz]\n", "zzz, line 1: There is no such kind of thing. The file may name [site], "),
        ('[xml]\nfile = "../a.xml"\n', "xml.file, line 2: Write the name of a file in the folder"),
        ('[xml]\nuser_tag = "a b"\n', "xml.user_tag, line 2: “a b” is no name of an XML element."),
        ('[xml]\nschedule = "x"\n', "xml.schedule, line 2: The schedule “x” cannot be read."),
        (
            '[[edit_rights]]\neditor_people = ["kate"]\n',
            "edit_rights.#1.profiles_of_groups, line 1: Say whose profiles may be edited",
        ),
        ("[[site]]\n", "site, line 1: This is written [site]."),
        ("[fields]\n", "fields, line 1: This is written [[fields]]."),
        ('fields = ["x"]\n', "fields, line 1: This is written [[fields]]."),
        ('[site]\nnme = ""\n', "site.nme, line 2: [site] has no key “nme”. Is “name” meant?"),
        ("[site]\nname = 5\n", "site.name, line 2: A text in quotes is expected here."),
        ('[site]\nname = " "\n', "site.name, line 2: The site needs a name."),
        ('[site]\nname = "a\\u0000b"\n', "site.name, line 2: This text holds invisible control"),
        ('[site]\nmatch_people_by = "a b"\n', "site.match_people_by, line 2: “a b” is not an attr"),
        ('[site]\ntime_zone = "Mars"\n', "site.time_zone, line 2: There is no time zone “Mars”."),
        ('[policies]\nread_only = "no"\n', "policies.read_only, line 2: Write true or false here"),
        ('[policies]\nlicence_group = "hr"\n', "policies.licence_group, line 2: There is no group"),
        (
            '[policies]\nactive_users = "some"\n',
            "policies.active_users, line 2: “some” is not known here. It may be “visible”, “all”.",
        ),
        ('[card]\nplace = "room"\n', "card.place, line 2: There is no field “room”."),
        ('[card]\nextra = "phone"\n', "card.extra, line 2: A list of texts is expected here"),
        (
            '[card]\nextra = ["phone", "im", "website", "location", "position"]\n',
            "card.extra, line 2: The card has room for 4 more fields.",
        ),
        ('[picture]\nattribute = ""\n', "picture.attribute, line 2: Pictures from LDAP need an"),
        ('[picture]\nsource = "url"\n', "picture, line"),
        ('[picture]\nurl = "ftp://x"\n', "picture.url, line 2: The address of pictures begins wi"),
        ('[picture]\nurl = "https://x/{room}"\n', "picture.url, line 2: There is no field “room”."),
        (
            '[picture]\nsource = "user"\nwrite_back = true\n',
            "picture.write_back, line 3: Only pictures from LDAP can be saved to LDAP.",
        ),
    ],
)
def test_a_fault_of_a_table_is_a_sentence(text: str, expected: str) -> None:
    (sentence,) = sentences(text)

    assert sentence.startswith(expected.replace("picture, line", "picture.url, line 1"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "directories.main.uri, line 2: This key is needed and is not there."),
        ('uri = "ldapi:///"', "directories.main.uri, line 8: “ldapi:///” is not the address of a"),
        ('uri = "file:///etc"', "directories.main.uri, line 8: “file:///etc” is not the address"),
        ('uri = "ldaps://x"', "directories.main.uri, line 8: The address ldaps://x does not fit"),
        ('uri = "ldap://10.0.0.1"', "directories.main.uri, line 8: Passwords would travel to"),
        ("uri = []", "directories.main.uri, line 8: This key is needed and is not there."),
    ],
)
def test_b21_only_safe_addresses_of_directory_servers_are_taken(line: str, expected: str) -> None:
    (sentence,) = sentences(DIRECTORY.replace('uri = "ldap://127.0.0.1:389"\n', "") + line)

    assert sentence.startswith(expected)


@pytest.mark.parametrize(
    "line",
    [
        'uri = "ldap://127.0.0.1:6379"',
        'uri = "ldap://10.0.0.1"\nallow_cleartext = true',
        'uri = ["ldap://localhost", "ldap://[::1]:1389"]',
    ],
)
def test_b21_any_port_and_clear_text_with_consent_are_taken(line: str) -> None:
    assert sentences(DIRECTORY.replace('uri = "ldap://127.0.0.1:389"\n', "") + line) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('kind = "novell"', "kind, line 9: “novell” is not known here. It may be “openldap”"),
        ('role = "both"', "role, line 9: “both” is not known here. It may be “connector”"),
        ('additional_user_dn = "x"', "additional_user_dn, line 9: “x” is not a distinguished"),
        ('user_filter = "(uid=x"', "user_filter, line 9: The search filter misses 1 closing"),
        ('user_filter = ""', "user_filter, line 9: The search filter is empty."),
        ('person_filter = "(a=b))(c=d"', "person_filter, line 9: The search filter ends at colu"),
        ('login_attribute = "a b"', "login_attribute, line 9: “a b” is not an attribute name."),
        ('last_sync_date = "2016"', "last_sync_date, line 9: “2016” is no date. An example: 23-"),
        ('timestamp_pattern = "x"', "timestamp_pattern, line 9: "),
        ('bind_password_file = "x"', "bind_password_file, line 9: The password comes from a va"),
        ('ca_file = "ca.pem"', "ca_file, line 9: The CA file /nowhere/ca.pem cannot be used."),
        ('role = "alternative"\nwrite = true', "write, line 10: The alternative LDAP is only"),
        ("enabled = 1", "enabled, line 9: Write true or false here, without quotes."),
        ('base = "x"', "base, line 9: [[directories]] has no key “base”. Is “base_dn” meant?"),
    ],
)
def test_a_fault_of_a_directory_is_a_sentence(line: str, expected: str) -> None:
    (sentence,) = sentences(DIRECTORY + line)

    assert sentence.startswith(f"directories.main.{expected}")


@pytest.mark.parametrize("cron", ["garbage", "0", "* * * * * *", "61 * * * *", "* * 31 2 *"])
def test_b107_a_schedule_that_cannot_be_read_or_is_too_quick_is_refused(cron: str) -> None:
    (site,) = sentences(f'[schedules]\nfull = "{cron}"')
    (own,) = sentences(f'{DIRECTORY}schedule_full = "{cron}"')

    assert site.startswith("schedules.full, line 2: ")
    assert own.startswith("directories.main.schedule_full, line 9: ")


def test_a_second_alternative_ldap_is_refused() -> None:
    alternative = DIRECTORY + 'role = "alternative"\n'

    (sentence,) = sentences(alternative + alternative.replace('"main"', '"second"'))

    assert sentence.startswith("directories.second.role, line 18: There can be one alternative")


@pytest.mark.parametrize(
    "attribute",
    ["userPassword", "UNICODEPWD", "sshPublicKey", "member", "memberOf", "uniqueMember;x",
     "userAccountControl", "2.5.4.35"],
)  # fmt: skip
def test_b104_an_attribute_with_secrets_or_rights_is_refused(attribute: str) -> None:
    (field,) = sentences(f'{FIELD}source = "ldap"\nattribute = "{attribute}"')
    (picture,) = sentences(f'[picture]\nattribute = "{attribute}"')

    assert field.startswith(f"fields.x.attribute, line 5: The attribute {attribute} is never read")
    assert picture.startswith("picture.attribute, line 2: The attribute ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FIELD + 'type = "txt"', "fields.x.type, line 4: There is no field type “txt”. There are"),
        (FIELD + 'source = "ldap"', "fields.x.attribute, line 1: A field that LDAP fills needs"),
        (FIELD + 'source = "xml"', "fields.x.attribute, line 1: A field that an XML file fills"),
        (FIELD + 'options = ["a"]', "fields.x.options, line 4: Only fields that choose have opt"),
        (FIELD + "write_back = true", "fields.x.write_back, line 4: Only a field with source = l"),
        (FIELD + 'pattern = "(("', "fields.x.pattern, line 4: This pattern cannot be used: "),
        (FIELD + "max_length = -1", "fields.x.max_length, line 4: A whole number is expected he"),
        (FIELD + "max_length = true", "fields.x.max_length, line 4: A whole number is expected"),
        (FIELD + 'visible_to = ["hr"]', "fields.x.visible_to, line 4: There is no group “hr”."),
        ('[[fields]]\nkey = "x"', "fields.x.category, line 1: This key is needed and is not ther"),
        ('[[fields]]\nkey = "x"\ncategory = "y"', "fields.x.category, line 3: There is no catego"),
        ('[[fields]]\nkey = "phone"\ntype = "text"', "fields.phone.type, line 3: The standard fi"),
        ('[[fields]]\nkey = "im"\ntype = "select"', "fields.im.type, line 3: The standard field"),
        (FIELD + FIELD, "fields.x.key, line 2: This key is there twice. Rename one of them."),
        (FIELD + FIELD.replace('"x"', '"X"'), "fields.X.key, line 5: This key differs from “x” b"),
        ('[[categories]]\nname = "x"', "categories.#1.key, line 1: This key is needed and is not"),
        ('[[categories]]\nkey = "a b"', "categories.a b.key, line 2: “a b” cannot be a key: it t"),
        (GROUP + 'dn = "cn=x"', "groups.hr.directory, line 3: There is no directory “main”."),
        (DIRECTORY + GROUP, "groups.hr.dn, line 9: A group of a directory needs the DN of its e"),
        (DIRECTORY + GROUP + 'dn = "x"', "groups.hr.dn, line 12: “x” is not a distinguished nam"),
        (
            DIRECTORY + GROUP + 'dn = "cn=x"\nmembers = ["kate"]',
            "groups.hr.members, line 13: Members of a directory's group are read from it.",
        ),
        ('[[groups]]\nkey = "hr"\ndn = "cn=x"', "groups.hr.dn, line 3: A local group has no DN."),
        ('[[roles]]\nrole = "employee"', "roles.employee.role, line 2: “employee” is not known"),
        ('[[roles]]\nrole = "administrator"\ngroups = ["hr"]', "roles.administrator.groups, lin"),
        (
            '[[org_charts]]\nkey = "line"\nmanager_field = "position"',
            "org_charts.line.manager_field, line 3: “position” is no field that names a person",
        ),
        ('[[org_charts]]\nkey = "line"', "org_charts.line.manager_field, line 1: This key is ne"),
    ],
)
def test_a_fault_of_an_entry_is_a_sentence(text: str, expected: str) -> None:
    (sentence,) = sentences(text)

    assert sentence.startswith(expected)


def test_a_line_of_a_dotted_chart_is_not_the_managers_as_well() -> None:
    field = '[[fields]]\nkey = "boss"\ncategory = "work"\ntype = "user_select"\n'
    chart = '[[org_charts]]\nkey = "line"\nmanager_field = "boss"\ndotted_fields = ["boss"]'

    (sentence,) = sentences(field + chart)

    assert sentence.startswith("org_charts.line.dotted_fields, line 8: The manager's field is dra")


def test_a_password_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    named = 'bind_password_env = "READER_PASSWORD"'
    (tmp_path / "two").write_text("one\ntwo\n", encoding="utf-8")

    (no_variable,) = sentences(DIRECTORY.replace("READER_PASSWORD", "NOT_SET"))
    (no_file,) = sentences(DIRECTORY.replace(named, 'bind_password_file = "x"'), tmp_path)
    (two_lines,) = sentences(DIRECTORY.replace(named, 'bind_password_file = "two"'), tmp_path)
    (nothing,) = sentences(DIRECTORY.replace(named, ""))

    assert no_variable.endswith("line 7: The variable NOT_SET is not set.")
    assert no_file.endswith(f"line 7: The file {tmp_path}/x cannot be read.")
    assert two_lines.endswith("/two must hold the password alone, on one line.")
    assert nothing.startswith("directories.main.bind_dn, line 6: The password is missing: name it")


def test_the_six_standard_fields_need_no_name_type_or_category() -> None:
    assert (
        sentences('[[fields]]\nkey = "im"\n[[fields]]\nkey = "department"\ntype = "select"') == []
    )


def test_the_categories_of_the_standard_fields_need_not_be_named() -> None:
    assert sentences('[[categories]]\nkey = "safety"\n' + FIELD) == []


def test_brackets_without_end_are_a_sentence() -> None:
    assert sentences("a = " + "[" * 50_000) == [
        "The file is not written in TOML: too many brackets."
    ]
