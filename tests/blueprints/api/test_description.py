"""An outside program reads the description and calls every address by it: no answer breaks it."""

import os
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.accounts.tokens import Scope, make_token
from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.web import limits

EXAMPLES = 100 if os.environ.get("LUPWEB_THOROUGH") else 3
CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def shown(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> tuple[Flask, dict[str, str]]:
    """The application, and the token of an administrator who may call as often as they like."""
    monkeypatch.setattr(limits, "API_CALLS", "1000000 per minute")
    request.getfixturevalue("company")
    app: Flask = request.getfixturevalue("app")
    with app.app_context(), transaction():
        account = db.session.scalars(select(User.id).where(User.local_name == "admin")).one()
        owner = Viewer(account_id=account, role=Role.SYSTEM_ADMINISTRATOR)
        _number, text = make_token(owner, "test", list(Scope), 1)
    return app, {"Authorization": f"Bearer {text}"}


def test_no_call_breaks_what_is_described(shown: tuple[Flask, dict[str, str]]) -> None:
    app, headers = shown
    described = app.test_client().get("/api/v1/openapi.json", headers=headers).get_json()
    del described["security"]  # or it would show tokens of its own making
    called = set()
    for result in schemathesis.openapi.from_dict(described).get_all_operations():
        operation = result.ok()
        operation.app = app

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        )
        @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES]))
        def call(case: Any) -> None:
            answer = case.call(base_url="http://localhost/api/v1", headers=headers)
            case.validate_response(answer, checks=CHECKS)
            called.add((case.path, answer.status_code))

        call()
    assert {path for path, _status in called} == described["paths"].keys()
    assert {200, 404, 422} <= {status for _path, status in called}
