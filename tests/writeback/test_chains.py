"""The check behind the standing test: one chain over everything that was surely written."""

import random

import pytest

from lupweb.bench.chains import off_the_chain

SEEN = {"a": {"0"}, "b": {"a"}, "c": {"b"}}


def test_what_lies_on_one_chain_was_not_lost() -> None:
    assert off_the_chain("0", "c", SEEN, {"a", "b", "c"}) == set()
    assert off_the_chain("0", "0", {}, set()) == set()


@pytest.mark.parametrize(
    ("seen", "last", "lost"),
    [
        ({"a": {"0"}, "b": {"0"}}, "b", {"a"}),  # b never saw a, and is there instead of it
        (SEEN, "b", {"c"}),  # what was written last is not there
        (SEEN, "0", {"a", "b", "c"}),  # the first value came back
        (SEEN, "x", {"a", "b", "c", "x"}),  # nobody wrote what is there
    ],
)
def test_what_was_overwritten_unseen_is_named(
    seen: dict[str, set[str]], last: str, lost: set[str]
) -> None:
    assert off_the_chain("0", last, seen, set(seen)) == lost


def test_what_may_have_been_written_can_be_left_out() -> None:
    assert off_the_chain("0", "c", {"a": {"0"}, "b": {"0", "a"}, "c": {"a", "b"}}, {"c"}) == set()
    assert off_the_chain("0", "c", {"a": {"0"}, "b": {"0"}, "c": {"0", "a", "b"}}, {"b"}) == set()


def test_thousands_of_writes_whose_answers_were_lost_are_checked_at_once() -> None:
    """Each may have replaced any of the twenty before it: trying all chains would never end."""
    chance, values = random.Random(7), ["0"]  # noqa: S311 the same seed, the same history
    seen: dict[str, set[str]] = {}
    sure = set()
    for number in range(2_000):
        new = f"v{number}"
        seen[new] = {*values[-20:]} if chance.random() < 0.5 else {values[-1]}
        sure |= {new} if chance.random() < 0.7 else set()
        values.append(new)

    assert off_the_chain("0", values[-1], seen, sure) == set()
    assert off_the_chain("0", values[-1], {**seen, "twice": {"v9"}}, {*sure, "twice"}) == {"twice"}
