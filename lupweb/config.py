"""Settings of the process: `instance/config.toml`, overridden by `LUPWEB_<NAME>`.

Each setting has a type, a default and one line of help; docs/configure.md is tested against them.
"""

import ipaddress
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lupweb.errors import InvalidSetting
from lupweb.texts import _

PREFIX = "LUPWEB_"
SHORTEST_KEY = 32
PRIVATE = 0o700
DATABASES = ("sqlite://", "postgres://", "postgresql://", "postgresql+psycopg://")
MAIL_SERVERS = ("smtp://", "smtps://")
THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


def _setting(default: Any, text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": text, "secret": secret})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What whoever starts the process decides."""

    instance: Path
    database_url: str = _setting(
        "", "Where people are kept. Empty: a SQLite file in the instance folder.", secret=True
    )
    redis_url: str = _setting(
        "", "The queue server. Empty: the bundled Valkey, on a unix socket.", secret=True
    )
    secret_key: str = _setting(
        "", "Signs cookies and locks stored passwords. Empty: made on first start.", secret=True
    )
    base_url: str = _setting("", "The address people use, such as https://people.example.com.")
    allow_plain_http: bool = _setting(
        False, "Serve without https beyond this machine. Passwords then travel in clear."
    )
    trusted_hosts: tuple[str, ...] = _setting(
        (), "Host names this site answers to. Empty: that of BASE_URL, and this machine."
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (), "Addresses or networks of the proxies in front, whose X-Forwarded headers count."
    )
    read_only: bool = _setting(
        False, "People are neither synchronized nor edited; reading goes on."
    )
    xml_folder: str = _setting(
        "", "Where XML files for imports lie. Empty: import/ in the instance folder."
    )
    smtp_url: str = _setting(
        "", "The mail server: smtp://USER:PASSWORD@HOST:587. Empty: no mail is sent.", secret=True
    )
    mail_from: str = _setting("", "The address that mails come from.")
    mail_to: tuple[str, ...] = _setting((), "Who is told by mail what needs an administrator.")
    log_level: str = _setting("info", "debug, info, warning or error.")
    log_format: str = _setting("console", "console or json.")

    @property
    def database(self) -> str:
        """Return the database's URL, as SQLAlchemy understands it."""
        if not self.database_url:
            return f"sqlite:///{self.instance / 'lupweb.sqlite'}"
        for plain in ("postgres://", "postgresql://"):
            if self.database_url.startswith(plain):
                return "postgresql+psycopg://" + self.database_url.removeprefix(plain)
        return self.database_url

    @property
    def imports(self) -> Path:
        """Return the folder in which XML files for imports lie."""
        return Path(self.xml_folder).absolute() if self.xml_folder else self.instance / "import"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the host names that requests may name; this machine's own always work."""
        own = urlsplit(self.base_url).hostname if self.base_url else None
        named = self.trusted_hosts or ((own,) if own else ())
        return (*named, *THIS_MACHINE)

    @property
    def is_secure(self) -> bool:
        """Return whether people reach the site by https."""
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; make the instance folder and the secret key if they are not there.

    :raises InvalidSetting: if a value has the wrong type, or a name is unknown
    """
    instance = Path(environ.get(PREFIX + "INSTANCE", "instance")).absolute()
    _make_private(instance)
    values = _from_file(instance / "config.toml") | _from_environment(environ)
    values = {name: _typed(name, value) for name, value in values.items()}
    if not values.get("secret_key"):
        values["secret_key"] = _kept_secret(instance / "secret.key")
    _check(values)
    return Settings(instance=instance, **values)


def _make_private(instance: Path) -> None:
    """Make the folder, for its owner only: the database and the keys lie in it (B102)."""
    try:
        instance.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if instance.stat().st_uid == os.geteuid():
            instance.chmod(PRIVATE)
    except OSError as error:
        raise InvalidSetting(
            _(
                "The instance folder %(path)s cannot be used: %(why)s."
                " Choose another with LUPWEB_INSTANCE.",
                path=instance,
                why=error.strerror,
            )
        ) from error


def described(settings: Settings) -> list[dict[str, Any]]:
    """Return every setting: name, type, value (secrets masked), default, help."""
    rows = []
    for name, each in _names().items():
        value = getattr(settings, name)
        rows.append(
            {
                "name": name.upper(),
                "type": _type_name(each.type),
                "value": "set" if each.metadata["secret"] and value else value,
                "default": each.default,
                "help": each.metadata["help"],
            }
        )
    return rows


def _type_name(kind: Any) -> str:
    return {bool: "true or false", str: "text"}.get(kind, "list")


def _names() -> dict[str, Any]:
    return {each.name: each for each in fields(Settings) if each.name != "instance"}


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSetting(_("%(path)s cannot be read: %(why)s", path=path, why=error)) from error
    lowered = {name.lower(): value for name, value in found.items()}
    for name in lowered:
        if name not in _names():
            raise InvalidSetting(
                _("%(path)s has the unknown setting %(name)s.", path=path, name=name.upper())
            )
    return lowered


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: environ[PREFIX + name.upper()]
        for name in _names()
        if PREFIX + name.upper() in environ
    }


def _typed(name: str, value: Any) -> Any:
    kind = _names()[name].type
    if kind is bool:
        return _as_bool(name, value)
    if kind == tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(str(part).strip() for part in parts if str(part).strip())
    return str(value)


def _as_bool(name: str, value: Any) -> bool:
    word = str(value).strip().lower()
    if word in TRUE_WORDS | FALSE_WORDS:
        return word in TRUE_WORDS
    raise InvalidSetting(
        _(
            "The setting %(name)s is “%(value)s”. Write true or false.",
            name=name.upper(),
            value=value,
        )
    )


def _check(values: Mapping[str, Any]) -> None:
    key = values["secret_key"]
    if len(key) < SHORTEST_KEY:
        raise InvalidSetting(
            _(
                "SECRET_KEY is too short: at least %(least)s characters are needed."
                " Leave it out, and one is made.",
                least=SHORTEST_KEY,
            )
        )
    for network in values.get("trusted_proxies", ()):
        _check_network(network)
    _check_addresses(values)
    for name, allowed in (
        ("log_level", {"debug", "info", "warning", "error"}),
        ("log_format", {"console", "json"}),
    ):
        if values.get(name, min(allowed)) not in allowed:
            raise InvalidSetting(
                _(
                    "%(name)s is “%(value)s”. It may be %(allowed)s.",
                    name=name.upper(),
                    value=values[name],
                    allowed=", ".join(sorted(allowed)),
                )
            )


def _check_addresses(values: Mapping[str, Any]) -> None:
    """Refuse what is no address; a password may stand in one, so it is not repeated."""
    if values.get("database_url") and not values["database_url"].startswith(DATABASES):
        raise InvalidSetting(
            _("DATABASE_URL is no address of SQLite or PostgreSQL: postgresql://USER@HOST/NAME")
        )
    if values.get("base_url") and not values["base_url"].startswith(("https://", "http://")):
        raise InvalidSetting(
            _("BASE_URL is “%(url)s”. It begins with https://", url=values["base_url"])
        )
    if values.get("smtp_url") and not values["smtp_url"].startswith(MAIL_SERVERS):
        raise InvalidSetting(
            _(
                "SMTP_URL is no address of a mail server: smtp://USER:PASSWORD@HOST:587, or smtps://…"
            )
        )
    if values.get("smtp_url") and not (values.get("mail_from") and values.get("mail_to")):
        raise InvalidSetting(_("SMTP_URL needs MAIL_FROM and MAIL_TO beside it."))


def _check_network(network: str) -> None:
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        raise InvalidSetting(
            _(
                "TRUSTED_PROXIES has “%(network)s”. Write addresses or networks, such as 10.0.0.5"
                " or 10.0.0.0/24.",
                network=network,
            )
        ) from error


def _kept_secret(path: Path) -> str:
    """Return the key kept in `path`, made once, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key + "\n")
    return key
