"""The workers' way in. The queue only wakes workers; what is to be done is a row.

Payloads are JSON and hold ids; a worker runs registered functions and nothing else.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import Worker

from lupweb.config import Settings
from lupweb.embedded.valkey import queue_url
from lupweb.jobs.hanging import is_hanging, note_answer, note_silence
from lupweb.outbox.service import promised
from lupweb.runs.leases import LONGEST_RUN_S
from lupweb.runs.service import queued

DEFAULT = "default"
WAIT_S = 1.0
"""How long a question to the queue server waits; there is no second try."""
WAKING_WAITS_S = 0.25
"""How long a save waits for it: waking a worker is a hint, and the row is found without it."""
LONGEST_JOB_S = int(LONGEST_RUN_S) + 60
"""A run breaks off by itself when its time is over; RQ ends the job of one that hangs."""
FAILED_KEPT_S = 24 * 60 * 60
BEATS_WITHIN = timedelta(seconds=40)
"""A worker gives a sign of life every 10 s; after this long without one it does not count."""
FORGET_WHAT_ENDED = "lupweb.jobs.housekeeping.forget_what_ended"
PERFORM = "lupweb.jobs.sync.perform"
DRAIN = "lupweb.jobs.writeback.drain"
REGISTERED = frozenset({FORGET_WHAT_ENDED, PERFORM, DRAIN})
"""The functions that a job may name (hostile-input.md B111)."""

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Turn the signals of a queued run and of a promised value into wake-up calls."""
    queued.connect(_wake_for)
    promised.connect(_wake_for_values)


def url_of_queue(settings: Settings) -> str:
    """Return where the queue server is reached."""
    return settings.redis_url or queue_url(settings.instance)


def connection_for_pages(settings: Settings, wait_s: float = WAIT_S) -> Redis:
    """Return a connection that never holds a page up: one second at most, no retry."""
    return Redis.from_url(
        url_of_queue(settings),
        socket_timeout=wait_s,
        socket_connect_timeout=wait_s,
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
    """Return how many workers have given a sign of life lately; 0 if the queue is away."""
    with connection_for_pages(settings) as connection:
        try:
            workers = Worker.all(connection=connection, serializer=JSONSerializer)
        except RedisError:
            return 0
    beats = [each.last_heartbeat for each in workers if each.last_heartbeat is not None]
    return sum(now() - beat < BEATS_WITHIN for beat in beats)


def wake(settings: Settings, run_id: int) -> bool:
    """Wake a worker for a run, within half a second; False if the queue server is away.

    Nothing is lost then: the run is a row, and the scheduler finds it.
    """
    job_id = f"run-{run_id}"

    def put(connection: Redis) -> None:
        if connection.lpos(_queue(connection).key, job_id) is None:
            connection.delete(Job.key_for(job_id))  # of a worker that died as it took it
            enqueue(connection, PERFORM, run_id, job_id=job_id)

    return _is_put(settings, put, run=run_id)


def wake_drain(settings: Settings, directory_id: int) -> bool:
    """Wake a worker for what is to be saved to a directory; False if the queue server is away.

    At most one wake-up of a directory waits in the queue, also while another is at work.
    """
    ids = (f"drain-{directory_id}", f"drain-{directory_id}-next")

    def put(connection: Redis) -> None:
        key = _queue(connection).key
        is_waiting = any(connection.lpos(key, job_id) is not None for job_id in ids)
        free = [job_id for job_id in ids if not _is_at_work(connection, job_id)]
        if free and not is_waiting:
            connection.delete(Job.key_for(free[0]))
            enqueue(connection, DRAIN, directory_id, job_id=free[0])

    return _is_put(settings, put, directory=directory_id)


def enqueue(connection: Redis, function: str, *ids: int, job_id: str | None = None) -> Job:
    """Wake a worker for a registered function.

    :param function: dotted name, one of `REGISTERED`
    :param job_id: given: a second job of this id is refused as long as the first one is there
    :raises DuplicateJobError: if it is
    """
    if function not in REGISTERED:
        raise ValueError(f"{function} is not registered")
    return _queue(connection).enqueue(
        function,
        *ids,
        job_id=job_id,
        unique=job_id is not None,
        job_timeout=LONGEST_JOB_S,
        failure_ttl=FAILED_KEPT_S,
    )


def arguments_are_ids(arguments: Any) -> bool:
    """Return whether a job carries whole numbers and nothing else."""
    return all(type(argument) is int for argument in arguments)


def _is_put(settings: Settings, put: Callable[[Redis], None], **about: int) -> bool:
    """Let `put` put a job into the queue; return False if the queue server is away, or hangs."""
    url = url_of_queue(settings)
    if is_hanging(url):
        return False
    with connection_for_pages(settings, WAKING_WAITS_S) as connection, suppress(DuplicateJobError):
        try:
            put(connection)
        except RedisError as error:
            if isinstance(error, NoAnswer):
                note_silence(url)
            log.warning(
                "the queue does not answer; what is to be done waits", **about, why=str(error)
            )
            return False
    note_answer(url)
    return True


def _queue(connection: Redis) -> Queue:
    return Queue(DEFAULT, connection=connection, serializer=JSONSerializer)


def _wake_for(run_id: int) -> None:
    wake(current_app.extensions["lupweb"].settings, run_id)


def _wake_for_values(directory_id: int) -> None:
    wake_drain(current_app.extensions["lupweb"].settings, directory_id)


def _is_at_work(connection: Redis, job_id: str) -> bool:
    return bool(connection.hget(Job.key_for(job_id), "status") == JobStatus.STARTED.encode())
