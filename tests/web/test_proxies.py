"""B16: what a proxy says counts only if it is one of ours."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from lupweb.app import create_app
from lupweb.config import Settings, load_settings
from lupweb.errors import InvalidSetting
from lupweb.web.proxies import TrustedProxies
from tests.factories import SECRET_KEY

OURS = "10.0.0.5"
SAID = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "people.example.com",
}


def behind_a_proxy(settings: Settings, *proxies: str) -> Flask:
    return create_app(
        Settings(
            instance=settings.instance,
            secret_key=SECRET_KEY,
            redis_url=settings.redis_url,
            base_url="https://people.example.com",
            trusted_proxies=proxies,
        )
    )


def seen(app: Flask, peer: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return what the application takes for the client, when `peer` passes a request on."""
    found: dict[str, Any] = {}
    endpoint = app.view_functions["health.live"]

    def look() -> Any:
        found.update(address=request.remote_addr, scheme=request.scheme, host=request.host)
        found["forwarded"] = [
            name for name, _value in request.headers if "forwarded" in name.lower()
        ]
        return endpoint()

    app.view_functions["health.live"] = look
    client = app.test_client()
    answer = client.get(
        "/healthz",
        base_url="http://localhost",
        headers=headers,
        environ_base={"REMOTE_ADDR": peer},
    )
    return {"status": answer.status_code, **found}


def test_b16_a_proxy_of_ours_is_believed(settings: Settings) -> None:
    app = behind_a_proxy(settings, "10.0.0.0/24")

    assert seen(app, OURS, SAID) == {
        "status": 200,
        "address": "203.0.113.9",
        "scheme": "https",
        "host": "people.example.com",
        "forwarded": [],
    }


@pytest.mark.parametrize("proxies", [(), ("10.0.0.6",)])
def test_b16_a_stranger_is_not(settings: Settings, proxies: tuple[str, ...]) -> None:
    app = behind_a_proxy(settings, *proxies)

    assert seen(app, OURS, {**SAID, "Forwarded": "for=1.2.3.4;host=evil.example"}) == {
        "status": 200,
        "address": OURS,
        "scheme": "http",
        "host": "localhost",
        "forwarded": [],
    }


@pytest.mark.parametrize("host", ["evil.example", "people.example.com, evil.example", "a b", "@"])
def test_b16_even_our_proxy_cannot_bring_another_host(settings: Settings, host: str) -> None:
    app = behind_a_proxy(settings, OURS)

    assert seen(app, OURS, {"X-Forwarded-Host": host})["status"] == 400


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.9, 10.0.0.7", "10.0.0.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("nonsense", OURS),
        ("1.1.1.1, nonsense", OURS),
        ("", OURS),
    ],
)
def test_b16_the_client_is_the_last_hop_that_is_no_proxy_of_ours(
    settings: Settings, chain: str, client: str
) -> None:
    app = behind_a_proxy(settings, "10.0.0.0/24")

    assert seen(app, OURS, {"X-Forwarded-For": chain})["address"] == client


def test_b16_the_nearest_proxy_says_which_scheme_it_was(settings: Settings) -> None:
    app = behind_a_proxy(settings, OURS)

    assert seen(app, OURS, {"X-Forwarded-Proto": "https, http"})["scheme"] == "http"
    assert seen(app, OURS, {"X-Forwarded-Proto": "gopher"})["scheme"] == "http"


@pytest.mark.parametrize("proxies", ["10.0.0.5/8", "proxy.example.com", "*"])
def test_b16_what_is_no_address_and_no_network_is_no_proxy(tmp_path: Path, proxies: str) -> None:
    environ = {"LUPWEB_INSTANCE": str(tmp_path), "LUPWEB_TRUSTED_PROXIES": proxies}

    with pytest.raises(InvalidSetting, match="TRUSTED_PROXIES"):
        load_settings(environ)


def test_b16_a_peer_without_an_address_is_a_stranger() -> None:
    environ = {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_HOST": "a"}

    TrustedProxies(lambda *_: [], [])(environ, None)

    assert environ == {"REMOTE_ADDR": "", "HTTP_HOST": "a"}


def test_b16_links_are_paths_whatever_the_host(settings: Settings) -> None:
    client = behind_a_proxy(settings, OURS).test_client()

    page = client.get("/login", base_url="http://127.0.0.1").get_data(as_text=True)
    answer = client.get("/people", base_url="http://127.0.0.1")

    assert "127.0.0.1" not in page
    assert answer.headers["Location"] == "/login?next=/people"
