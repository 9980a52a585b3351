"""A site whose diagnosis is asked, and whose buttons are pressed, as an administrator does."""

from flask import Flask

from lupweb.database import db
from lupweb.people.queries import get_person
from lupweb.runs.models import Run
from lupweb.runs.states import RunState
from lupweb.sync.service import perform
from tests.browsing import Browser
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory

PAGE = "/admin/diagnosis"


class Site:
    """A site with its directory, looked at by an administrator who presses buttons."""

    def __init__(self, app: Flask, directory: FakeDirectory, browser: Browser) -> None:
        self.app = app
        self.directory = directory
        self.browser = browser

    def check(self, person: str, field: str) -> str:
        """Press “Check”; return the reason."""
        self.browser.get(PAGE, person=person, field=field)
        self.browser.post(PAGE, person=person, field=field)
        assert self.browser.response.status_code == 200
        verdict = self.browser.page.select_one(".verdict")
        assert verdict
        return verdict.get_text().rpartition("Reason:")[2].strip()

    def press(self, act: str) -> str:
        """Press a button of the verdict; return what was said."""
        form = next(
            each
            for each in self.browser.page.select(".verdict form")
            if each.select_one(f"button[value={act}]")
        )
        sent = {str(each["name"]): str(each["value"]) for each in form.select("input[name]")}
        self.browser.post(str(form["action"]), **{**sent, "act": act})
        if self.browser.response.status_code == 422:
            note = self.browser.page.select_one(".note--bad[role=alert]")
        else:
            assert self.browser.response.status_code == 303
            self.browser.get(self.browser.response.location)
            note = self.browser.page.select_one(".notes .note")
        assert note
        return note.get_text()

    def link(self, text: str) -> str:
        """Return where a link of the verdict leads."""
        found = [each for each in self.browser.page.select(".verdict a") if text in each.get_text()]
        return str(found[0]["href"])

    def work(self) -> None:
        """Do the runs that wait."""
        with self.app.app_context():
            waiting = db.session.scalars(db.select(Run.id).where(Run.state == RunState.QUEUED))
            for number in list(waiting):
                perform(number, secret_key=SECRET_KEY, connect=self.directory.connect)

    def value(self, person: str, field: str) -> str:
        """Return what is stored."""
        with self.app.app_context():
            return str(get_person(person).document["values"].get(field, ""))
