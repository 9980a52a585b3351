"""Values that people entered and that are to be saved to a directory."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lupweb.database import Document, Model, UtcDateTime
from lupweb.outbox.states import OPEN, OutboxState

_IS_OPEN = text(f"state IN ({', '.join(repr(str(each)) for each in OPEN)})")


class OutboxMessage(Model):
    """One value of one person on its way to the directory that supplies the person.

    `old_value` and `new_value` are values as documents store them: what was confirmed when the
    person began, and what was entered; `expected` and `desired` are the same as the directory holds
    them, each value in base64. The first `old_value` and `expected` stay while a message is open,
    whatever is entered meanwhile. A picture has no field: `field_key` is "@picture", and its values
    are hashes. `found_value` is what the directory held instead, where that is a conflict.

    `settled_at` is since when it stands as it does, unless it is on its way.

    `base_stamp` is the entry's change stamp as it was read last. A lease of `lease_token` is good
    until `lease_until`. `created_by` is as in `History.actor`. `last_code` is the result code of
    RFC 4511, 0 for none; `last_info` the server's own words, cleaned. With `maybe_applied` the
    value may have been in the directory for a moment.

    `in_flight` holds what was sent by messages that this one supersedes, and whose answer nobody
    knows: each the `value` and its `desired`; the directory may hold one of them instead of
    `expected`. `is_unsure`: the same of this message itself. `server` is the address of the server
    that answered last.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "uq_outbox_person_id_field_key_open",
            "person_id",
            "field_key",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_outbox_state_not_before", "state", "not_before"),
        Index("ix_outbox_directory_id_unique_id", "directory_id", "unique_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    directory_id: Mapped[int] = mapped_column(ForeignKey("directory.id", ondelete="CASCADE"))
    unique_id: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    field_id: Mapped[int | None] = mapped_column(
        ForeignKey("profile_field.id", ondelete="SET NULL"), index=True
    )
    field_key: Mapped[str]
    attribute: Mapped[str]
    old_value: Mapped[str] = mapped_column(default="")
    new_value: Mapped[str] = mapped_column(default="")
    found_value: Mapped[str] = mapped_column(default="")
    expected: Mapped[list[str]] = mapped_column(Document, default=list)
    desired: Mapped[list[str]] = mapped_column(Document, default=list)
    base_stamp: Mapped[str] = mapped_column(default="")
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_token: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_code: Mapped[int] = mapped_column(default=0)
    last_info: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    maybe_applied: Mapped[bool] = mapped_column(default=False)
    superseded_by: Mapped[int | None]
    in_flight: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    is_unsure: Mapped[bool] = mapped_column(default=False)
    server: Mapped[str] = mapped_column(default="")
