"""Structured log lines: an event name and what belongs to it, for people or as JSON."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

LONGEST = 200


def set_up(level: str, style: str) -> None:
    """Send every log line, ours and the libraries', to standard error.

    :param level: debug, info, warning or error
    :param style: console or json
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        short_and_plain,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("alembic", "rq", "PIL"):
        logging.getLogger(chatty).setLevel(max(root.level, logging.WARNING))


def short_and_plain(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Escape what could break a line or a terminal, and cut foreign text at 200 characters."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = escaped(value)
    return event


def escaped(text: str) -> str:
    """Return `text` on one line, controls as escapes, at most 200 characters."""
    plain = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text[:LONGEST])
    return plain if len(text) <= LONGEST else plain + "…"
