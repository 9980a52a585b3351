"""Addresses of static files that change with their content, so that browsers may keep them."""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import Flask, url_for

FOLDER = Path(__file__).parents[1] / "static"
VERSION_LENGTH = 10
FOR_A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def init_app(app: Flask) -> None:
    """Let templates call `asset("lup.css")`."""
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """Return the address of a static file, with the version of its content.

    :param name: path below `static`, such as `img/icon.svg`
    :raises KeyError: if there is no such file: a mistake in a template
    """
    return url_for("static", filename=name, v=_versions()[name])


def cache_header(name: str, version: str) -> str:
    """Return the `Cache-Control` of a static file.

    :param name: path below `static`, as in the address; may be any text
    :param version: the parameter `v` of the address, "" if there is none
    """
    is_this_version = bool(version) and _versions().get(name) == version
    return FOR_A_YEAR if is_this_version else ASK_AGAIN


@cache
def _versions() -> Mapping[str, str]:
    """Return path -> version of every static file; they do not change while the process lives."""
    return {
        path.relative_to(FOLDER).as_posix(): _version(path.read_bytes())
        for path in FOLDER.rglob("*")
        if path.is_file()
    }


def _version(content: bytes) -> str:
    return blake2b(content).hexdigest()[:VERSION_LENGTH]
