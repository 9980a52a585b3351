"""Answers that a browser keeps as a file."""

from collections.abc import Iterable, Iterator
from typing import cast

from flask import Response, stream_with_context

Content = str | bytes | Iterable[str] | Iterable[bytes]


def as_file(content: Content, content_type: str, name: str) -> Response:
    """Return an answer that is kept under a name; what comes piece by piece is sent so."""
    if isinstance(content, str | bytes):
        answer = Response(content, content_type=content_type)
    else:
        pieces = cast(Iterator[bytes], iter(content))  # or of texts: the answer takes both
        answer = Response(stream_with_context(pieces), content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
