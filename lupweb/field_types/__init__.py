"""The registry of field types: every module of this package is imported, a type is one file."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

from lupweb.errors import NotFound
from lupweb.field_types.base import FieldType
from lupweb.texts import _


def _registered() -> dict[str, type[FieldType]]:
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    types: dict[str, type[FieldType]] = {}
    for kind in _below(FieldType):
        if kind.key in types:
            raise RuntimeError(f"two field types are called {kind.key}")
        types[kind.key] = kind
    return types


def _below(kind: type[FieldType]) -> Iterator[type[FieldType]]:
    """Yield the types that are there to be used: those with a key of their own."""
    for each in kind.__subclasses__():
        if "key" in vars(each):
            yield each
        yield from _below(each)


FIELD_TYPES = _registered()


def field_type(key: str, options: Mapping[str, Any] | None = None) -> FieldType:
    """Return the field type of this key, with one field's options.

    :raises NotFound: if there is no such type
    """
    if key not in FIELD_TYPES:
        raise NotFound(_("There is no field type “%(key)s”.", key=key))
    return FIELD_TYPES[key](options or {})
