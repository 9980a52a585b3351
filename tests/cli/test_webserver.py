"""What a worker of the web server does before its first request."""

import gc

from flask import Flask

from lupweb.cli.webserver import WebServer


def test_the_program_itself_is_not_looked_through_for_garbage() -> None:
    try:
        WebServer(Flask("hello"), "127.0.0.1:0", 1).load()

        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
