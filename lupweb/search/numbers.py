"""The telephone numbers in a value, as digits. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from phonenumbers import PhoneMetadata, country_code_for_region

from lupweb.search.words import digits_of

FEWEST_STORED = 5
_nothing_but_a_number = re.compile(r"[+(]?[\d\s()./+\-]{5,60}")


def numbers_in(text: str, region: str | None) -> Iterator[str]:
    """Yield the digits by any four of which `text` is found; nothing if it is no number.

    A telephone number of the country is given as it is dialled from abroad as well.

    :param region: ISO 3166 code of telephone numbers; None: the text is of another type
    """
    if region is None and not _nothing_but_a_number.fullmatch(text):
        return
    digits = digits_of(text)
    if len(digits) < FEWEST_STORED:
        return
    yield digits
    if region and not text.lstrip().startswith(("+", "00")):
        code, trunk = _dialling(region)
        if code:
            yield code + digits.removeprefix(trunk)


@cache
def _dialling(region: str) -> tuple[str, str]:
    """Return the code of a country, and what its numbers begin with inside it; "" if unknown.

    Asked once for each country: reading whole numbers would cost more than all else of the index.
    """
    code = country_code_for_region(region)
    known = PhoneMetadata.metadata_for_region(region, None) if code else None
    return (str(code) if code else "", (known.national_prefix or "") if known else "")
