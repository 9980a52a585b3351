"""By which attribute a run tells entries apart, and what becomes of it where no server gives one.

An attribute that an administrator chose is a value like others: it may be changed, and given to
somebody else. Where the server gives no unique id of its own beside it, nothing is taken for
granted between two runs: each reads everything, and nothing is written there (sync.md section 1).
"""

from lupweb.database import db, transaction
from lupweb.directories.keys import shows_own_id
from lupweb.directories.models import Directory
from lupweb.errors import DirectoryRefused
from lupweb.ldap.entry import folded_name
from lupweb.ldap.session import Directory as LdapSession
from lupweb.sync.task import Task
from lupweb.texts import _


def settle_key(task: Task, session: LdapSession, attribute: str) -> None:
    """See that people are known by this attribute, and note it; nothing is noted by a dry run.

    One small question more, only where an administrator chose the attribute.

    :param attribute: what tells the entries apart now
    :raises DirectoryRefused: if those who are known were told apart by another one
    """
    facts = task.facts
    own = session.traits().own_id_attribute or ""
    is_chosen = bool(facts.server.id_attribute)
    before = facts.keyed_by or (own if is_chosen else attribute)
    if not task.is_first and folded_name(before) != folded_name(attribute):
        raise DirectoryRefused(
            _(
                "The people of this directory are known by their %(before)s, and now would be told"
                " apart by %(now)s: everybody would be somebody else. Nothing was changed. An"
                " assistant in the settings of the directory changes this attribute, and keeps"
                " who is who.",
                before=before or "–",
                now=attribute,
            )
        )
    is_value = is_chosen and not shows_own_id(session, facts)
    task.standing.is_keyed_by_value = is_value
    is_known = (facts.keyed_by, facts.is_keyed_by_value) == (attribute, is_value)
    if task.dry_run or is_known:
        return
    with transaction():
        task.lease.heartbeat()
        directory = db.session.get_one(Directory, facts.id)
        directory.keyed_by, directory.is_keyed_by_value = attribute, is_value
