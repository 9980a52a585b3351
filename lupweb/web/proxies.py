"""What a reverse proxy says about a request, believed from configured proxies only (B16)."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Flask

from lupweb.config import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_")
"""The headers that a stranger must not reach the application with."""
SCHEMES = frozenset({"http", "https"})


def init_app(app: Flask, settings: Settings) -> None:
    """Let `app` see each request as it was before it went through the proxies."""
    networks = [ipaddress.ip_network(each) for each in settings.trusted_proxies]
    app.wsgi_app = TrustedProxies(app.wsgi_app, networks)  # type: ignore[method-assign]


class TrustedProxies:
    """Puts the client's address, scheme and host into the environment; drops what strangers say."""

    def __init__(self, application: Any, networks: Sequence[Network]) -> None:
        self._application = application
        self._networks = networks

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        names = [name for name in environ if name.startswith(FORWARDED)]
        said = {name: str(environ.pop(name)) for name in names}
        if self._is_trusted(_address(environ.get("REMOTE_ADDR", ""))):
            self._believe(environ, said)
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer

    def _believe(self, environ: dict[str, Any], said: dict[str, str]) -> None:
        client = self._client(said.get("HTTP_X_FORWARDED_FOR", ""))
        if client is not None:
            environ["REMOTE_ADDR"] = str(client)
        scheme = _last(said.get("HTTP_X_FORWARDED_PROTO", "")).lower()
        if scheme in SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        host = _last(said.get("HTTP_X_FORWARDED_HOST", ""))
        if host:
            environ["HTTP_HOST"] = host

    def _client(self, chain: str) -> Address | None:
        """Return the last hop that is no proxy of ours; what stands before it may be invented."""
        client = None
        for hop in reversed(chain.split(",")):
            address = _address(hop)
            if address is None:
                break
            client = address
            if not self._is_trusted(address):
                break
        return client

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _address(text: str) -> Address | None:
    """Return the address in `text`: plain, in brackets, or with a port as some proxies add it."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _last(values: str) -> str:
    """Return what the nearest proxy said."""
    return values.rpartition(",")[2].strip()
