"""Addresses of static files that change with their content, so that browsers may keep them."""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import Flask, current_app, request

FOLDER = Path(__file__).parents[1] / "static"
VERSION_LENGTH = 10
FOR_A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def init_app(app: Flask) -> None:
    """Let templates call `asset("lup.css")`, and `optional_asset` for what may be deleted."""
    app.jinja_env.globals.update(asset=asset, optional_asset=optional_asset)


def asset(name: str) -> str:
    """Return the address of a static file, with the version of its content.

    :param name: path below `static`, such as `img/icon.svg`
    :raises KeyError: if there is no such file: a mistake in a template
    """
    return f"{_folder()}/{name}?v={_versions()[name]}"


def optional_asset(name: str) -> str:
    """Return the address of a static file, or "" if this installation does without it."""
    return asset(name) if name in _versions() else ""


def cache_header(name: str, version: str) -> str:
    """Return the `Cache-Control` of a static file.

    :param name: path below `static`, as in the address; may be any text
    :param version: the parameter `v` of the address, "" if there is none
    """
    is_this_version = bool(version) and _versions().get(name) == version
    return FOR_A_YEAR if is_this_version else ASK_AGAIN


def _folder() -> str:
    """Return the address of the folder; a page of 24 cards names more than 100 files in it.

    `url_for` would be a sixth of such a page.
    """
    return f"{request.script_root}{current_app.static_url_path}"


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
