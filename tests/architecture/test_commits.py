"""One place commits."""

from tests.architecture.source import calls, modules, place


def test_only_the_database_module_commits() -> None:
    commits = [
        place(module, call)
        for module in modules("lupweb")
        if module != "lupweb/database.py"
        for call in calls(module, "commit")
    ]

    assert commits == []
