"""Send one change, once. Whether an answer was lost before or after sending is never guessed."""

import ldap
from ldap.controls import LDAPControl, PyAsn1Error, RequestControl
from ldap.controls.libldap import AssertionControl

from lupweb.errors import DirectoryUnavailable, OutcomeUnknown
from lupweb.ldap.entry import Entry
from lupweb.ldap.handle import Handle
from lupweb.ldap.link import LOST, Link
from lupweb.ldap.read_entry import ANSWERS, BroughtBack, asking_back, entry_in
from lupweb.ldap.results import UNREACHABLE, as_write_error, result_code
from lupweb.ldap.writing import Act, Change
from lupweb.texts import Text, _

NO_OPERATION = "1.3.6.1.4.1.4203.666.5.2"
WAS_NO_OPERATION = 16_654  # OpenLDAP's LDAP_X_NO_OPERATION
OPERATIONS = {Act.ADD: ldap.MOD_ADD, Act.DELETE: ldap.MOD_DELETE, Act.REPLACE: ldap.MOD_REPLACE}
UNREADABLE = (UnicodeDecodeError, PyAsn1Error)


def send(link: Link, change: Change) -> Entry | None:
    """Send `change`; return what the answer brought back, or None.

    A trial ends without an error where the server would have taken the change.

    :raises DirectoryUnavailable: if the request did not leave
    :raises OutcomeUnknown: if it left, and no answer came
    :raises DirectoryError: what the server answered, as `as_write_error` says
    """
    doing = _("Changing %(dn)s", dn=change.dn[:200])
    with link.asking(doing) as handle:
        number = _leave(link, handle, change, doing)
        try:
            _kind, _rows, _number, controls = handle.result3(number, resp_ctrl_classes=ANSWERS)
        except (*LOST, *UNREADABLE) as error:
            link.close()  # libldap would connect again, and the answer never come
            raise _lost(doing) from error
        except ldap.LDAPError as error:
            if change.is_trial and result_code(error) == WAS_NO_OPERATION:
                return None
            raise as_write_error(error, doing) from error
    back = next((each for each in controls if isinstance(each, BroughtBack)), None)
    return entry_in(back.encoded) if back else None


def _leave(link: Link, handle: Handle, change: Change, doing: Text) -> int:
    """Hand the request over, and return its number.

    A request that libldap could not hand over whole is never acted upon: it stays incomplete.
    """
    parts = [(OPERATIONS[p.act], p.attribute, list(p.values) or None) for p in change.parts]
    try:
        return int(handle.modify_ext(change.dn, parts, serverctrls=_controls(change)))
    except ldap.LDAPError as error:
        link.close()
        raise DirectoryUnavailable(
            _("%(doing)s failed. %(sentence)s", doing=doing, sentence=UNREACHABLE)
        ) from error


def _controls(change: Change) -> list[RequestControl]:
    """Return the controls of a change, all critical: one that is ignored would overwrite."""
    controls: list[RequestControl] = []
    if change.assertion:
        controls.append(AssertionControl(True, change.assertion))
    if change.is_trial:
        controls.append(LDAPControl(NO_OPERATION, True))
    elif change.read_back:
        controls.append(asking_back(change.read_back))
    return controls


def _lost(doing: Text) -> OutcomeUnknown:
    return OutcomeUnknown(
        _(
            "%(doing)s: no answer came. Whether it took effect shows when the entry is read again;"
            " nothing is sent twice.",
            doing=doing,
        )
    )
