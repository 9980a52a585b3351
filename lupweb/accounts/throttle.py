"""Failed sign-ins, counted as rows, so that neither a restart nor a dead queue server forgets them.

An attempt is counted before anybody is asked and given back if it was no failure: of twenty
attempts at once no more get through than one after the other.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lupweb import clock
from lupweb.accounts.models import FailedSignIns
from lupweb.database import db
from lupweb.options.service import options

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 5
MOST_PER_ADDRESS = 30
BELOW_THE_DIRECTORY = 2
"""How far we stay below the directory's own limit: other programs try passwords there, too."""
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
MOST_DOUBLINGS = 7  # from 30 seconds to more than an hour
LOCKOUT_THRESHOLD = "directory_lockout_threshold"
"""The option that says after how many failures the directory locks an account; 0: not known."""
NETWORK_BITS = 64
"""One customer of a provider has this much of an IPv6 address, so it counts as one address."""
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Kind(StrEnum):
    """What failures are counted for."""

    ACCOUNT = "account"
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True)
class Rule:
    """How many failures are let through, and how long it takes then; each more doubles it.

    :param slides: the failures are forgotten 15 minutes after the last one, not after the first
    """

    most: int
    first_delay: timedelta = FIRST_DELAY
    slides: bool = True

    def delay(self, count: int) -> timedelta:
        """Return how long nobody is asked after so many failures."""
        if count < self.most:
            return timedelta(0)
        doublings = min(count - self.most, MOST_DOUBLINGS)
        return min(self.first_delay * (1 << doublings), LONGEST_DELAY)


PER_ADDRESS = Rule(MOST_PER_ADDRESS, slides=False)


@dataclass(frozen=True)
class Key:
    """What failures are counted under: a keyed hash, since a typed name may be a password."""

    kind: Kind
    digest: str


def key_of(kind: Kind, text: str, secret_key: str) -> Key:
    """Return the key of an account, of a folded name, or of an address."""
    if kind is Kind.ADDRESS:
        text = _network_of(text)
    message = f"{kind}\0{text}".encode()
    return Key(kind, hmac.new(secret_key.encode(), message, hashlib.sha256).hexdigest())


def account_rule() -> Rule:
    """Return how often one account, or one name, may fail; one query.

    Where the directory's own limit is known, no more than that minus 2 reach it in 15 minutes.
    """
    threshold = int(options().get(LOCKOUT_THRESHOLD, 0) or 0)
    if threshold <= 0:
        return Rule(MOST_PER_ACCOUNT)
    most = min(MOST_PER_ACCOUNT, max(1, threshold - BELOW_THE_DIRECTORY))
    return Rule(most, first_delay=WINDOW)


def claim(key: Key, rule: Rule) -> bool:
    """Count an attempt as failed, until it is given back; return False if none is let through."""
    now = clock.now()
    row = _locked(key, now)
    if row.blocked_until is not None and row.blocked_until > now:
        return False
    is_new = row.count == 0 or row.forgotten_at <= now
    row.count = 1 if is_new else row.count + 1
    delay = rule.delay(row.count)
    row.blocked_until = now + delay if delay else None
    if is_new or rule.slides:
        row.forgotten_at = now + delay + WINDOW
    row.forgotten_at = max(row.forgotten_at, now + delay)
    return True


def give_back(key: Key, rule: Rule) -> None:
    """Take one attempt back: it was no failure, or nobody could be asked."""
    row = _locked(key, clock.now())
    row.count = max(row.count - 1, 0)
    if row.count < rule.most:
        row.blocked_until = None


def forgive(key: Key) -> None:
    """Forget all failures: the right password came."""
    db.session.execute(
        delete(FailedSignIns).where(FailedSignIns.kind == key.kind, FailedSignIns.key == key.digest)
    )


def seconds_to_wait(key: Key) -> int:
    """Return how long nobody is let through yet; 0 if somebody is."""
    until = db.session.scalar(
        select(FailedSignIns.blocked_until).where(
            FailedSignIns.kind == key.kind, FailedSignIns.key == key.digest
        )
    )
    return max(ceil((until - clock.now()).total_seconds()), 0) if until else 0


def forget_old_failures() -> int:
    """Delete the rows of failures that count no more; return how many there were."""
    old = delete(FailedSignIns).where(FailedSignIns.forgotten_at <= clock.now())
    return db.session.connection().execute(old).rowcount


def _locked(key: Key, now: datetime) -> FailedSignIns:
    """Return the row of `key`, made if need be, that nobody else changes meanwhile."""
    insert = INSERT[db.session.get_bind().dialect.name](FailedSignIns)
    values = {"kind": key.kind, "key": key.digest, "count": 0, "forgotten_at": now}
    db.session.execute(insert.values(values).on_conflict_do_nothing())
    return db.session.get_one(
        FailedSignIns, (key.kind, key.digest), with_for_update=True, populate_existing=True
    )


def _network_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed), NETWORK_BITS), strict=False))
