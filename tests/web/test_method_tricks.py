"""Other methods, other spellings of an address: the same rights as the plain one (B32)."""

from collections.abc import Callable

from tests.blueprints.conftest import CANARY, as_admin, as_person, company
from tests.browsing import Browser

__all__ = ["as_admin", "as_person", "company"]

CLOSED = {"/people", "/people/ben", "/people/export.csv", "/admin/fields", "/people/ben/edit"}
REFUSED = {400, 403, 404, 405}
METHODS = ("PATCH", "PUT", "DELETE", "TRACE", "PROPFIND", "GETS")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
SPELLINGS = [
    "/admin/fields/", "//admin/fields", "/./admin/fields", "/people/../admin/fields",
    "/people/%2e%2e/admin/fields", "/people/%252e%252e/admin/fields", "/people/..%2fadmin/fields",
    "/people/..%252fadmin%252ffields", "/ADMIN/fields", "/admin%2ffields", "/admin/fields%00",
    "/admin/fields;x=1", "/admin/fields/index", "/admin\\fields", "/static/..%2fadmin/fields",
]  # fmt: skip
OF_BEN = [
    "/people/ben/", "/people/%62en", "/people/BEN", "/people/ben%20", "/people/./ben",
    "/people/x/%2e%2e/ben", "/people/ben%2f", "/people/ben%00", "/people/id:2", "/people/id:02",
    "/people/ben/history", "/people/ben/history/", "/people/ben%2fhistory",
]  # fmt: skip


def test_b32_a_method_that_an_address_does_not_know_does_nothing(
    as_person: Callable[[str], Browser],
) -> None:
    client = as_person("ada").client
    for path in sorted(CLOSED):
        for method in METHODS:
            answer = client.open(path, method=method)

            assert answer.status_code in REFUSED, (method, path)
            assert b"Ben" not in answer.data


def test_b32_head_and_options_tell_strangers_nothing(
    company: object, browser: Callable[[], Browser]
) -> None:
    client = browser().client
    for path in sorted(CLOSED):
        head, options = client.head(path), client.options(path)

        assert (head.status_code, head.data) == (302, b""), path
        assert options.status_code in {302, 401, 405}, path
        assert b"Ben" not in options.data


def test_b32_no_header_and_no_input_makes_another_method_of_a_request(
    as_admin: Callable[[], Browser],
) -> None:
    admin = as_admin()
    page = admin.get("/admin/fields/emergency/delete")
    token = str(page.select_one("input[name=csrf_token]")["value"])  # type: ignore[index]

    path = "/admin/fields/emergency/delete"
    for header in OVERRIDES:
        for method in ("POST", "DELETE"):
            sent = {header: method, "X-CSRFToken": token}
            assert admin.client.get(f"{path}?_method={method}", headers=sent).status_code == 200
        answer = admin.client.post("/people", data={"csrf_token": token}, headers={header: "GET"})
        assert answer.status_code == 405

    assert "Emergency contact" in admin.get("/admin/fields").get_text()


def test_b32_no_spelling_of_an_address_opens_the_administration(
    as_person: Callable[[str], Browser],
) -> None:
    client = as_person("ada").client
    for path in SPELLINGS:
        answer = client.get(path, follow_redirects=True)

        assert answer.status_code in REFUSED, path
        assert b"Profile editor" not in answer.data


def test_b32_no_spelling_of_an_address_shows_what_the_plain_one_keeps(
    as_person: Callable[[str], Browser],
) -> None:
    client = as_person("ada").client
    for path in OF_BEN:
        answer = client.get(path, follow_redirects=True)

        assert answer.status_code in {200, *REFUSED}, path
        assert CANARY.encode() not in answer.data
        assert "history" not in path or answer.status_code != 200, path
