"""What may happen to a company while lupweb reads it: in the directory, and in the browser."""

from copy import deepcopy

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import Hand, store_values
from tests.factories import an_entry
from tests.ldap.fake_server import StoredEntry
from tests.sync.world import AWAY, NEVER, PAST, PEOPLE, SAFETY, World, people

WHO = st.integers(0, 39)
ATTRIBUTES = st.sampled_from(
    ["telephoneNumber", "title", "l", "roomNumber", "mobile", "displayName", "mail", "homePhone"]
)
WORDS = st.sampled_from(["+49 611 1", "+49 611 2", "+49 611 3", ""])


class Happenings(RuleBasedStateMachine):
    """Everything but runs. Whom a rule concerns is said by a number, of those who are there."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.directory = self.world.directory
        self.server = self.directory.server
        self.backup = self.server.entries
        self.count = 0
        self.is_as_read = False
        """Whether nothing has happened since the last run."""

    # What happens in the directory.

    def somebody(self, who: int) -> StoredEntry:
        self.is_as_read = False
        found = self.world.entries()
        return found[who % len(found)]

    @rule(who=WHO, attribute=ATTRIBUTES, word=WORDS)
    def change(self, who: int, attribute: str, word: str) -> None:
        self.directory.set(self.somebody(who).dn, attribute, [word.encode()] if word else [])

    @rule(who=WHO)
    def spoil(self, who: int) -> None:
        self.directory.set(self.somebody(who).dn, "telephoneNumber", [b"\xff\xfe"])

    @rule(who=WHO)
    def add(self, who: int) -> None:
        self.count += 1
        leader = self.somebody(who).dn
        an_entry(self.directory, f"new{self.count}", manager=leader)

    @rule(who=WHO)
    def delete(self, who: int) -> None:
        if len(self.world.entries()) > 5:
            self.directory.delete(self.somebody(who).dn)

    @rule(who=WHO)
    def make_anew(self, who: int) -> None:
        entry = self.somebody(who)
        values = {name: each for name, each in entry.values.items() if name[:5] != "entry"}
        self.directory.delete(entry.dn)
        self.directory.add(entry.dn, values)

    @rule(who=WHO, branch=st.sampled_from([PEOPLE, AWAY, f"ou=south,{PEOPLE}"]))
    def move(self, who: int, branch: str) -> None:
        dn = self.somebody(who).dn
        new = f"{dn.split(',', 1)[0]},{branch}"
        branch_is_there = branch.casefold() in self.server.entries
        if branch_is_there and new.casefold() not in self.server.entries:
            self.directory.rename(dn, new)

    @rule()
    def rename_branch(self) -> None:
        self.is_as_read = False
        names = [f"ou=south,{PEOPLE}", f"ou=north,{PEOPLE}"]
        old, new = names if names[0] in self.server.entries else reversed(names)
        self.directory.rename(old, new)

    @rule(who=WHO)
    def rename(self, who: int) -> None:
        self.count += 1
        entry = self.somebody(who)
        self.directory.rename(entry.dn, f"uid=name{self.count},{entry.dn.split(',', 1)[1]}")

    @rule(who=WHO, other=WHO)
    def swap(self, who: int, other: int) -> None:
        one, two = self.somebody(who).dn, self.somebody(other).dn
        between = f"uid=between,{PEOPLE}"
        if one != two:
            for old, new in ((one, between), (two, one), (between, two)):
                self.directory.rename(old, new)

    @rule(who=WHO, value=st.sampled_from([PAST, NEVER]))
    def switch(self, who: int, value: bytes) -> None:
        self.directory.set(self.somebody(who).dn, "shadowExpire", [value])

    @rule(who=WHO, other=WHO)
    def lead(self, who: int, other: int) -> None:
        self.directory.set(self.somebody(who).dn, "manager", [self.somebody(other).dn.encode()])

    @rule(some=st.sets(WHO, min_size=1, max_size=4))
    def group(self, some: set[int]) -> None:
        dns = {self.somebody(who).dn for who in some}
        self.directory.set(SAFETY, "member", [dn.encode() for dn in sorted(dns)])

    @rule(who=WHO)
    def lose_login(self, who: int) -> None:
        self.directory.set(self.somebody(who).dn, "uid", [])

    @rule(what=st.sampled_from(["clear", "leave", "switch", "rename"]))
    def happen_to_many(self, what: str) -> None:
        for number, entry in enumerate(self.world.entries()):
            self.somebody(0)
            if what == "clear":
                self.directory.set(entry.dn, "telephoneNumber", [])
            elif what == "rename":
                self.directory.set(entry.dn, "displayName", [b"Somebody %d" % number])
            elif number % 2 and what == "switch":
                self.directory.set(entry.dn, "shadowExpire", [PAST])
            elif number % 2:
                self.move(number, AWAY)

    @rule()
    def save_backup(self) -> None:
        self.backup = deepcopy(self.server.entries)

    @rule()
    def put_back(self) -> None:
        self.is_as_read = False
        self.server.entries = deepcopy(self.backup)

    # What happens in the browser.

    @rule(who=WHO, key=st.sampled_from(["nickname", "phone", "position", "location"]))
    def edit(self, who: int, key: str) -> None:
        found = people()
        if self.world.mapping.get(key, "directory") or not found:
            return
        self.count += 1
        person, value = found[who % len(found)], f"Typed {self.count}"
        if person.state not in SHOWN:
            return
        place = person.id, key
        with transaction():
            hand = Hand("user", f"person:{person.id}", clock.now())
            store_values(load_layout(), db.session.get_one(Person, person.id), {key: value}, hand)
        self.world.entered[place] = value
        self.world.edited.add(place)
        self.is_as_read = False

    @rule(key=st.sampled_from(["position", "location", "phone"]))
    def own(self, key: str) -> None:
        self.world.own(key)
        self.is_as_read = False

    @rule(
        key=st.sampled_from(["position", "location", "phone", "room"]),
        attribute=st.sampled_from(["title", "l", "roomNumber", "mobile", "telephoneNumber"]),
    )
    def map(self, key: str, attribute: str) -> None:
        self.is_as_read = False
        if key in self.world.mapping:
            self.world.map(key, attribute)
            return
        with transaction():
            define_field(key, key, category="work", source=Source.LDAP, attribute=attribute)
        self.world.mapping[key] = attribute
