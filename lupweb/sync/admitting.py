"""Somebody signs in for the first time at a directory whose people are not read in advance."""

from lupweb import clock
from lupweb.database import end_reading
from lupweb.directories.connect import Connect
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import NotFound
from lupweb.ldap.by_id import id_filter
from lupweb.ldap.filters import all_of, given
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from lupweb.sync.apply import Unfenced, Writer
from lupweb.sync.delivered import Surroundings, delivered
from lupweb.sync.known import Here, stored_values
from lupweb.sync.plan import compare, plan
from lupweb.sync.preparing import computing, mapped_fields, naming_of
from lupweb.texts import _


def admit(facts: DirectoryFacts, unique_id: str, connect: Connect) -> None:
    """Make the person of one entry, or tie the entry to the person it belongs to.

    Asks the directory; call it outside a transaction.

    :raises NotFound: if the entry is no longer there
    :raises InvalidValue: if it has no login
    """
    chosen = options()
    layout = load_layout(chosen["phone_region"])
    end_reading()
    with connect(facts.server) as session:
        session.bind(facts.bind_dn, facts.password)
        fields, _complaints = mapped_fields(layout, session.traits(), facts.key)
        naming = naming_of(facts, session.traits(), chosen.get("match_people_by", "login"))
        wanted = naming.attributes() + [each.attribute for each in fields]
        found = session.search(
            facts.user_base_dn,
            all_of(given(facts.user_filter), id_filter(naming.unique_id, unique_id)),
            wanted,
            limit=1,
        )
    if not found:
        raise NotFound(_("The entry is no longer in the directory."))
    here = Here(facts.id, facts.position, 0)
    said = delivered(found[0], unique_id, Surroundings(naming, fields, clock.now()))
    known = here.known_people([unique_id]) or here.known_elsewhere({unique_id: said.match})
    compute = computing(layout)
    planned = plan(said, known.get(unique_id), naming, compute)
    if planned.known:
        values = stored_values([planned.person_id])[planned.person_id]
        compare(planned, fields, values, compute)
    end_reading()
    Writer(None, facts.id, facts.key, layout, Unfenced()).write([planned])
