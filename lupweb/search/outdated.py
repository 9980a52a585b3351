"""What a change of the set-up leaves outdated, where it concerns too many people for one page.

From the commit on nobody is found by it: whoever the old words find is looked at again
(`rechecking.py`), and columns that count anybody whom they must not are gone. All of it is made
anew afterwards, a block of people at a time.
"""

from typing import Any

from sqlalchemy import select, update

from lupweb.database import db
from lupweb.search import index, keeping
from lupweb.search.models import SearchState

BLOCK = 500
"""People of one transaction: others write in between."""


def note_outdated(*_sender: Any, **_extra: Any) -> None:
    """Note that everybody's words may be outdated; a receiver of `profiles.service.outdated`."""
    db.session.execute(update(SearchState).values(outdated_after=0))
    keeping.drop_outdated()


def renew_next() -> bool:
    """Make the next part anew; call it in a transaction of its own, until it returns False."""
    held = select(SearchState).with_for_update()
    state = db.session.scalars(held, execution_options={"populate_existing": True}).one_or_none()
    if state is None or state.outdated_after is None:
        return False
    if keeping.fill_missing():
        return True
    ids = index.renew_block(state.outdated_after, BLOCK)
    state.outdated_after = ids[-1] if ids else None
    db.session.flush()
    return bool(ids)
