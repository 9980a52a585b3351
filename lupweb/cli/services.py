"""The services: all of them under one supervisor, or each by itself."""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from http.client import HTTPConnection

import click
from flask import Flask

from lupweb.app import create_app
from lupweb.cli.application import parts_of, require_schema
from lupweb.cli.setup import upgrade_database
from lupweb.cli.webserver import WebServer
from lupweb.config import Settings
from lupweb.database import db
from lupweb.embedded import valkey
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import InvalidSetting
from lupweb.jobs.scheduler import keep_looking
from lupweb.jobs.worker import keep_working
from lupweb.texts import _

HOST = "127.0.0.1"
PORT = 8000
WORKERS = 2
OK = 200

host_option = click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
port_option = click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
workers_option = click.option(
    "--workers", default=WORKERS, show_default=True, type=click.IntRange(1, 64)
)


@click.command()
@host_option
@port_option
@workers_option
def up(*, host: str, port: int, workers: int) -> None:
    """Run everything on this machine: queue server, worker, scheduler and web server."""
    app = create_app()
    settings = parts_of(app).settings
    check_host(settings, host)
    check_port(host, port)
    upgrade_database(app)
    with Supervisor() as supervisor:
        for child in service_children(settings, host, port, workers):
            supervisor.start(child)
        click.echo(f"lupweb answers at http://{host}:{port}", err=True)
        sys.exit(supervisor.run())


@click.command()
@host_option
@port_option
@workers_option
def serve(*, host: str, port: int, workers: int) -> None:
    """Run the web server alone."""
    app = create_app()
    check_host(parts_of(app).settings, host)
    check_port(host, port)
    _ready_to_fork(app)
    WebServer(app, f"{host}:{port}", workers).run()


@click.command()
@click.option(
    "--count", default=1, show_default=True, type=click.IntRange(1, 64), help="How many workers."
)
def worker(*, count: int) -> None:
    """Run workers alone: they do what is asked for, one run at a time each."""
    app = create_app()
    _ready_to_fork(app)
    if count == 1:
        keep_working(app)
        return
    with Supervisor() as supervisor:
        for number in range(1, count + 1):
            supervisor.start(our_child(f"worker {number}", "worker"))
        sys.exit(supervisor.run())


@click.command()
def scheduler() -> None:
    """Run the scheduler alone: it asks for what is due, and starts again what died."""
    app = create_app()
    _ready_to_fork(app)
    keep_looking(app)


def service_children(settings: Settings, host: str, port: int, workers: int) -> Iterator[Child]:
    """Yield what runs on a single machine, in the order in which it is started."""
    if not settings.redis_url:
        yield queue_child(settings)
    yield our_child("worker", "worker")
    yield our_child("scheduler", "scheduler")
    yield web_child(host, port, workers)


def queue_child(settings: Settings) -> Child:
    """Return the bundled queue server."""
    return Child(
        name="queue",
        comes_back=True,
        argv=valkey.server_argv(settings.instance),
        ready=lambda: valkey.is_answering(settings.instance),
    )


def web_child(host: str, port: int, workers: int) -> Child:
    """Return the web server; it is ready when it answers."""
    address = ["--host", host, "--port", str(port), "--workers", str(workers)]
    argv = our_child("web", "serve", *address).argv
    return Child(name="web", comes_back=True, argv=argv, ready=lambda: _answers(host, port))


def our_child(name: str, *command: str) -> Child:
    """Return one of our own commands as a child."""
    return Child(name=name, comes_back=True, argv=[sys.executable, "-m", "lupweb", *command])


def check_host(settings: Settings, host: str) -> None:
    """Refuse to serve passwords in clear beyond this machine without consent (B14).

    :raises InvalidSetting: with what to set
    """
    if settings.is_secure or settings.allow_plain_http or _is_loopback(host):
        return
    raise InvalidSetting(
        _(
            "Without https, passwords would travel in clear to %(host)s. Nothing was started."
            " Set BASE_URL to the https address of the proxy in front,"
            " or ALLOW_PLAIN_HTTP if that is what you want.",
            host=host,
        )
    )


def check_port(host: str, port: int) -> None:
    """Refuse an address that something else listens on, before anything is started.

    :raises InvalidSetting: with what to choose instead
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise InvalidSetting(
                _(
                    "%(host)s cannot be listened on at port %(port)s: %(why)s."
                    " Nothing was started. Choose another with --port.",
                    host=host,
                    port=port,
                    why=error.strerror,
                )
            ) from error


def _answers(host: str, port: int) -> bool:
    caller = HTTPConnection(host, port, timeout=1)
    try:
        caller.request("GET", "/healthz", headers={"Host": "localhost"})
        return caller.getresponse().status == OK
    except OSError:
        return False
    finally:
        caller.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ready_to_fork(app: Flask) -> None:
    """Check the tables; close what must not be shared with forked processes."""
    with app.app_context():
        require_schema()
        db.session.remove()
        db.engine.dispose()
