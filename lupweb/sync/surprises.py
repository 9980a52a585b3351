"""What a reading shows that ought not to be: told to administrators, and written all the same."""

from collections.abc import Iterator

from lupweb.database import transaction
from lupweb.ldap.dn import fold_dn
from lupweb.runs import service as runs
from lupweb.runs.states import FULL
from lupweb.sync.plan import Plan
from lupweb.sync.reading import Reading
from lupweb.sync.task import Task
from lupweb.texts import Text, ngettext

UNSEEN = "unseen"
"""The counter of differences that no sweep had seen; only runs that look for them have it."""
USN = "uSNChanged"


def note_surprises(reading: Reading) -> None:
    """Look at what waits to be written, before a guard takes anything from it."""
    texts: list[Text] = []
    older = sum(_is_older(each, reading) for each in _known(reading))
    if older:
        texts.append(
            ngettext(
                "The server went back in time: %(n)s entry has an older change stamp than before,"
                " as after a backup was put back. It is taken as the directory says now.",
                "The server went back in time: %(n)s entries have an older change stamp than"
                " before, as after a backup was put back. They are taken as the directory says"
                " now.",
                older,
            )
        )
    if _looks_for_unseen(reading.task):
        unseen = sum(map(_is_unseen, _known(reading)))
        reading.counters[UNSEEN] = unseen
        if unseen:
            texts.append(_alarm(unseen))
    if texts:
        with transaction():
            for text in texts:
                runs.note_problem(reading.task.run_id, text)


def _alarm(count: int) -> Text:
    return ngettext(
        "%(n)s person differed although neither change stamp nor DN did, so that no run of changes"
        " could have seen it. It is put right. If this comes back, let every scheduled run of"
        " this directory read everything.",
        "%(n)s people differed although neither change stamp nor DN did, so that no run of changes"
        " could have seen it. It is put right. If this comes back, let every scheduled run of"
        " this directory read everything.",
        count,
    )


def _known(reading: Reading) -> Iterator[Plan]:
    return (each for each in reading.waiting if each.known and each.known.identity_id is not None)


def _looks_for_unseen(task: Task) -> bool:
    """Return whether everybody is read, and with the same set-up as the last time."""
    standing = task.standing
    is_full = standing.mode == FULL and standing.asked == FULL
    return is_full and not task.is_first and dict(standing.recorded) == dict(standing.current)


def _is_unseen(each: Plan) -> bool:
    known = each.known
    return (
        known is not None
        and each.changes_person
        and bool(known.stamp)
        and (each.stamp, each.dn_folded) == (known.stamp, fold_dn(known.dn))
        and each.disabled_reason == known.disabled_reason
        and not known.is_gone
    )


def _is_older(each: Plan, reading: Reading) -> bool:
    """Return whether a stamp went back; numbers of two domain controllers are not compared."""
    before = each.known.stamp if each.known else ""
    if not before or not each.stamp:
        return False
    if reading.around.naming.stamp != USN:
        return each.stamp < before
    standing = reading.task.standing
    same = (standing.server.get(key) == standing.server_before.get(key) for key in ("name", "life"))
    is_number = each.stamp.isdecimal() and before.isdecimal()
    return all(same) and is_number and int(each.stamp) < int(before)
