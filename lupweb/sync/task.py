"""What one run has to do, and what it writes with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lupweb.database import transaction
from lupweb.directories.service import DirectoryFacts
from lupweb.profiles.layout import Layout
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease
from lupweb.sync.apply import Writer, Writing
from lupweb.sync.course import Course
from lupweb.sync.dry import Checked, PlanStore
from lupweb.sync.known import Here
from lupweb.sync.modes import Standing


@dataclass(frozen=True)
class Task:
    """What one run has to do.

    :param is_first: nobody of the directory is known: there is nobody to hide and nothing to clear
    :param options: the site's options, as they were when the run began
    :param expected: how many entries the last reading had
    :param standing: how the directory stood when the run began, and what the run has read
    :param dry_run: nothing is written but the record of the run, and its plan
    :param plan_run_id: the dry run whose plan is applied: only what it says is written
    """

    run_id: int
    facts: DirectoryFacts
    layout: Layout
    lease: HeldLease
    is_first: bool
    options: Mapping[str, Any]
    expected: int = 0
    standing: Standing = field(default_factory=Standing)
    dry_run: bool = False
    plan_run_id: int | None = None
    course: Course = field(default_factory=Course)

    def tell_progress(self, done: int, found: Mapping[str, int] | None = None) -> None:
        """Record how many people were looked at, what becomes of them, and that the run lives."""
        with transaction():
            self.lease.heartbeat()
            runs.tell_progress(self.run_id, done, self.expected, found)

    @property
    def here(self) -> Here:
        """Return the directory of this run, among the others."""
        return Here(self.facts.id, self.facts.position, self.run_id)

    @cached_property
    def writer(self) -> Writing:
        """Return what writes the plans of this run, or stores them."""
        if self.dry_run:
            return PlanStore(self.run_id, self.lease)
        plain = self.plain_writer
        return Checked(plain, self.run_id, self.plan_run_id) if self.plan_run_id else plain

    @cached_property
    def plain_writer(self) -> Writer:
        """Return what writes whatever it is given."""
        facts, keeps_history = self.facts, not self.is_first
        return Writer(
            self.run_id, facts.id, facts.key, self.layout, self.lease, keeps_history=keeps_history
        )
