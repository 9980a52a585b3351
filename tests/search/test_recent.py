"""What was made of late is kept, and not more than was said."""

from lupweb.search.recent import Recent


def test_a_thing_is_made_once_for_each_key() -> None:
    recent: Recent[str] = Recent(2)
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        return name

    for name in ("a", "a", "b", "a", "c", "a", "b"):
        assert recent.get(name, lambda name=name: make(name)) == name  # type: ignore[misc]

    assert made == ["a", "b", "c", "b"]
    assert len(recent) == 2


def test_what_nobody_can_name_is_made_anew() -> None:
    recent: Recent[object] = Recent(2)

    assert recent.get(None, object) is not recent.get(None, object)
    assert len(recent) == 0


def test_large_things_count_for_what_they_hold() -> None:
    recent: Recent[str] = Recent(5, len)

    for thing in ("aa", "bb", "c", "ddd", "c"):
        recent.get(thing, lambda thing=thing: thing)  # type: ignore[misc]

    made: list[str] = []
    for thing in ("c", "ddd", "aa"):
        recent.get(thing, lambda thing=thing: made.append(thing) or thing)  # type: ignore[misc,func-returns-value]
    assert made == ["aa"]
    assert recent.get("a whole sentence", lambda: "a whole sentence") == "a whole sentence"
    assert len(recent) == 1
