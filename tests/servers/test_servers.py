"""The real servers that other tests rely on."""

from pathlib import Path

import psycopg
import pytest
import redis

from tests.servers.postgresql import new_database, running_postgresql
from tests.servers.valkey import running_valkey


def test_valkey_keeps_a_value_and_is_gone_after_the_block(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as url, redis.Redis.from_url(url) as connection:
        connection.set("key", "value")
        assert connection.get("key") == b"value"

    with redis.Redis.from_url(url) as connection, pytest.raises(redis.ConnectionError):
        connection.ping()


def test_postgresql_makes_databases_apart_and_is_gone_after_the_block(tmp_path: Path) -> None:
    with running_postgresql(tmp_path) as server:
        with new_database(server) as one, new_database(server) as other:
            with psycopg.connect(one) as connection:
                connection.execute("CREATE TABLE person (id int)")
            with psycopg.connect(other) as connection:
                found = connection.execute("SELECT to_regclass('person')").fetchone()
        assert found == (None,)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server)
