"""Addresses of static files that change with their content, so that browsers may keep them."""

from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

from flask import Flask, current_app, request
from markupsafe import Markup

FOLDER = Path(__file__).parents[1] / "static"
VERSION_LENGTH = 10
MOST_ADDRESSES = 1_000
ICON = Markup('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>')
FOR_A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def init_app(app: Flask) -> None:
    """Let templates call `asset("lup.css")`, and `optional_asset` for what may be deleted."""
    app.jinja_env.globals.update(asset=asset, optional_asset=optional_asset, drawn_icon=drawn_icon)


def asset(name: str) -> str:
    """Return the address of a static file, with the version of its content.

    :param name: path below `static`, such as `img/icon.svg`
    :raises KeyError: if there is no such file: a mistake in a template
    """
    return _address(request.script_root, name)


def optional_asset(name: str) -> str:
    """Return the address of a static file, or "" if this installation does without it."""
    return asset(name) if name in _versions() else ""


def drawn_icon(name: str, size: str = "") -> Markup:
    """Return a drawing of the sprite; components/icon.html says how it is used.

    :param size: "s" or "", as in the style sheet
    """
    return _icon(request.script_root, name, size)


def cache_header(name: str, version: str) -> str:
    """Return the `Cache-Control` of a static file.

    :param name: path below `static`, as in the address; may be any text
    :param version: the parameter `v` of the address, "" if there is none
    """
    is_this_version = bool(version) and _versions().get(name) == version
    return FOR_A_YEAR if is_this_version else ASK_AGAIN


@lru_cache(MOST_ADDRESSES)
def _icon(root: str, name: str, size: str) -> Markup:
    kind = f"ico ico--{size}" if size else "ico"
    return ICON.format(kind, _address(root, "icons.svg"), name)


@lru_cache(MOST_ADDRESSES)
def _address(root: str, name: str) -> str:
    """Return the address of a file: a page names more than 100, and `url_for` takes its time."""
    return f"{root}{current_app.static_url_path}/{name}?v={_versions()[name]}"


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
