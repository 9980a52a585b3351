"""A real, private slapd: what it holds, who may do what, and that it stays private."""

import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import ldap
import pytest

from lupweb.embedded import slapd
from lupweb.embedded.sockets import somebody_listens
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import LupwebError, MissingPart

SUFFIX = "dc=example,dc=test"
LAYOUT = slapd.Layout(
    suffix=SUFFIX,
    reader=f"cn=reader,{SUFFIX}",
    writer=f"cn=writer,{SUFFIX}",
    writable=("telephoneNumber", "description"),
    size_limit=2,
)
KIM = f"uid=kim,{SUFFIX}"
LDIF = f"""dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: Example

dn: cn=reader,{SUFFIX}
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: {slapd.hashed("reading", b"salt")}

dn: cn=writer,{SUFFIX}
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: {slapd.hashed("writing", b"salt")}

dn: {KIM}
objectClass: inetOrgPerson
cn: Kim
sn: Kim
title: Captain
telephoneNumber: 1
userPassword: {slapd.hashed("sailing", b"salt")}
memberOf: cn=crew,{SUFFIX}

dn: uid=lee,{SUFFIX}
objectClass: inetOrgPerson
cn: Lee
sn: Lee

dn: cn=crew,{SUFFIX}
objectClass: groupOfNames
member: {KIM}
"""
Connection = ldap.ldapobject.SimpleLDAPObject
Serve = Callable[[Path], int]


@pytest.fixture(autouse=True)
def _needs_slapd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    try:
        slapd.find_slapd()
    except MissingPart as missing:
        pytest.skip(str(missing))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A prepared folder."""
    prepare(tmp_path / "d", tmp_path)
    return tmp_path / "d"


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor(write=lambda _line: None) as supervisor:
        yield supervisor


@pytest.fixture
def serve(supervisor: Supervisor) -> Serve:
    """Serve a prepared folder; give the port."""

    def start(folder: Path) -> int:
        port = slapd.free_port()
        argv = slapd.server_argv(folder, port)
        supervisor.start(Child(name="slapd", argv=argv, ready=lambda: slapd.is_answering(port)))
        return port

    return start


def prepare(folder: Path, tmp_path: Path, ldif: str = LDIF) -> None:
    path = tmp_path / "people.ldif"
    path.write_text(ldif, encoding="utf-8")
    slapd.prepare(folder, path, LAYOUT, "governing")


def bound(port: int, dn: str, password: str) -> Connection:
    connection = ldap.initialize(f"ldap://127.0.0.1:{port}")
    connection.simple_bind_s(dn, password)
    return connection


def found(port: int, dn: str = "", password: str = "", name: str = "*") -> dict[str, object]:
    with closing_bound(port, dn, password) as connection:
        rows = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, "(objectClass=*)", [name])
    return dict(rows)


def closing_bound(port: int, dn: str, password: str) -> "closing[Connection]":
    connection = bound(port, dn, password)
    connection.close = connection.unbind_s
    return closing(connection)


def test_the_reader_reads_everybody_without_limit(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    assert len(found(port, LAYOUT.reader, "reading")) == 6


def test_nobody_reads_a_password(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    for dn, password in ((LAYOUT.reader, "reading"), (LAYOUT.writer, "writing")):
        assert not any(found(port, dn, password, "userPassword").values())
    with closing_bound(port, KIM, "sailing") as connection:
        assert connection.search_s(KIM, ldap.SCOPE_BASE, attrlist=["userPassword"]) == [(KIM, {})]


def test_a_person_signs_in_and_sees_only_the_own_entry(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    with closing_bound(port, KIM, "sailing") as connection:
        own = connection.search_s(KIM, ldap.SCOPE_BASE, "(objectClass=*)", ["cn"])
        with pytest.raises(ldap.NO_SUCH_OBJECT):
            connection.search_s(f"uid=lee,{SUFFIX}", ldap.SCOPE_BASE)

    assert own == [(KIM, {"cn": [b"Kim"]})]


def test_a_wrong_password_is_refused(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    with pytest.raises(ldap.INVALID_CREDENTIALS), closing_bound(port, KIM, "rowing"):
        pass


def test_whoever_has_not_signed_in_sees_nothing(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    with pytest.raises(ldap.NO_SUCH_OBJECT):
        found(port)


def test_group_membership_can_be_read_at_the_person(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    people = found(port, LAYOUT.reader, "reading", "memberOf")

    assert people[KIM] == {"memberOf": [f"cn=crew,{SUFFIX}".encode()]}


def test_the_writer_changes_what_it_may_and_nothing_else(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    with closing_bound(port, LAYOUT.writer, "writing") as connection:
        connection.modify_s(KIM, [(ldap.MOD_REPLACE, "telephoneNumber", b"2")])
        with pytest.raises(ldap.INSUFFICIENT_ACCESS):
            connection.modify_s(KIM, [(ldap.MOD_REPLACE, "title", b"Admiral")])


def test_the_administrator_changes_anything(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    with closing_bound(port, LAYOUT.admin, "governing") as connection:
        connection.modify_s(KIM, [(ldap.MOD_REPLACE, "title", b"Admiral")])

    assert found(port, LAYOUT.reader, "reading", "title")[KIM] == {"title": [b"Admiral"]}


def test_a_change_is_there_after_preparing_and_serving_again(
    folder: Path, serve: Serve, supervisor: Supervisor, tmp_path: Path
) -> None:
    port = serve(folder)
    with closing_bound(port, LAYOUT.writer, "writing") as connection:
        connection.modify_s(KIM, [(ldap.MOD_REPLACE, "telephoneNumber", b"2")])
    supervisor.stop()

    prepare(folder, tmp_path)
    port = serve(folder)

    phones = found(port, LAYOUT.reader, "reading", "telephoneNumber")
    assert phones[KIM] == {"telephoneNumber": [b"2"]}


def test_a_load_that_was_cut_off_is_done_again(folder: Path, serve: Serve, tmp_path: Path) -> None:
    (folder / "loaded").unlink()

    prepare(folder, tmp_path)

    assert slapd.is_filled(folder)
    assert len(found(serve(folder), LAYOUT.reader, "reading")) == 6


def test_an_ldif_that_the_server_refuses_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(LupwebError, match=r"people\.ldif.*noSuchAttribute"):
        prepare(
            tmp_path / "d", tmp_path, LDIF + "\ndn: ou=x,dc=example,dc=test\nnoSuchAttribute: 1\n"
        )

    assert not slapd.is_filled(tmp_path / "d")


def test_a_folder_name_may_hold_blanks_and_quotes(serve: Serve, tmp_path: Path) -> None:
    odd = tmp_path / 'my "demo" \\ ü'

    prepare(odd, tmp_path)

    assert len(found(serve(odd), LAYOUT.reader, "reading")) == 6


def test_it_listens_on_loopback_and_on_a_socket_of_its_folder_only(folder: Path) -> None:
    listeners = slapd.server_argv(folder, 12345)[-1].split()

    assert listeners[0] == "ldap://127.0.0.1:12345"
    assert [each.partition(":")[0] for each in listeners] == ["ldap", "ldapi"]


def test_a_second_server_in_the_same_folder_is_refused_and_the_first_goes_on(
    folder: Path, serve: Serve, tmp_path: Path
) -> None:
    port = serve(folder)

    with pytest.raises(LupwebError, match="already runs"):
        slapd.server_argv(folder, slapd.free_port())
    with pytest.raises(LupwebError, match="already runs"):
        prepare(folder, tmp_path)

    assert slapd.is_answering(port)


def test_a_stopped_server_does_not_answer(
    folder: Path, serve: Serve, supervisor: Supervisor
) -> None:
    port = serve(folder)
    supervisor.stop()

    assert not slapd.is_answering(port)
    assert not somebody_listens(slapd.short_socket(folder, slapd.SOCKET_NAME))


def test_passwords_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first = slapd.kept_passwords(tmp_path / "d", ("admin",))

    more = slapd.kept_passwords(tmp_path / "d", ("admin", "reader"))

    assert more["admin"] == first["admin"]
    assert more["reader"] != more["admin"]
    assert stat.S_IMODE((tmp_path / "d" / "passwords.json").stat().st_mode) == 0o600


def test_what_is_written_is_private(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "slapd.conf").stat().st_mode) == 0o600
    assert "governing" not in (folder / "slapd.conf").read_text("utf-8")


def test_a_port_that_is_taken_is_not_given_out(folder: Path, serve: Serve) -> None:
    port = serve(folder)

    assert slapd.free_port(preferred=port) != port


def test_a_port_that_is_free_is_kept() -> None:
    port = slapd.free_port()

    assert slapd.free_port(preferred=port) == port


def test_without_slapd_the_message_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(slapd, "PROGRAM_FOLDERS", ("/nowhere",))

    with pytest.raises(MissingPart, match=r"slapd\..*openldap-servers\..*brew install openldap"):
        slapd.find_slapd()


def test_without_schema_files_the_message_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slapd, "CONFIG_FOLDERS", (tmp_path,))

    with pytest.raises(MissingPart, match="inetorgperson"):
        prepare(tmp_path / "d", tmp_path)


def test_a_refusal_by_apparmor_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    confined = tmp_path / "slapd"
    confined.write_text("#!/bin/sh\necho 'slapd.conf: Permission denied (13)' >&2\nexit 1\n")
    confined.chmod(0o755)
    profile = tmp_path / "usr.sbin.slapd"
    profile.touch()
    monkeypatch.setattr(slapd, "find_slapd", lambda: str(confined))
    monkeypatch.setattr(slapd, "APPARMOR_PROFILE", profile)

    with pytest.raises(LupwebError, match=r"AppArmor.*rwk.*apparmor_parser -r"):
        prepare(tmp_path / "d", tmp_path)
