"""The screens on which every page is looked at: each width and each colour always, all four
together where everything is asked for."""

import pytest


def thorough(*values: object) -> object:
    """Return a parameter that is tried where everything is asked for."""
    return pytest.param(*values, marks=pytest.mark.thorough)


WIDE_LIGHT, NARROW_DARK = (1280, "light"), (390, "dark")
NARROW_FIRST = [
    NARROW_DARK,
    *(thorough(*each) for each in (WIDE_LIGHT, (1280, "dark"), (390, "light"))),
]
"""For pages made of the same parts as others that are looked at on every screen."""
SCREENS = [
    WIDE_LIGHT,
    NARROW_DARK,
    thorough(1280, "dark"),
    thorough(390, "light"),
]
