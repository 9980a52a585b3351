"""Requests name the host they are for; names that are not ours are refused (B16)."""

from flask import Flask, Response, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.sansio.utils import host_is_trusted

from lupweb.config import Settings
from lupweb.texts import _
from lupweb.web import proxies
from lupweb.web.errors import error_page

STRANGE = _("This site does not go by the name in this address")
CURE = _(
    "Nothing was changed. An administrator can let it answer to this name:"
    " BASE_URL or TRUSTED_HOSTS."
)


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse requests of `app` for other hosts, also where a proxy of ours passes them on.

    Flask's own TRUSTED_HOSTS would leave the error page without addresses, so it is not used.
    """
    proxies.init_app(app, settings)

    @app.before_request
    def refuse_others() -> ResponseReturnValue | None:
        if host_is_trusted(request.host, settings.hosts):
            return None
        if request_ctx.url_adapter is None:  # no host at all: a page could have no addresses
            return Response(str(STRANGE), 400, mimetype="text/plain")
        return error_page(400, CURE, title=STRANGE)
