"""The worker: registered functions, whole numbers, an application context, nothing else."""

from typing import Any

from flask import Flask
from rq import Queue
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import Worker

from lupweb.database import db
from lupweb.jobs import DEFAULT, REGISTERED, arguments_are_ids


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
        """
        if self.func_name not in REGISTERED or self.kwargs or not arguments_are_ids(self.args):
            raise NotRegistered(self.func_name)
        return super().perform()


class LupwebWorker(Worker):
    """Runs each job in an application context; connections are opened after the fork."""

    def __init__(self, app: Flask, **options: Any) -> None:
        self.app = app
        queue = Queue(
            DEFAULT,
            connection=options["connection"],
            serializer=JSONSerializer,
            job_class=RegisteredJob,
        )
        super().__init__([queue], job_class=RegisteredJob, serializer=JSONSerializer, **options)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run one job."""
        with self.app.app_context():
            db.engine.dispose(close=False)  # the parent's connections are the parent's
            done: bool = super().perform_job(job, queue, execution)
            return done
