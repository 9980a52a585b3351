"""Requests name the host they are for; names that are not ours are refused (B16)."""

from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.sansio.utils import host_is_trusted

from lupweb.config import Settings
from lupweb.texts import _
from lupweb.web import proxies
from lupweb.web.errors import error_page


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse requests of `app` for other hosts, also where a proxy of ours passes them on.

    Flask's own TRUSTED_HOSTS would leave the error page without addresses, so it is not used.
    """
    proxies.init_app(app, settings)

    @app.before_request
    def refuse_others() -> ResponseReturnValue | None:
        if host_is_trusted(request.host, settings.hosts):
            return None
        return error_page(
            400,
            _(
                "Nothing was changed. An administrator can let it answer to this name:"
                " BASE_URL or TRUSTED_HOSTS."
            ),
            title=_("This site does not go by the name in this address"),
        )
