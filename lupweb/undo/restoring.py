"""Write people as they were: values, names, state, and that their entries are to be read again."""

from collections.abc import Mapping, Sequence

from sqlalchemy import update

from lupweb import clock
from lupweb.accounts.sessions import close_sessions_of_people
from lupweb.audit.service import Change, record
from lupweb.database import compact_json, db
from lupweb.directories.models import Identity
from lupweb.directories.offers import keep, offers_of, supplied, with_value
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN, PersonState
from lupweb.profiles.document import (
    as_json,
    content_hash,
    origin_of_value,
    values_of,
    with_values,
)
from lupweb.profiles.layout import Layout
from lupweb.profiles.picture_past import PICTURE
from lupweb.profiles.pictures import put_back
from lupweb.profiles.references import naming_fields, references_of
from lupweb.profiles.service import PersonRow, update_people
from lupweb.runs.undone import UNDO
from lupweb.sync.delivered import folded_words
from lupweb.sync.group_marks import forget_groups_of
from lupweb.sync.noting import GROUP
from lupweb.undo.before import LISTED, STATE, Putting

People = Mapping[int, Person]
Now = Mapping[int, Mapping[str, str]]
"""Person -> what `before.current` says of them."""


class Restorer:
    """Puts people back, for one undo; every method is called inside a transaction.

    :param directory_id: whose entries the people have; None where the run read no directory
    :param asks_again: whether the next run takes the pictures that are taken back, if they are
        still there; its plan is looked at then
    """

    def __init__(
        self, undo_id: int, layout: Layout, directory_id: int | None, *, asks_again: bool = True
    ) -> None:
        self._asks_again = asks_again
        self._undo_id, self._layout, self._directory_id = undo_id, layout, directory_id
        self._naming = naming_fields(layout)

    def restore(self, plans: Sequence[Putting], people: People, now: Now) -> None:
        """Store the values and pictures of before, and note each change; groups are there again."""
        changes = [
            Change(each.person_id, key, now[each.person_id].get(key, ""), old)
            for each in plans
            for key, old in each.back.items()
        ]
        self._tie(plans, people)
        suppliers = self._resupply(plans)
        pictures = {each.person_id: each.back[PICTURE] for each in plans if PICTURE in each.back}
        put_back(pictures, asks_again=self._asks_again)
        rows = [
            self._row(each, people[each.person_id], suppliers.get(each.person_id, {}))
            for each in plans
            if _is_of_row(each)
        ]
        update_people(rows)
        record(changes, source=UNDO, run_id=self._undo_id, at=clock.now())
        leaving = [each.person_id for each in plans if each.state and each.state not in SHOWN]
        close_sessions_of_people(leaving)

    def forget_stamps(self, person_ids: Sequence[int]) -> None:
        """Let the next run find that the entries of these people differ, and read the groups."""
        if self._directory_id is not None:
            self._update(person_ids, stamp="")
            forget_groups_of(self._directory_id)

    def _tie(self, plans: Sequence[Putting], people: People) -> None:
        """Let entries be gone, or present, as their people are again."""
        if self._directory_id is None:
            return
        hidden = [each.person_id for each in plans if each.state is PersonState.MISSING]
        shown = [
            each.person_id
            for each in plans
            if each.state not in {None, PersonState.MISSING}
            and people[each.person_id].state is PersonState.MISSING
        ]
        active = [each.person_id for each in plans if each.state is PersonState.ACTIVE]
        self._update(hidden, is_gone=True)
        self._update(shown, is_gone=False)
        self._update(active, disabled_reason="")

    def _update(self, person_ids: Sequence[int], **values: object) -> None:
        if person_ids:
            db.session.execute(
                update(Identity)
                .where(
                    Identity.directory_id == self._directory_id,
                    Identity.person_id.in_(person_ids),
                )
                .values(**values)
            )

    def _resupply(self, plans: Sequence[Putting]) -> dict[int, dict[str, str]]:
        """Let entries say of fields that fall through what makes the values of before count again.

        :returns: person -> field key -> key of the directory that supplies the value then
        """
        falling = self._layout.falling()
        theirs = {each.person_id: each.back for each in plans if falling.keys() & each.back.keys()}
        if not theirs or self._directory_id is None:
            return {}
        suppliers: dict[int, dict[str, str]] = {}
        said = []
        for person_id, found in offers_of(theirs).items():
            own = next((each for each in found if each.directory_id == self._directory_id), None)
            if own is None:
                continue
            others = [each for each in found if each.directory_id != self._directory_id]
            values, suppliers[person_id] = own.values, {}
            for key in falling.keys() & theirs[person_id].keys():
                old = theirs[person_id][key]
                other, directory = supplied(others, key, falling[key])
                is_others = bool(old) and other == old
                values = with_value(values, key, "" if is_others else old)
                suppliers[person_id][key] = directory if is_others else own.directory
            said.append((own.unique_id, values))
        keep(said, self._directory_id)
        return suppliers

    def _row(self, plan: Putting, person: Person, suppliers: Mapping[str, str]) -> PersonRow:
        document, provenance = person.document, person.provenance
        back = {key: old for key, old in plan.back.items() if key[0] != "@"}
        said = {"run": str(self._undo_id), "at": clock.now().isoformat()}
        for key, old in back.items():
            origin = {**origin_of_value(provenance, key), **said}
            if key in suppliers:
                origin["directory"] = suppliers[key]
            document, provenance = with_values(document, provenance, {key: old}, origin)
        login, name = plan.back.get("@login", person.login), plan.back.get("@name", person.name)
        sort_name, email = _sorted(person, name), plan.back.get("@email", person.email)
        values = values_of(document)
        stored = as_json(values)
        return PersonRow(
            id=person.id,
            login=login,
            login_folded=fold_login(login),
            name=name,
            sort_name=sort_name,
            email=email,
            state=PersonState(plan.back.get(STATE, person.state)),
            is_listed=plan.back.get(LISTED, str(person.is_listed)) == str(True),
            values=values,
            document=stored,
            provenance=compact_json(provenance),
            content_hash=content_hash(stored, login, name, sort_name, email),
            references=references_of(self._naming, back),
        )


def _is_of_row(plan: Putting) -> bool:
    """Return whether something is put back that stands in the row of the person."""
    return any(key != PICTURE and not key.startswith(GROUP) for key in plan.back)


def _sorted(person: Person, name: str) -> str:
    """Return under what a person is sorted who gets back this name; the surname goes first."""
    before, now = folded_words(name), folded_words(person.name)
    if person.sort_name.endswith(now):
        return f"{person.sort_name[: len(person.sort_name) - len(now)]}{before}"
    return before
