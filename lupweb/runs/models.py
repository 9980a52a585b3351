"""Long work as rows: a run, its problems, and the lease that lets only one do it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime
from lupweb.runs.states import RunState


class Run(Model):
    """One piece of long work, as the record says it afterwards.

    A dry run writes nothing but itself and its plan. `about_run_id` is the run that this one takes
    back, or whose plan it applies. `guards` says what was held: a list of guard, field, count,
    limit and of how many. `server` is what the server said of itself,
    `course` how it went (`lupweb.sync.course`).
    """

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
    dry_run: Mapped[bool] = mapped_column(default=False)
    about_run_id: Mapped[int | None]
    guards: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    server: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    course: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class RunProblem(Model):
    """What did not go well for one person, or one field of one person."""

    __tablename__ = "run_problem"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    login: Mapped[str] = mapped_column(default="")
    field: Mapped[str] = mapped_column(default="")
    text: Mapped[str]


class PlanItem(Model):
    """What a run would make of one person: found by a dry run, or held by a guard.

    `person_id` is None for somebody new. `action` is one of `lupweb.sync.items.Action`; `guard` the
    one that holds it, "" if none does. `changes` has field key -> [before, after]; `entry` what is
    needed to write what was held, as the directory said it.
    """

    __tablename__ = "plan_item"
    __table_args__ = (Index("ix_plan_item_run_id_unique_id", "run_id", "unique_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    unique_id: Mapped[str] = mapped_column(default="")
    login: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    action: Mapped[str]
    guard: Mapped[str] = mapped_column(default="")
    changes: Mapped[dict[str, list[str]]] = mapped_column(Document, default=dict)
    entry: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


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
