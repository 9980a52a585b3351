"""What administrators must know of the machine that lupweb runs on."""

import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lupweb.tables import is_of_other_version
from lupweb.texts import Text, _

LEAST_FREE = 200 * 1024 * 1024
"""Bytes. A run at a hundred thousand people writes as much, its journal included."""


class MachineTroubleKind(StrEnum):
    """What is the matter."""

    DISK = "disk"
    VERSION = "version"


@dataclass(frozen=True)
class MachineTrouble:
    """Something that somebody has to look at.

    :param directory_key: name of the machine, in the place of a directory
    """

    kind: MachineTroubleKind
    directory_key: str
    text: Text


def machine_troubles(folder: Path) -> Sequence[MachineTrouble]:
    """Return what is the matter here; one query.

    :param folder: where this installation keeps its files
    """
    found = [(MachineTroubleKind.VERSION, _version()), (MachineTroubleKind.DISK, _disk(folder))]
    return [MachineTrouble(kind, socket.gethostname(), text) for kind, text in found if text]


def _version() -> Text | None:
    if not is_of_other_version():
        return None
    return _(
        "The database is of another version than this process, which stores nothing. Run “lupweb"
        " upgrade”, and start all processes again. What waits stays where it is."
    )


def _disk(folder: Path) -> Text | None:
    """Return that there is little room (faults.md X28), if that is so."""
    free = shutil.disk_usage(folder).free
    if free >= LEAST_FREE:
        return None
    return _(
        "There is little room left: %(free)s MB at %(folder)s. When it is used up nothing can be"
        " stored, and nothing that is stored gets lost. Make room there.",
        free=free // 1_000_000,
        folder=str(folder),
    )
