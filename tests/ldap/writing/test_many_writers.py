"""Several writers of one value at a time: every change is built on the one before."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lupweb.errors import ChangedMeanwhile
from lupweb.ldap.writing import Wish
from tests.ldap.writing.people import Writable

WRITERS, TURNS = 8, 4


@pytest.mark.parametrize("writable", ["slapd", "slapd-values", "samba"], indirect=True)
def test_x15_eight_writers_lose_no_increment(writable: Writable) -> None:
    writable.set("displayName", [b"0"])

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(_count_up, [writable] * WRITERS))

    with writable.signed_in() as directory:
        found = writable.entry(directory, "displayName").values("displayName")
    assert found == [str(WRITERS * TURNS).encode()]


def _count_up(writable: Writable) -> None:
    with writable.signed_in() as directory:
        left = TURNS
        while left:
            entry = writable.entry(directory, "displayName")
            held = tuple(entry.values("displayName"))
            number = str(int(held[0]) + 1).encode()
            try:
                directory.compare_and_set(entry, [Wish("displayName", held, (number,))])
            except ChangedMeanwhile:
                continue
            left -= 1
