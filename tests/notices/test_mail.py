"""Mail to administrators: once for each cause, never lost because a mail server is away."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import Flask

from lupweb.cli import main
from lupweb.config import Settings, load_settings
from lupweb.database import db, transaction
from lupweb.errors import InvalidSetting, MailNotSent
from lupweb.jobs.telling import tell_administrators
from lupweb.notices.mail import MailServer, mail_server, message_of
from lupweb.notices.models import ToldTrouble
from lupweb.runs.service import finish, start
from lupweb.runs.states import FULL, RunState
from tests.factories import a_connection, a_profile
from tests.fakes import FakeDirectory
from tests.servers.mail import Postbox, postbox, text_of


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as server:
        yield server


@pytest.fixture
def site(in_app: Flask, directory: FakeDirectory, settings: Settings, box: Postbox) -> Settings:
    """A directory that was never read, and a mail server."""
    a_connection(directory)
    a_profile()
    return replace(
        settings,
        smtp_url=box.url,
        mail_from="lupweb <people@example.com>",
        mail_to=("it@example.com", "ops@example.com"),
        base_url="https://people.example.com",
    )


def ended(state: RunState) -> None:
    with transaction():
        number = start("directory:main", trigger="test", mode=FULL, reason="test")
        finish(number, state, "It ended.")


def test_what_needs_somebody_is_told_once(site: Settings, box: Postbox) -> None:
    tell_administrators(site)
    assert box.mails == []
    ended(RunState.HELD)

    for _again in range(3):
        tell_administrators(site)

    (mail,) = box.mails
    assert mail["Subject"] == "[People] 1 thing needs an administrator"
    assert mail["To"] == "it@example.com, ops@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "holds something back" in text_of(mail)
    assert "https://people.example.com/admin/sync" in text_of(mail)


def test_it_is_told_when_it_is_over_and_again_when_it_comes_back(
    site: Settings, box: Postbox
) -> None:
    for state in (RunState.HELD, RunState.DONE, RunState.HELD):
        ended(state)
        tell_administrators(site)

    assert [mail["Subject"] for mail in box.mails] == [
        "[People] 1 thing needs an administrator",
        "[People] All is well again",
        "[People] 1 thing needs an administrator",
    ]
    assert "needs nobody any more" in text_of(box.mails[1])


def test_what_could_not_be_sent_is_sent_later(site: Settings, box: Postbox) -> None:
    ended(RunState.HELD)
    box.refuses = "451 try again"
    tell_administrators(site)
    assert box.mails == []
    assert db.session.query(ToldTrouble).count() == 0
    box.refuses = ""

    tell_administrators(site)

    assert len(box.mails) == 1


def test_without_a_mail_server_nothing_is_noted(site: Settings, box: Postbox) -> None:
    ended(RunState.HELD)
    tell_administrators(replace(site, smtp_url=""))

    assert box.mails == []
    assert db.session.query(ToldTrouble).count() == 0


def test_name_and_password_are_sent_and_refused_without_being_repeated(box: Postbox) -> None:
    mail = message_of("people@example.com", ["it@example.com"], "x", "y")
    server = mail_server(box.url.replace("//", "//it%40example.com:p%40ss@"))
    server.send(mail)
    assert box.signed_in == [("it@example.com", "p@ss")]
    assert "p@ss" not in repr(server)

    with pytest.raises(MailNotSent, match="refuses name and password") as refused:
        mail_server(box.url.replace("//", "//it:wrong@")).send(mail)
    assert "wrong" not in str(refused.value)


def test_beyond_this_machine_nothing_is_sent_without_tls(box: Postbox) -> None:
    mail = message_of("people@example.com", ["it@example.com"], "x", "y")
    assert mail_server("smtp://mail.example.com").needs_tls
    server = MailServer("127.0.0.1", box.server_address[1], is_tls=False, needs_tls=True)

    with pytest.raises(MailNotSent, match="offers no TLS"):
        server.send(mail)

    assert box.mails == []


def test_a_mail_server_that_is_away_is_said() -> None:
    mail = message_of("people@example.com", ["it@example.com"], "x", "y")

    with pytest.raises(MailNotSent, match=r"127\.0\.0\.1 did not take the mail"):
        mail_server("smtp://127.0.0.1:1").send(mail)


def test_a_line_break_in_a_name_begins_no_header() -> None:
    mail = message_of("people@example.com", ["it@example.com"], "A\r\nBcc: all@example.com", "y")

    assert mail["Bcc"] is None
    assert mail["Subject"] == "A Bcc: all@example.com"


@pytest.mark.parametrize("url", ["smtp://", "smtp://host:99999", "smtp:host"])
def test_what_is_no_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidSetting, match="SMTP_URL is no address"):
        mail_server(url)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SMTP_URL": "mail.example.com"}, "SMTP_URL is no address"),
        ({"SMTP_URL": "smtp://mail.example.com"}, "needs MAIL_FROM and MAIL_TO"),
    ],
)
def test_half_a_mail_server_is_refused_at_the_start(
    given: dict[str, str], said: str, tmp_path: object
) -> None:
    environ = {f"LUPWEB_{name}": value for name, value in given.items()}

    with pytest.raises(InvalidSetting, match=said):
        load_settings({"LUPWEB_INSTANCE": str(tmp_path), **environ})


def test_the_command_sends_a_test_or_says_what_is_missing(
    app: Flask, box: Postbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUPWEB_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LUPWEB_DATABASE_URL", settings.database_url)
    missing = CliRunner().invoke(main, ["mail", "test"])
    for name, value in (("SMTP_URL", box.url), ("MAIL_FROM", "a@b.example"), ("MAIL_TO", "c@d.e")):
        monkeypatch.setenv(f"LUPWEB_{name}", value)

    sent = CliRunner().invoke(main, ["mail", "test", "--json"])

    assert (missing.exit_code, sent.exit_code) == (1, 0)
    assert "Set SMTP_URL" in missing.output
    assert json.loads(sent.stdout) == {"ok": True, "to": ["c@d.e"]}
    assert "This is a test" in text_of(box.mails[0])
