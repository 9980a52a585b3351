"""The worker: registered functions, whole numbers, an application context, nothing else."""

import time
from typing import Any

import structlog
from flask import Flask
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, worker_registration
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import Worker

from lupweb.database import db, transaction
from lupweb.errors import OtherVersion
from lupweb.jobs import DEFAULT, PERFORM, REGISTERED, arguments_are_ids, connection_for_workers
from lupweb.runs.recovery import start_again
from lupweb.tables import is_of_other_version
from lupweb.texts import _

LIFE_S = 25
"""RQ waits 15 s less than this for a job, so there is a sign of life every 10 s."""
LOOK_AT_HORSE_EVERY_S = 10
TRY_AGAIN_S = 1

log = structlog.get_logger()


class NotRegistered(Exception):
    """A job names something that a worker does not run. Whoever wrote it, it was not us."""


class RegisteredJob(Job):
    """A job that names one of our functions; callbacks, which are dotted names too, are ignored."""

    success_callback = None
    failure_callback = None
    stopped_callback = None

    def perform(self) -> Any:
        """Run the function.

        :raises NotRegistered: if the job names another one, or carries more than ids
        :raises OtherVersion: if the tables are not ours; what is to be done stays a row (X37)
        """
        if is_of_other_version():
            raise OtherVersion(_("The database is of another version. The work is left undone."))
        if self.func_name not in REGISTERED or self.kwargs or not arguments_are_ids(self.args):
            raise NotRegistered(self.func_name)
        return super().perform()


class LupwebWorker(Worker):
    """Runs each job in an application context; connections are opened after the fork.

    What it is for stands in the database, so a queue server that is away, or came back empty, is
    waited for, and a process that dies in a run is told to the run at once.
    """

    max_connection_wait_time = 5

    def __init__(self, app: Flask, **options: Any) -> None:
        self.app = app
        self.was_told_to_stop = False
        queue = Queue(
            DEFAULT,
            connection=options["connection"],
            serializer=JSONSerializer,
            job_class=RegisteredJob,
        )
        super().__init__(
            [queue],
            job_class=RegisteredJob,
            serializer=JSONSerializer,
            worker_ttl=LIFE_S,
            job_monitoring_interval=LOOK_AT_HORSE_EVERY_S,
            **options,
        )

    def bootstrap(self, *arguments: Any, **options: Any) -> None:
        """Introduce ourselves, listening to signals first: who is known must be able to leave."""
        self._install_signal_handlers()  # type: ignore[no-untyped-call] # RQ has none
        super().bootstrap(*arguments, **options)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run one job."""
        with self.app.app_context():
            db.engine.dispose(close=False)  # the parent's connections are the parent's
            done: bool = super().perform_job(job, queue, execution)
            return done

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Give a sign of life; introduce ourselves again to a queue server that forgot us (X19)."""
        if pipeline is None:
            self.connection.hset(self.key, mapping=self.serialize())
            worker_registration.register(self)
        super().heartbeat(timeout, pipeline)

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Give a sign of life during a job, which does not end because the queue is away (X20)."""
        try:
            super().maintain_heartbeats(job, execution)
        except RedisError as error:
            log.warning("the queue does not answer; the work goes on", why=str(error))

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Stop, and hand back the run at work: it is started again by whoever is next."""
        self.was_told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call] # RQ has none

    def handle_warm_shutdown_request(self) -> None:
        """End the process that does the work, so that a stop takes no longer than a run."""
        if self.horse_pid:
            self.kill_horse()

    def handle_work_horse_killed(self, job: Job, retpid: Any, ret_val: Any, rusage: Any) -> None:
        """Record that the process of a run died, without waiting for its lease to run out."""
        if job.func_name == PERFORM and arguments_are_ids(job.args):
            with self.app.app_context():
                with transaction():
                    start_again(*job.args, is_stopping=True)
                db.session.remove()
                db.engine.dispose()  # nothing may be open when the next job is forked
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]

    def works_until_stopped(self) -> bool:
        """Work; return whether we were told to stop, and did not merely lose the queue."""
        try:
            self.work(logging_level="WARNING")
        except StopRequested:  # before the work began
            self.teardown()
        return self.was_told_to_stop

    def teardown(self) -> None:
        """Say good-bye, if there is somebody to say it to."""
        try:
            super().teardown()  # type: ignore[no-untyped-call] # RQ has none
        except RedisError as error:
            log.warning("the queue does not answer", why=str(error))
            self.unsubscribe()  # type: ignore[no-untyped-call] # RQ has none


def keep_working(app: Flask) -> None:
    """Work until told to stop, also while the queue server comes and goes (X20)."""
    settings = app.extensions["lupweb"].settings
    while True:
        with connection_for_workers(settings) as connection:
            try:
                worker = LupwebWorker(app, connection=connection)
                if worker.works_until_stopped():
                    return
            except RedisError as error:
                log.warning("waiting for the queue", why=str(error))
        time.sleep(TRY_AGAIN_S)
