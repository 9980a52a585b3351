"""What directory servers say of themselves, for a support request."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from lupweb.diagnosis.asking import Contact, failed
from lupweb.diagnosis.together import together
from lupweb.directories.connect import AskedInTransaction, Connect
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import LupwebError
from lupweb.ldap.server import ServerTraits


def server_facts(
    directories: Mapping[str, DirectoryFacts],
    attributes: Sequence[str],
    connect: Connect,
    limit_s: float,
) -> dict[str, dict[str, Any]]:
    """Return what each server says it is, by the key of its directory; outside transactions.

    :param attributes: those that are read, of which it is told whether the server knows them
    """
    asks = {
        key: partial(_facts, facts, attributes, connect, limit_s)
        for key, facts in directories.items()
    }
    silent: dict[str, Any] = {"contact": str(Contact.UNREACHABLE)}
    return {**dict.fromkeys(directories, silent), **together(asks, limit_s)}


def _facts(
    facts: DirectoryFacts, attributes: Sequence[str], connect: Connect, limit_s: float
) -> dict[str, Any]:
    server = replace(facts.server, network_timeout_s=limit_s, timeout_s=limit_s)
    try:
        with connect(server) as session:
            session.bind(facts.bind_dn, facts.password)
            return _traits(session.traits(), attributes)
    except (LupwebError, AskedInTransaction) as error:
        return {"contact": str(failed(error).contact)}


def _traits(traits: ServerTraits, attributes: Sequence[str]) -> dict[str, Any]:
    schema = traits.schema
    return {
        "contact": str(Contact.ANSWERS),
        "vendor": traits.vendor,
        "naming_contexts": list(traits.naming_contexts),
        "controls": sorted(traits.controls),
        "extensions": sorted(traits.extensions),
        "unique_id_attribute": traits.unique_id_attribute,
        "stamp_attribute": traits.stamp_attribute,
        "schema_is_readable": schema.is_readable,
        "schema_attributes": len(schema.attributes),
        "mapped_attributes": {
            name: {"known": schema.knows(name), "single_valued": schema.is_single_valued(name)}
            for name in attributes
        },
    }
