"""How long a filter may be worked out for a page (hostile-input.md B90). Pure."""

import time

from lupweb.errors import Busy
from lupweb.texts import _

SIGNS_AT_ONCE = 20_000
"""So many signs of values are compared before anybody looks at the clock."""


class Work:
    """What one filter may still cost.

    :param seconds: how long it may take; None: as long as it must
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._ends = None if seconds is None else time.monotonic() + seconds

    def go_on(self) -> None:
        """Let the filter be worked out further.

        :raises Busy: if that has taken long enough
        """
        if self._ends is not None and time.monotonic() > self._ends:
            raise Busy(
                _(
                    "This filter takes too long, so it was broken off. Nothing was changed. Ask for"
                    " less at once: with fewer conditions, or with longer words between the stars."
                )
            )
