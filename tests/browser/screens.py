"""The screens on which every page is looked at: each width and each colour always, all four
together where everything is asked for."""

import pytest

WIDE_LIGHT, NARROW_DARK = (1280, "light"), (390, "dark")
SCREENS = [
    WIDE_LIGHT,
    NARROW_DARK,
    pytest.param(1280, "dark", marks=pytest.mark.thorough),
    pytest.param(390, "light", marks=pytest.mark.thorough),
]
