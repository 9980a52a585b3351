"""What a database says of a search. Pure."""

from collections.abc import Sequence
from typing import NamedTuple


class Answer(NamedTuple):
    """What a search asks first of all.

    :param found: whom everybody may find by each query
    :param scoped: who is found by each word in some restricted fields
    :param own: the words of somebody's restricted fields, without the fields' ids
    """

    found: Sequence[list[int]]
    scoped: Sequence[list[int]] = ()
    own: Sequence[str] = ()
