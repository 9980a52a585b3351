"""“Test writing”: may lupweb write an attribute of a person? First without writing, then by it.

Writing means here: the value that is there already, on condition that nobody changes it meanwhile
(writeback.md section 12). Nothing of a value stands in the result.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lupweb.directories.attributes import is_never_written
from lupweb.directories.service import DirectoryFacts
from lupweb.directories.steps import Failure, own_words, walked
from lupweb.errors import ChangedMeanwhile, EntryNotFound, LupwebError, WriteRefused
from lupweb.ldap.entry import Entry
from lupweb.ldap.schema import base_name
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.writing import Right, Wish, Written
from lupweb.texts import Text, _
from lupweb.writeback.access_contact import Contact
from lupweb.writeback.access_rules import access_rule
from lupweb.writeback.access_steps import AccessState, AccessStep, AccessTest, Subject, not_done

LOOKING = ("person", "connection", "entry", "attribute", "value", "right")
WRITING = ("write", "read_back")
ROUNDS = 5
"""So often the entry is read anew where others change it meanwhile."""
NO_RIGHT = 50
"""insufficientAccessRights, RFC 4511."""


def tried_access(
    contact: Contact, name: str, subject: Subject, attribute: str, *, writes: bool
) -> AccessTest:
    """Walk the steps for one person and one attribute; one that needs a failed one is not done.

    Asks the directory; writes only if asked to, and then the value that is there.

    :param name: of the directory
    """
    walk = _Walk(contact, name, subject, attribute, writes)
    done: list[AccessStep] = []
    for step in (*LOOKING, *(WRITING if writes else ())):
        if done and done[-1].state in {AccessState.PROBLEM, AccessState.SKIPPED}:
            done.append(not_done(step))
        else:
            done.append(walk.step(step))
    return AccessTest(subject, contact.facts.key, attribute, writes, done, walk.rule)


def nowhere(subject: Subject, attribute: str, *, writes: bool) -> AccessTest:
    """Return the test of somebody who is in no directory that is asked."""
    steps = [_step("person", lambda: _belongs(subject, ""))]
    steps += [not_done(each) for each in (*LOOKING[1:], *(WRITING if writes else ()))]
    return AccessTest(subject, "", attribute, writes, steps)


def _step(name: str, walk: Callable[[], Text]) -> AccessStep:
    began = time.monotonic()
    found = walked(name, walk)
    state = AccessState.OK if found.ok else AccessState.PROBLEM
    return AccessStep(name, state, found.text, found.fix, round(time.monotonic() - began, 3))


def _belongs(subject: Subject, directory: str) -> Text:
    if subject.unique_id:
        return _("%(name)s belongs to “%(directory)s”.", name=subject.name, directory=directory)
    fix = _("Choose somebody who is found in this directory.")
    if subject.elsewhere:
        raise Failure(
            _("%(name)s belongs to “%(other)s”.", name=subject.name, other=subject.elsewhere), fix
        )
    raise Failure(
        _("%(name)s belongs to no directory, as local people do.", name=subject.name), fix
    )


@dataclass
class _Walk:
    """One walk over the steps; a step remembers what the next ones need."""

    contact: Contact
    directory: str
    subject: Subject
    attribute: str
    writes: bool
    rule: str = ""
    _state: AccessState = AccessState.OK
    _entry: Entry = field(default_factory=lambda: Entry("", {}))
    _written: Written | None = None

    def step(self, name: str) -> AccessStep:
        """Go one step."""
        self._state = AccessState.OK
        walks: Mapping[str, Callable[[], Text]] = {
            "person": lambda: _belongs(self.subject, self.directory),
            "connection": self.connection,
            "entry": self.entry,
            "attribute": self.known,
            "value": self.value,
            "right": self.right,
            "write": self.write,
            "read_back": self.read_back,
        }
        found = _step(name, walks[name])
        is_open = found.state is AccessState.OK and self._state is not AccessState.OK
        return AccessStep(
            name, self._state if is_open else found.state, found.text, found.fix, found.seconds
        )

    @property
    def _facts(self) -> DirectoryFacts:
        return self.contact.facts

    @property
    def _traits(self) -> ServerTraits:
        return self.contact.session().traits()

    def connection(self) -> Text:
        try:
            self.contact.session()
        except LupwebError as error:
            raise Failure(
                own_words(error),
                _("Check the network, the bind DN and its password, and what the account may do."),
            ) from error
        return _("Signed in as %(dn)s.", dn=self._facts.bind_dn)

    def entry(self) -> Text:
        """Find the entry by what stays the same when it is renamed."""
        try:
            self._entry = self._read()
        except EntryNotFound as error:
            raise Failure(
                _("The entry of %(name)s was not found.", name=self.subject.name),
                _(
                    "Compare base DN and “Where people are” with the real DN of the person, as"
                    " ldapsearch shows it. Where people are searched may be wider than where they"
                    " may be changed."
                ),
            ) from error
        return _("Found: %(dn)s", dn=self._entry.dn)

    def known(self) -> Text:
        """See that the attribute may be written at all."""
        schema, fix = self._traits.schema, _("Map the field to another attribute.")
        if is_never_written(self.attribute, dn=self._entry.dn, also=self.contact.barred):
            raise Failure(
                _(
                    "%(name)s is never written: it decides who somebody is, or what they may do.",
                    name=self.attribute,
                ),
                fix,
            )
        if not schema.is_readable:
            self._state = AccessState.LOOK
            return _("The server does not show its schema, so this was not compared.")
        if not schema.knows(self.attribute):
            raise Failure(_unknown(self.attribute, schema.nearest(self.attribute)), fix)
        if not schema.is_modifiable(self.attribute):
            raise Failure(_("Only the server itself changes %(name)s.", name=self.attribute), fix)
        classes = [value.decode(errors="replace") for value in self._entry.values("objectClass")]
        if schema.allows(classes, self.attribute) is False:
            raise Failure(
                _(
                    "The object classes of this entry allow no %(name)s: %(classes)s.",
                    name=self.attribute,
                    classes=", ".join(classes),
                ),
                _("Let the directory team add a class that allows it, or choose another one."),
            )
        return _("In the schema, and allowed for this entry.")

    def value(self) -> Text:
        """See that people can type what it holds, or choose it as their picture."""
        schema = self._traits.schema
        longest = schema.longest(self.attribute)
        if schema.is_binary(self.attribute):
            return self._picture(longest)
        if schema.is_single_valued(self.attribute):
            one = _("Plain text, one value")
        else:
            one = _("Plain text, one value or several")
        if not schema.is_text(self.attribute):
            one = _("Text of a form that the server checks")
        if longest:
            return _("%(kind)s, at most %(n)s characters.", kind=one, n=longest)
        return _("%(kind)s.", kind=one)

    def _picture(self, longest: int | None) -> Text:
        if not self._is_picture:
            raise Failure(
                _("%(name)s holds no text, but pictures or the like.", name=self.attribute),
                _(
                    "Only the attribute of profile pictures is saved so. Choose it in the settings,"
                    " or map the field to another attribute."
                ),
            )
        if longest:
            return _("Pictures, at most %(n)s bytes.", n=longest)
        return _("Pictures.")

    @property
    def _is_picture(self) -> bool:
        return base_name(self.attribute) == base_name(self.contact.picture)

    def right(self) -> Text:
        """Ask the server for the right; nothing is written by this step."""
        right, said = self.contact.session().may_write(self._entry, self.attribute)
        if right is Right.REFUSED:
            raise self._refused(said)
        if right is Right.NOT_CHECKED:
            self._state = AccessState.LOOK
            return _("Not checked: this server cannot be asked for it without writing.")
        if self.writes:  # the step after this one does
            return _("The account may write it.")
        return _("The account may write it. Nothing was written.")

    def write(self) -> Text:
        """Write the value that is there, on condition that it still is."""
        for _round in range(ROUNDS):
            values = tuple(self._entry.values(self.attribute))
            if not values:
                raise Failure(
                    _("The attribute is empty here, and an empty one is not tested this way."),
                    _("Choose somebody who has a value."),
                )
            # as a drain does: nothing else compares pictures on some servers
            wish = Wish(self.attribute, values, values, may_replace=self._is_picture)
            try:
                self._written = self.contact.session().compare_and_set(self._entry, [wish])
            except ChangedMeanwhile:
                self._entry = self._read()
                continue
            except WriteRefused as error:
                raise self._refused(error.reply, error.code) from error
            return _("Written: the value that was there. The entry's change time has moved.")
        raise Failure(_("Others change this entry all the time."), _("Test again in a while."))

    def read_back(self) -> Text:
        """Compare what is there now with what was written."""
        written = self._written.values[self.attribute] if self._written else ()
        if sorted(written) != sorted(self._entry.values(self.attribute)):
            raise Failure(
                _("The directory holds another value than was written."),
                _("Somebody else changed it, or the server makes another value of it. Look at it."),
            )
        return _("Read back: the same value.")

    def _read(self) -> Entry:
        return self.contact.session().entry_of(
            self._facts.user_base_dn, self.subject.unique_id, [self.attribute, "objectClass"]
        )

    def _refused(self, said: str, code: int = NO_RIGHT) -> Failure:
        account, base = self._facts.bind_dn, self._facts.user_base_dn
        if code == NO_RIGHT:
            self.rule = access_rule(self._traits, account, base, self.attribute)
        text = _("The server refuses it, result %(code)s. It says: %(said)s", code=code, said=said)
        if not said:
            text = _("The server refuses it, result %(code)s.", code=code)
        return Failure(
            text,
            _(
                "Give %(account)s the right to write %(name)s for people below %(base)s, then test"
                " again. What people enter stays in lupweb meanwhile.",
                account=account,
                name=self.attribute,
                base=base,
            ),
        )


def _unknown(attribute: str, near: str | None) -> Text:
    if near:
        return _(
            "The server knows no attribute %(name)s; it knows %(near)s.", name=attribute, near=near
        )
    return _("The server knows no attribute %(name)s.", name=attribute)
