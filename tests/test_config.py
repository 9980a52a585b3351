"""Settings: where they come from, and what is refused before anything starts."""

from pathlib import Path

import pytest

from lupweb.config import Settings, described, load_settings
from lupweb.errors import InvalidSetting


def loaded(tmp_path: Path, file: str = "", **environ: str) -> Settings:
    if file:
        (tmp_path / "config.toml").write_text(file, encoding="utf-8")
    named = {f"LUPWEB_{name}": value for name, value in environ.items()}
    return load_settings({"LUPWEB_INSTANCE": str(tmp_path), **named})


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    settings = loaded(tmp_path, 'LOG_LEVEL = "debug"\nREAD_ONLY = true', LOG_LEVEL="error")

    assert settings.log_level == "error"
    assert settings.read_only is True


def test_the_secret_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    first = loaded(tmp_path)
    again = loaded(tmp_path)

    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SECRET_KEY": "dev"}, "too short"),
        ({"READ_ONLY": "perhaps"}, "Write true or false"),
        ({"LOG_LEVEL": "loud"}, "It may be debug, error, info, warning"),
        ({"LOG_FORMAT": "xml"}, "It may be console, json"),
    ],
)
def test_b102_a_setting_that_cannot_work_is_refused_in_words(
    tmp_path: Path, environ: dict[str, str], sentence: str
) -> None:
    with pytest.raises(InvalidSetting, match=sentence):
        loaded(tmp_path, **environ)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [("COLOUR = 'red'", "unknown setting COLOUR"), ("READ_ONLY = ", "cannot be read")],
)
def test_a_file_with_a_mistake_is_refused_in_words(
    tmp_path: Path, file: str, sentence: str
) -> None:
    with pytest.raises(InvalidSetting, match=sentence):
        loaded(tmp_path, file)


def test_secrets_are_not_listed(tmp_path: Path) -> None:
    settings = loaded(tmp_path, DATABASE_URL="postgresql://me:canary@db/people")

    listed = {row["name"]: row["value"] for row in described(settings)}

    assert listed["SECRET_KEY"] == listed["DATABASE_URL"] == "set"
    assert "canary" not in str(listed)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_plain_postgresql_url_is_understood(tmp_path: Path, scheme: str) -> None:
    settings = loaded(tmp_path, DATABASE_URL=f"{scheme}://db/people")

    assert settings.database == "postgresql+psycopg://db/people"


def test_the_site_answers_to_its_own_address_and_to_this_machine(tmp_path: Path) -> None:
    settings = loaded(tmp_path, BASE_URL="https://people.example.com/")

    assert settings.hosts == ("people.example.com", "localhost", "127.0.0.1", "[::1]")
    assert settings.is_secure
    assert loaded(tmp_path, TRUSTED_HOSTS="a.example, b.example").hosts[:2] == (
        "a.example",
        "b.example",
    )


def test_b102_the_instance_folder_is_its_owner_s_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    loaded(tmp_path)

    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_an_instance_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InvalidSetting, match="LUPWEB_INSTANCE"):
        load_settings({"LUPWEB_INSTANCE": str(tmp_path / "file" / "below")})


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"DATABASE_URL": "mysql://me:canary@x"}, "no address of SQLite or PostgreSQL"),
        ({"DATABASE_URL": "nonsense"}, "no address of SQLite or PostgreSQL"),
        ({"BASE_URL": "people.example.com"}, "begins with https://"),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(
    tmp_path: Path, environ: dict[str, str], sentence: str
) -> None:
    with pytest.raises(InvalidSetting, match=sentence) as refused:
        loaded(tmp_path, **environ)

    assert "canary" not in str(refused.value)
