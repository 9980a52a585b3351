"""Policies, as administrators set them in the browser: with how many people each concerns."""

from dataclasses import dataclass

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.field_draft import Draft, Posted
from lupweb.configfile.site_editing import save_table, table_draft, table_typed
from lupweb.people.policies import Numbers, numbers
from lupweb.people.queries import groups_by_key

POLICIES = "policies"
NEVER_WRITTEN = "never_written"
ASKED = (
    "active_users", "unlicensed_users", "licence_group", "login_sync", "login_sync_after_minutes",
    "read_only", "directory_lockout_threshold", "picture_max_mb", "picture_max_megapixels",
    "writes_per_second", NEVER_WRITTEN, "purge_after_days",
)  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """How many people a policy concerns as it is stored, and as it stands in the form."""

    now: Numbers
    then: Numbers


def policies_draft(viewer: Viewer, secret_key: str) -> Draft:
    """Return the form of the policies.

    :raises Forbidden: if `viewer` is no administrator
    """
    return table_draft(viewer, POLICIES, secret_key)


def policies_typed(draft: Draft, posted: Posted) -> Draft:
    """Return the form of the policies with what was posted; attributes stand one on a line."""
    names = [line.strip() for text in posted.get(NEVER_WRITTEN, ()) for line in text.splitlines()]
    return table_typed(draft, {**posted, NEVER_WRITTEN: names}, ASKED)


def save_policies(viewer: Viewer, draft: Draft, secret_key: str) -> bool:
    """Store policies, as `save_table` does."""
    return save_table(viewer, draft, secret_key)


def effect_of(viewer: Viewer, draft: Draft, secret_key: str) -> Effect:
    """Return what the policies of a form would mean for people; reads every person, twice at most.

    :raises Forbidden: if `viewer` is no administrator
    """
    stored = table_draft(viewer, POLICIES, secret_key).entry
    now = numbers(stored)
    group = draft.entry["licence_group"]
    if group == stored["licence_group"] or (group and group not in groups_by_key()):
        return Effect(now, now)
    return Effect(now, numbers(draft.entry))
