"""Tell administrators by mail what needs somebody, if the installation names a mail server."""

from collections.abc import Sequence

from lupweb.config import Settings
from lupweb.notices.machine import machine_troubles
from lupweb.notices.mail import Send, mail_server, sending
from lupweb.notices.telling import Told, tell
from lupweb.options.service import options
from lupweb.writeback.troubles import value_troubles


def mail_of(settings: Settings) -> Send | None:
    """Return what sends to the administrators; None if no mail server is named."""
    if not settings.smtp_url:
        return None
    return sending(mail_server(settings.smtp_url), settings.mail_from, settings.mail_to)


def tell_administrators(settings: Settings) -> None:
    """Send one mail if something began or ended that administrators should know."""
    send = mail_of(settings)
    if send is None:
        return
    page = f"{settings.base_url.rstrip('/')}/admin/sync" if settings.base_url else ""
    site = options()["site_name"]
    also: Sequence[Told] = (*value_troubles(), *machine_troubles(settings.instance))
    tell(send, site, page, also=also)
