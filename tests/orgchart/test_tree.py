"""Of whatever people say about their managers one forest is made (hostile-input.md B74)."""

import random
from collections import Counter
from collections.abc import Collection, Mapping

from hypothesis import given
from hypothesis import strategies as st

from lupweb.orgchart.grafting import regrow
from lupweb.orgchart.tree import ASIDE, TOP, Branch, Flaw
from lupweb.orgchart.tree import grow as grow_forest

PEOPLE = st.sets(st.integers(1, 12), max_size=12)
SAYINGS = st.dictionaries(st.integers(1, 12), st.none() | st.integers(1, 14), max_size=12)


def grow(people: Collection[int], named: Mapping[int, int | None]) -> dict[int, Branch]:
    return grow_forest(people, named).branches()


@given(people=PEOPLE, named=SAYINGS)
def test_any_lines_give_a_forest_with_everybody_in_it_once(
    people: set[int], named: dict[int, int | None]
) -> None:
    grown = grow(people, named)

    assert grown.keys() == people
    below: dict[int, set[int]] = {person: set() for person in people}
    for person in people:
        line = [person]
        while (above := grown[line[-1]].above_id) not in (TOP, ASIDE):
            assert named[line[-1]] == above
            assert above not in line, "it goes round"
            line.append(above)
        for each in line[1:]:
            below[each].add(person)
    for person, branch in grown.items():
        assert branch.total == len(below[person])
        assert branch.direct == sum(grown[each].above_id == person for each in people)
        assert branch == the_branch_of(person, grown, people, named)


def the_branch_of(
    person: int, grown: Mapping[int, Branch], people: set[int], named: Mapping[int, int | None]
) -> Branch:
    """Say anew what stands above a person, by going round with them."""
    branch = grown[person]
    manager = named.get(person)
    flaw = None
    if person in named and manager == person:
        flaw = Flaw.SELF
    elif person in named and manager not in people:
        flaw = Flaw.MISSING
    elif person in named and person == smallest_of_circle(person, named, people):
        flaw = Flaw.CYCLE
    elif manager is not None and person in named:
        return branch._replace(above_id=manager, flaw=None)
    elif not branch.direct:
        flaw = Flaw.ALONE
    return branch._replace(above_id=TOP if branch.direct else ASIDE, flaw=flaw)


def smallest_of_circle(
    person: int, named: Mapping[int, int | None], people: set[int]
) -> int | None:
    """Return the smallest of the circle that a person stands in; None: in none."""
    line, each = [person], named.get(person)
    while each is not None and each in people and each not in line:
        line.append(each)
        each = named.get(each)
    return min(line) if each == person else None


@given(people=PEOPLE, named=SAYINGS, seed=st.randoms(use_true_random=False))
def test_the_forest_is_the_same_in_whatever_order_people_come(
    people: set[int], named: dict[int, int | None], seed: random.Random
) -> None:
    shuffled, sayings = list(people), list(named.items())
    seed.shuffle(shuffled)
    seed.shuffle(sayings)

    assert grow(dict.fromkeys(shuffled), dict(sayings)) == grow(people, named)


@given(people=PEOPLE, named=SAYINGS)
def test_who_is_named_by_nobody_need_not_be_there_to_be_counted(
    people: set[int], named: dict[int, int | None]
) -> None:
    grown = grow(people, named)
    plain = {
        person
        for person, manager in named.items()
        if person in people - {*named.values()} and manager in people
    }
    leaves = Counter(manager for person, manager in named.items() if person in plain)
    others = {person: manager for person, manager in named.items() if person not in plain}

    found = grow_forest(people - plain, others, leaves).branches()

    assert found == {person: grown[person] for person in people - plain}
    assert all(grown[person] == Branch(named[person] or 0, None, 0, 0) for person in plain)


@given(before=PEOPLE, after=PEOPLE, old=SAYINGS, new=SAYINGS, asked=PEOPLE)
def test_moving_a_few_people_gives_what_a_new_forest_would_be(
    before: set[int],
    after: set[int],
    old: dict[int, int | None],
    new: dict[int, int | None],
    asked: set[int],
) -> None:
    stored = grow(before, old)
    turned = before ^ after
    other = {
        each
        for each in before & after
        if (each in old, old.get(each)) != (each in new, new.get(each))
    }
    below = {each for each in before & after if {old.get(each), new.get(each)} & turned}
    moved = asked & (before | after) | turned | other | below
    moved |= {each for each, branch in stored.items() if branch.flaw is Flaw.CYCLE}

    assert regrow(stored, moved, after, new) == grow(after, new)


def test_a_ring_of_a_thousand_is_cut_at_the_smallest_and_a_chain_of_5000_is_counted() -> None:
    ring = {person: person % 1_000 + 1 for person in range(1, 1_001)}
    chain = {person: person - 1 for person in range(2_001, 7_000)}
    grown = grow({*ring, *chain, 2_000}, {**ring, **chain})

    assert grown[1] == Branch(TOP, Flaw.CYCLE, 1, 999)
    assert grown[1_000] == Branch(1, None, 1, 998)
    assert grown[2_000] == Branch(TOP, None, 1, 4_999)
    assert grown[6_999] == Branch(6_998, None, 0, 0)
    broken = regrow(grown, {1, 500}, {1, 500}, {1: 2})
    assert broken[1].above_id == 2
    assert broken[500] == Branch(TOP, None, 1, 999)


def test_who_says_nothing_and_has_nobody_is_aside_and_a_manager_of_20000_is_not() -> None:
    named: dict[int, int | None] = dict.fromkeys(range(2, 20002), 1)
    grown = grow({1, 20_002, *named}, named)

    assert grown[1] == Branch(TOP, None, 20_000, 20_000)
    assert grown[20_002] == Branch(ASIDE, Flaw.ALONE, 0, 0)
    assert grow({5}, {5: None}) == {5: Branch(ASIDE, Flaw.MISSING, 0, 0)}
    assert grow({5, 6}, {5: 5, 6: 5}) == {5: Branch(TOP, Flaw.SELF, 1, 1), 6: Branch(5, None, 0, 0)}
