"""search."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE = (
    "CREATE VIRTUAL TABLE search_public USING fts5"
    " (words, tokenize = 'ascii', prefix = '2 3', detail = none, columnsize = 0)",
    "CREATE VIRTUAL TABLE search_number USING fts5 (numbers, tokenize = 'trigram', columnsize = 0)",
    "CREATE VIRTUAL TABLE search_scoped USING fts5"
    " (words, tokenize = \"ascii tokenchars ':#'\", detail = none, columnsize = 0)",
    # Many small pieces are merged at once, not a few at a time: a quarter of a first load's work.
    "INSERT INTO search_public (search_public, rank) VALUES ('automerge', 0)",
    "INSERT INTO search_number (search_number, rank) VALUES ('automerge', 0)",
    "INSERT INTO search_scoped (search_scoped, rank) VALUES ('automerge', 0)",
)
POSTGRESQL = (
    "CREATE TABLE search_public (id integer PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX ix_search_public_words ON search_public USING gin (words)"
    " WITH (gin_pending_list_limit = 256)",
    "CREATE TABLE search_scoped (id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX ix_search_scoped_words ON search_scoped USING gin (words)"
    " WITH (gin_pending_list_limit = 256)",
)


def upgrade() -> None:
    """Bring a database of the version before to this one; the words are written afterwards."""
    op.drop_table("search_text")
    op.create_table(
        "search_name",
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("form", "word", name=op.f("pk_search_name")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_state")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take this step back."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("search_public", "search_scoped", *(("search_number",) if is_sqlite else ())):
        op.execute(sa.text(f"DROP TABLE {table}"))
    op.drop_table("search_state")
    op.drop_table("search_name")
    op.create_table(
        "search_text",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_search_text_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "scope", name=op.f("pk_search_text")),
    )
