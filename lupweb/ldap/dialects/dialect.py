"""What an administrator need not type for a usual server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """The defaults of one kind of directory server. They fill a form; behaviour is never theirs.

    What a server can do is asked of the server itself (`lupweb.ldap.server.ServerTraits`).
    """

    user_filter: str
    group_filter: str
    login_attribute: str
    name_attribute: str
    email_attribute: str
    picture_attribute: str
    member_attribute: str
    """Where a group lists its members."""
    page_size: int
    """How many entries are asked for at once."""
