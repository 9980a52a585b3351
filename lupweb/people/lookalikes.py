"""Names that look the same and are not: case, blanks, letters of other scripts (B27). Pure."""

import unicodedata
from collections import Counter
from collections.abc import Mapping

CONFUSABLE = str.maketrans(
    "авгеёзикмнорстухѕіїјһԁԛԝүӏαβγεζηικμνορστυχωı01|l",
    "abree3ukmhopctyxsiijhdqwyiabyeznikmvopotuxwioiii",
)
"""Folded letters that are drawn like a Latin one: the usual of Unicode TS 39."""


def skeleton(name: str) -> str:
    """Return what two names have in common that people cannot tell apart."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    seen = "".join(sign for sign in folded if unicodedata.category(sign) not in ("Mn", "Cf", "Cc"))
    return "".join(seen.translate(CONFUSABLE).split())


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names, each with its key behind it where another one looks the same.

    :param names: key -> name
    """
    alike = Counter(map(skeleton, names.values()))
    return {
        key: f"{name} [{key}]" if alike[skeleton(name)] > 1 else name for key, name in names.items()
    }
