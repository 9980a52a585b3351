"""Answers say whether their connection ends with them: gunicorn, which writes it, cannot know."""

from typing import Any

from flask import Flask


def answered(app: Flask, largest_drained: int, environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request; where a large body is refused unread, say that the connection ends.

    :param largest_drained: octets of a body that has come as a whole before a thread begins
    :param start_response: of gunicorn's answer
    """

    def begin(status: str, headers: Any, exc_info: Any = None) -> Any:
        if status >= "4" and int(environ.get("CONTENT_LENGTH") or 0) > largest_drained:
            start_response.__self__.force_close()
        return start_response(status, headers, exc_info)

    return app(environ, begin)
