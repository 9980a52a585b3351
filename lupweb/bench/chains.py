"""Whether all that was written to an attribute lies on one chain, first to last value. Pure.

Every value is written by one writer, and by that one once: so each stands for its write.
"""

from collections.abc import Mapping, Set
from graphlib import TopologicalSorter


def off_the_chain(
    first: str, last: str, replaced: Mapping[str, Set[str]], sure: Set[str]
) -> set[str]:
    """Return the values that were surely written, and that no chain of all of them can hold.

    Of all chains from `first` to `last` the one is taken that holds most of what is sure; in as
    many steps as there are values and what they may have replaced.

    :param last: what the directory holds now
    :param replaced: value -> what its writer had seen, so that it may have replaced one of these
    :returns: empty if nothing was lost; also `last` if no chain leads to it
    :raises graphlib.CycleError: if a value may have replaced one that was made from it
    """
    before = _before(first, replaced, sure)
    if last != first and last not in before:
        return {*sure, last}
    on_chain, value = set(), last
    while value != first:
        on_chain.add(value)
        value = before[value]
    return {*sure} - on_chain


def _before(first: str, replaced: Mapping[str, Set[str]], sure: Set[str]) -> dict[str, str]:
    """Return for each value that a chain leads to the one before it, on the fullest chain."""
    held, before = {first: 0}, dict[str, str]()
    for value in TopologicalSorter(replaced).static_order():
        seen = [each for each in replaced.get(value, ()) if each in held]
        if value == first or not seen:
            continue
        before[value] = max(seen, key=lambda each: (held[each], each))
        held[value] = held[before[value]] + (value in sure)
    return before
