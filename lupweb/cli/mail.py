"""Mail: see whether the mail server takes it."""

import click
from flask import Flask

from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.errors import InvalidSetting
from lupweb.jobs.telling import mail_of
from lupweb.options.service import options
from lupweb.texts import _


@click.group()
def mail() -> None:
    """Mail to the administrators."""


@mail.command()
@json_option
@with_application
def test(app: Flask, *, as_json: bool) -> None:
    """Send a mail to MAIL_TO, to see that it arrives."""
    settings = parts_of(app).settings
    send = mail_of(settings)
    if send is None:
        raise InvalidSetting(_("No mail server is named. Set SMTP_URL, MAIL_FROM and MAIL_TO."))
    site = options()["site_name"]
    text = _("This is a test. So administrators are told when something needs somebody.")
    send(f"[{site}] {_('A test')}", f"{text}\n")
    if as_json:
        print_json({"ok": True, "to": list(settings.mail_to)})
    else:
        to = ", ".join(settings.mail_to)
        click.echo(str(_("The mail server took the mail to %(to)s.", to=to)))
