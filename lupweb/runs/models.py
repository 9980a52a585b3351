"""Long work as rows: a run, its problems, and the lease that lets only one do it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime
from lupweb.runs.states import RunState


class Run(Model):
    """One piece of long work, as the record says it afterwards."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    trigger: Mapped[str]
    mode: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[RunState] = mapped_column(default=RunState.RUNNING)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counters: Mapped[dict[str, int]] = mapped_column(Document, default=dict)
    progress: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)
    held_digest: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")


class RunProblem(Model):
    """What did not go well for one person, or one field of one person."""

    __tablename__ = "run_problem"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    login: Mapped[str] = mapped_column(default="")
    field: Mapped[str] = mapped_column(default="")
    text: Mapped[str]


class HeldPerson(Model):
    """Somebody whom a run would have hidden or disabled, had it not been held."""

    __tablename__ = "held_person"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)


class Schedule(Model):
    """When a run of a subject is due. Whoever moves `next_at` on starts the run."""

    __tablename__ = "schedule"

    subject: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    cron: Mapped[str]
    zone: Mapped[str] = mapped_column(default="UTC")
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class Lease(Model):
    """Who works on a subject now. The token grows with each taking and fences off late writers."""

    __tablename__ = "lease"

    subject: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(BigInteger, default=0)
    holder: Mapped[str] = mapped_column(default="")
    run_id: Mapped[int | None]
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
