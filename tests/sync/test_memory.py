"""What a run keeps of everybody, and how it looks after its memory."""

import gc
import random

from lupweb.search import values
from lupweb.sync import memory
from lupweb.sync.finding import Everybody
from lupweb.sync.met import Marks, mark_of


def test_marks_are_found_as_in_a_set() -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time
    ids = [mark_of(f"id-{number}") for number in range(300)]
    marks, beside = Marks(), set[int]()
    for _step in range(2_000):
        mark = chance.choice(ids)
        if mark in marks:
            marks.discard(mark)
            beside.discard(mark)
        else:
            marks.add(mark)
            beside.add(mark)
        assert len(marks) == len(beside)
    marks.discard(0)
    marks.update(ids[:20])
    assert {each for each in ids if each in marks} == beside | set(ids[:20])
    assert len(marks) == len(beside | set(ids[:20]))


def test_a_dn_means_one_person_or_nobody() -> None:
    many = [(f"uid=u{number},dc=x", number) for number in range(1, 2_001)]
    found = Everybody([*many, ("uid=two,dc=x", 1), ("uid=two,dc=x", 2), ("uid=same,dc=x", 9)])

    assert [found.get(dn) for dn, _id in many] == [id_ for _dn, id_ in many]
    assert (found.get("uid=two,dc=x"), found.get("uid=same,dc=x")) == (None, 9)
    assert found.get("uid=nobody,dc=x") is None


def test_garbage_is_looked_for_rarely_in_a_run_and_as_before_behind_it() -> None:
    before = gc.get_threshold()
    with memory.few_collections():
        assert gc.get_threshold() == memory.RARELY != before
        memory.give_back()

    assert gc.get_threshold() == before


def test_values_are_asked_for_by_statements_of_few_lengths() -> None:
    """Each length is a statement of its own, which a connection keeps."""
    asked = {
        count: len(values._filled_up([b"x"] * count)) for count in range(1, values.AT_ONCE + 1)
    }

    assert all(length >= count for count, length in asked.items())
    assert len({*asked.values()}) <= 11
