"""A bare Flask page under lupweb's own web server: the floor of serving pages.

python -m lupweb.cli.hello ADDRESS WORKERS
"""

import sys

from flask import Flask

from lupweb.cli.webserver import WebServer


def serve_hello(address: str, workers: str) -> None:
    """Answer every request for "/" with one word, until told to stop."""
    app = Flask("hello")
    app.add_url_rule("/", view_func=hello)
    WebServer(app, address, int(workers)).run()


def hello() -> str:
    """Greet."""
    return "hello"


if __name__ == "__main__":
    serve_hello(*sys.argv[1:])
