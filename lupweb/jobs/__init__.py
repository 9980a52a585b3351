"""The workers' way in. The queue only wakes workers; what is to be done is a row.

Payloads are JSON and hold ids; a worker runs registered functions and nothing else.
"""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import Worker

from lupweb.config import Settings
from lupweb.embedded.valkey import queue_url

DEFAULT = "default"
WAIT_S = 1
"""How long a page waits for the queue server; there is no second try."""
REGISTERED = frozenset({"lupweb.jobs.housekeeping.forget_ended_sessions"})
"""The functions that a job may name (hostile-input.md B111)."""


def url_of_queue(settings: Settings) -> str:
    """Return where the queue server is reached."""
    return settings.redis_url or queue_url(settings.instance)


def connection_for_pages(settings: Settings) -> Redis:
    """Return a connection that never holds a page up: one second, no retry."""
    return Redis.from_url(
        url_of_queue(settings),
        socket_timeout=WAIT_S,
        socket_connect_timeout=WAIT_S,
        retry=Retry(NoBackoff(), 0),
    )


def connection_for_workers(settings: Settings) -> Redis:
    """Return a connection for a worker, which waits for jobs and tries again by itself."""
    return Redis.from_url(url_of_queue(settings))


def queue_answers(settings: Settings) -> bool:
    """Return whether the queue server answers."""
    with connection_for_pages(settings) as connection:
        try:
            return bool(connection.ping())
        except RedisError:
            return False


def workers_alive(settings: Settings) -> int:
    """Return how many workers have given a sign of life."""
    with connection_for_pages(settings) as connection:
        return Worker.count(connection=connection)


def enqueue(connection: Redis, function: str, *ids: int) -> Job:
    """Wake a worker for a registered function.

    :param function: dotted name, one of `REGISTERED`
    """
    if function not in REGISTERED:
        raise ValueError(f"{function} is not registered")
    queue = Queue(DEFAULT, connection=connection, serializer=JSONSerializer)
    return queue.enqueue(function, *ids)


def arguments_are_ids(arguments: Any) -> bool:
    """Return whether a job carries whole numbers and nothing else."""
    return all(type(argument) is int for argument in arguments)
