"""An address of a picture leads to the server that an administrator wrote, whoever it is of."""

import pytest

from lupweb.profiles.picture_address import address_of, fault_of, keys_of

TEMPLATE = "https://photos.example.com/{login}.jpg"


@pytest.mark.parametrize(
    "template",
    [
        TEMPLATE,
        "http://127.0.0.1:8080/a/{login}?size=512&of={email}",
        "https://[::1]/{login}",
        "https://photos.example.com?of={login}",
    ],
)
def test_a_template_may_have_values_in_its_path_and_query(template: str) -> None:
    assert fault_of(template) is None


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert(1)", "ftp://example.com/{login}", "file:///{login}", "//example.com/x",
        "https://{login}/x", "https://{login}.example.com/", "https://example.com{login}/x",
        "https://example.com:{login}/x", "https://u:p@example.com/{login}",
        "https://{login}@example.com/", "https:///x", "https://", "https://example.com:0/x",
        "https://example.com:99999/x", "https://example.com\\@evil.example/{login}",
        "https://example.com/{login", "https://example.com/login}", "https://example.com/{{login}}",
        "https://example.com/a b", "https://example.com/{login}#x", "https://example.com/\n{login}",
        "https://bücher.example.com/{login}", "https://-x/", "https://example.com%2f.evil/",
    ],
)  # fmt: skip
def test_a_template_that_could_lead_anywhere_else_is_refused(template: str) -> None:
    assert fault_of(template) is not None


def test_values_are_written_so_that_they_stay_at_their_place() -> None:
    found = address_of(
        "https://x.example.com/{room}/{login}.jpg?of={email}",
        {"room": "A/1?b#c", "login": "ada&x=1", "email": "ada@example.com"},
    )

    assert found == "https://x.example.com/A%2F1%3Fb%23c/ada%26x%3D1.jpg?of=ada%40example.com"


@pytest.mark.parametrize(
    "value",
    ["", ".", "..", "../x", "a/../../x", "a\\..\\x", "%2e%2e/x", "a\nb", "a\0b", "x" * 201],
)
def test_a_value_that_would_climb_or_break_a_line_has_no_address(value: str) -> None:
    assert address_of(TEMPLATE, {"login": value}) == ""


def test_a_value_that_is_not_there_has_no_address() -> None:
    assert keys_of("https://x/{a}{b}?{a}") == ("a", "b")
    assert address_of("https://x/{a}{b}", {"a": "1"}) == ""
