"""A transaction is opened by a way in, and by the few services that ask a directory between two."""

from tests.architecture.source import calls, modules, place

WAYS_IN = ("lupweb/blueprints/", "lupweb/jobs/", "lupweb/cli/", "lupweb/bench/")
SERVICES = {
    "lupweb/accounts/service.py",  # sign_in: a failed attempt is stored although an error rises
    "lupweb/demo/fill.py",  # the domain functions that it calls open none
    "lupweb/sync/fetched_pictures.py",  # asks a web server, block by block
    "lupweb/sync/service.py",
    "lupweb/sync/apply.py",  # this and the next four: phases of the service's run,
    "lupweb/sync/groups.py",  # which lasts minutes and commits block by block
    "lupweb/sync/links.py",
    "lupweb/sync/phases.py",
    "lupweb/sync/pictures.py",
    "lupweb/sync/reading.py",
    "lupweb/sync/refresh.py",  # reads one person when the edit form opens, and stores that
    "lupweb/web/sessions.py",
    "lupweb/writeback/service.py",
}


def test_the_domain_opens_no_transaction_but_where_it_asks_a_directory_between_two() -> None:
    opened = [
        place(module, call)
        for module in modules("lupweb")
        if not module.startswith(WAYS_IN) and module not in SERVICES
        for call in calls(module, "transaction")
    ]

    assert opened == []
