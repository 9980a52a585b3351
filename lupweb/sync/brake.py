"""When a run may not hide people by itself (sync.md section 7). Pure."""

LEAST = 10
SHARE_PERCENT = 5


def limit(active: int) -> int:
    """Return how many people of `active` a run may hide without being asked."""
    return max(LEAST, active * SHARE_PERCENT // 100)


def holds(gone: int, *, active: int, seen: int) -> bool:
    """Return whether hiding `gone` people has to wait for an administrator.

    :param active: people of this directory that are shown now
    :param seen: entries that the enumeration, complete as it was, has found
    """
    return bool(gone) and (gone > limit(active) or seen == 0)
