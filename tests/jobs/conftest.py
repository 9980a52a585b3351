"""A queue server of one's own, and an application that uses it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lupweb.config import Settings
from tests.jobs.queues import Queue


@pytest.fixture
def own_queue(settings: Settings) -> Iterator[Queue]:
    """A queue server that belongs to this test alone; it may be killed."""
    queue = Queue(settings.instance)
    queue.start()
    yield queue
    queue.end()


@pytest.fixture
def own_settings(settings: Settings, own_queue: Queue) -> Settings:
    """The settings of an installation with that queue server."""
    return replace(settings, redis_url=own_queue.url)
