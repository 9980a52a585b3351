"""The web server: gunicorn with threads, started by our own command."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 4
GRACE_S = 10
LARGEST_HEADER = 8190


class WebServer(BaseApplication):
    """Serves the application on one address."""

    def __init__(self, app: Flask, address: str, workers: int) -> None:
        self._app = app
        self._address = address
        self._workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn would otherwise read from a file."""
        for name, value in {
            "bind": self._address,
            "workers": self._workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_S,
            "limit_request_field_size": LARGEST_HEADER,
            "proc_name": "lupweb",
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return what answers requests; called in each worker, after the fork."""
        return self._app
