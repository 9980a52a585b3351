"""What the bench of pages starts: signed-in browsers, and the bare page under our web server."""

import threading
import time
from http.client import HTTPConnection

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.accounts.models import User
from lupweb.bench import serving
from lupweb.bench.serving import a_browser, bare_page, web_processes
from lupweb.database import db, transaction
from lupweb.embedded.slapd import HOST
from tests.factories import a_local_person

STARTED_WITHIN_S = 20


def test_a_signed_in_browser_is_let_in(in_app: Flask) -> None:
    person_id = a_local_person("ines")
    with transaction():
        db.session.add(User(person_id=person_id))
    account = db.session.scalars(select(User.id)).one()
    cookie = a_browser(in_app, account)

    answer = in_app.test_client(use_cookies=False).get("/people", headers={"Cookie": cookie})

    assert answer.status_code == 200


@pytest.mark.thorough
def test_f2_is_served_by_our_own_web_server() -> None:
    with bare_page() as port:
        caller = HTTPConnection(HOST, port, timeout=10)
        caller.request("GET", "/")
        said = caller.getresponse().read()
        caller.close()

        assert said == b"hello"
        deadline = time.monotonic() + STARTED_WITHIN_S
        while len(web_processes(port)) < serving.WORKERS and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        assert len(web_processes(port)) == serving.WORKERS
    assert web_processes(port) == []


def test_p9_and_p10_are_reported_and_fail_nothing() -> None:
    for target in (serving.P9, serving.P10):
        assert target.at_least
        assert not target.is_required
