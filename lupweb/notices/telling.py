"""Tell administrators by mail what the pages of the administration say: once when it begins, and
once when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog
from sqlalchemy import delete, insert, select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.errors import MailNotSent
from lupweb.notices.mail import Send
from lupweb.notices.models import ToldTrouble
from lupweb.notices.troubles import troubles
from lupweb.texts import Text, _, ngettext

log = structlog.get_logger()
Key = tuple[str, str]


class Told(Protocol):
    """Something that administrators are told of."""

    @property
    def directory_key(self) -> str: ...

    @property
    def kind(self) -> StrEnum: ...

    @property
    def text(self) -> Text: ...


@dataclass(frozen=True)
class News:
    """What is not told yet.

    :param begun: what has to be looked at, and was not told
    :param over: what was told, and is no longer so
    """

    begun: Sequence[Told]
    over: Sequence[Key]
    healed: Sequence[str]

    @property
    def is_worth_a_mail(self) -> bool:
        """Return whether there is anything to say."""
        return bool(self.begun or self.healed)


def tell(send: Send, site: str, page: str, *, also: Sequence[Told] = ()) -> bool:
    """Send one mail if there is news; return whether one was sent.

    What is told is noted before it is sent, so that of two schedulers only one sends it; if it
    cannot be sent the note is taken back, and the next call tries again.

    :param site: the name of the site
    :param page: the address where to look; "" if it is not known
    :param also: what is the matter beside the runs
    """
    with transaction():
        news = _note_news(also)
    if not news.is_worth_a_mail:
        return False
    try:
        send(_subject(news, site), _text(news, page))
    except MailNotSent as error:
        with transaction():
            _take_back(news)
        log.warning("administrators were not told by mail", why=str(error))
        return False
    return True


def _note_news(also: Sequence[Told]) -> News:
    now: dict[Key, Told] = {
        (each.directory_key, str(each.kind)): each for each in (*troubles(), *also)
    }
    told = set(db.session.execute(select(ToldTrouble.directory_key, ToldTrouble.kind)).all())
    told_keys: set[Key] = {(key, kind) for key, kind in told}
    begun = [each for key, each in now.items() if key not in told_keys]
    over = sorted(told_keys - now.keys())
    troubled = {key for key, _kind in now}
    healed = sorted({key for key, _kind in over} - troubled)
    news = News(begun, over, healed)
    _forget(over)
    _note([(each.directory_key, str(each.kind)) for each in begun])
    return news


def _take_back(news: News) -> None:
    _forget([(each.directory_key, str(each.kind)) for each in news.begun])
    _note(news.over)


def _note(keys: Sequence[Key]) -> None:
    rows = [{"directory_key": key, "kind": kind, "at": clock.now()} for key, kind in keys]
    if rows:
        db.session.execute(insert(ToldTrouble), rows)


def _forget(keys: Sequence[Key]) -> None:
    for key, kind in keys:
        db.session.execute(
            delete(ToldTrouble).where(ToldTrouble.directory_key == key, ToldTrouble.kind == kind)
        )


def _subject(news: News, site: str) -> str:
    if news.begun:
        what = ngettext(
            "%(n)s thing needs an administrator",
            "%(n)s things need an administrator",
            len(news.begun),
        )
    else:
        what = _("All is well again")
    return f"[{site}] {what}"


def _text(news: News, page: str) -> str:
    lines = [f"- {each.text}" for each in news.begun]
    lines += [
        "- " + str(_("“%(directory)s” needs nobody any more.", directory=key))
        for key in news.healed
    ]
    if page:
        lines += ["", str(_("Look at it: %(page)s", page=page))]
    lines += ["", str(_("This is told once. The pages of the administration say how it is now."))]
    return "\n".join(lines) + "\n"
