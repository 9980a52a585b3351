"""Where a configuration file says that passwords and certificates are. Nothing is written here."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lupweb.configfile.document import Document
from lupweb.errors import CredentialsRefused, InvalidValue
from lupweb.ldap.connection import check_credentials
from lupweb.texts import Text, _

MOST_BYTES = 4096


@dataclass(frozen=True)
class Secret:
    """A bind password. It shows itself nowhere; `problem` says why it could not be had."""

    text: str = field(default="", repr=False)
    problem: Text | None = field(default=None, compare=False)


def fetch(document: Document, folder: Path, environ: Mapping[str, str] = os.environ) -> Document:
    """Return the document with the passwords that its directories name; paths become absolute.

    :param folder: where the file lies; its relative paths begin there
    """
    entries = document.kinds.get("directories", {})
    fetched = {label: _directory(entry, folder, environ) for label, entry in entries.items()}
    for label, entry in fetched.items():
        sentence = refused_certificates(entry["ca_file"])
        if sentence:
            document.faults.add(("directories", label, "ca_file"), sentence)
    kinds = dict(document.kinds)
    if "directories" in kinds:
        kinds["directories"] = fetched
    return Document(kinds, document.faults)


def _directory(
    entry: Mapping[str, Any], folder: Path, environ: Mapping[str, str]
) -> dict[str, Any]:
    absolute = {
        name: os.path.abspath(folder / entry[name]) if entry[name] else ""
        for name in ("ca_file", "bind_password_file")
    }
    placed = {**entry, **absolute}
    return {**placed, "bind_password": _secret(placed, environ)}


def _secret(entry: Mapping[str, Any], environ: Mapping[str, str]) -> Secret:
    try:
        text = _password(entry, environ)
        if text:
            check_credentials(entry["bind_dn"] or "nobody", text)
    except (CredentialsRefused, InvalidValue) as error:
        return Secret(problem=_("%(why)s", why=error.message))
    return Secret(text)


def _password(entry: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    variable, path = entry["bind_password_env"], entry["bind_password_file"]
    if variable:
        if not environ.get(variable):
            raise InvalidValue(_("The variable %(name)s is not set.", name=variable))
        return environ[variable]
    return _first_line(Path(path)) if path else ""


def _first_line(path: Path) -> str:
    if not path.is_file():  # a pipe would keep whoever opens it waiting
        raise InvalidValue(_("The file %(path)s cannot be read.", path=path))
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InvalidValue(_("The file %(path)s cannot be read.", path=path)) from error
    line = text.removesuffix("\n").removesuffix("\r")
    if not line or "\n" in line:
        raise InvalidValue(
            _("The file %(path)s must hold the password alone, on one line.", path=path)
        )
    return line


def refused_certificates(path: str) -> Text | None:
    """Return why a file of certificates cannot be used, or None; "" is the system's."""
    if not path:
        return None
    try:
        if not Path(path).is_file():
            raise FileNotFoundError(path)
        ssl.create_default_context(cafile=path)
    except (OSError, ValueError):
        return _(
            "The CA file %(path)s cannot be used. It must be readable and hold certificates in PEM"
            " form.",
            path=path,
        )
    return None
