"""A transaction is opened by a way in, and by the few services that ask a directory between two."""

from tests.architecture.source import calls, modules, place

WAYS_IN = ("lupweb/blueprints/", "lupweb/jobs/", "lupweb/cli/", "lupweb/bench/")
RUNS = ("lupweb/sync/", "lupweb/sources/", "lupweb/undo/", "lupweb/purging/")
"""Runs last minutes, ask others between two writes, and commit block by block."""
SERVICES = {
    "lupweb/accounts/service.py",  # sign_in: a failed attempt is stored although an error rises
    "lupweb/demo/fill.py",  # the domain functions that it calls open none
    "lupweb/notices/telling.py",  # notes what it tells before a mail server is asked
    "lupweb/web/sessions.py",
    "lupweb/writeback/service.py",
}


def test_the_domain_opens_no_transaction_but_where_it_asks_a_directory_between_two() -> None:
    opened = [
        place(module, call)
        for module in modules("lupweb")
        if not module.startswith((*WAYS_IN, *RUNS)) and module not in SERVICES
        for call in calls(module, "transaction")
    ]

    assert opened == []
