"""How every address of the site is called, by people who must learn nothing by it.

Whoever adds an address adds a line here: its endpoint, and each way to ask it for what it might
know about Ben. An address that takes forms is called by POST as well.
"""

from collections.abc import Mapping

from tests.visibility.asking import (
    EDIT,
    PART,
    READ_AS,
    WHO,
    WORDS,
    Call,
    asked,
    few,
    of_people,
    searched,
    sent,
)
from tests.visibility.calls_of_admin import ADMIN_CALLS
from tests.visibility.calls_of_charts import CHART_CALLS
from tests.visibility.calls_of_lists import LISTS
from tests.visibility.twins import CANARY, TEXT

FILTERS = (
    f"{TEXT}:{CANARY}", f"-{TEXT}:*", f"Z OR {CANARY}", "-zqcobalt", "hint:zqcomputed OR clue:*",
    "s_date:1987-12-29 OR v_number>=1", 's_user_select:"" OR v_tags:zq*', "location:Porto zqtown",
)  # fmt: skip
"""What somebody might ask in the filter language."""
CALLS: Mapping[str, list[Call]] = {
    **ADMIN_CALLS,
    **LISTS,
    "about.accessibility": [Call("/about/accessibility")],
    "about.privacy": [Call("/about/privacy")],
    "about.site_help": [Call("/about/help")],
    "activity.index": [
        Call(asked("/activity", include=include, before=before))
        for include in ("", "sync", CANARY)
        for before in ("", "1", "99999999")
    ],
    "api_charts.index": [Call("/api/v1/org-charts")],
    "api_charts.show": of_people("/api/v1/org-charts/line/<who>", "/api/v1/org-charts/x/<who>"),
    "api_description.show": [Call("/api/v1/openapi.json")],
    "api_fields.index": [Call("/api/v1/fields")],
    "api_people.index": [
        *(Call(path) for path in few("/api/v1/people")),
        Call("/api/v1/people?limit=2"),
        Call(asked("/api/v1/people", filter=f"{TEXT}:{CANARY}")),
        Call(asked("/api/v1/people", **{f"f.{TEXT}": CANARY})),
        Call(asked("/api/v1/people", after=CANARY)),
    ],
    "api_people.show": of_people("/api/v1/people/<who>"),
    "api_runs.index": [
        Call("/api/v1/sync-runs"),
        Call(asked("/api/v1/sync-runs", directory=CANARY, state=CANARY, limit="1", before="9")),
    ],
    "api_runs.show": [Call(f"/api/v1/sync-runs/{number}") for number in (1, 2, 3, 9999, CANARY)],
    "auth.sign_in": [
        Call("/login"),
        Call("/login?next=/people/ben"),
        *sent("/login", {"username": CANARY, "password": "x"}),
    ],
    "auth.sign_out": [],
    "calendar.anniversaries": [
        Call(asked("/contacts/anniversaries", month=month, page=page))
        for month in ("2026-12", "2026-11", "2027-01")
        for page in ("1", "99")
    ],
    "calendar.ask": [
        Call(f"/contacts/anniversaries/address?act={act}") for act in ("make", "revoke", CANARY)
    ],
    "calendar.change": sent("/contacts/anniversaries", {"act": "revoke"}),
    "calendar.feed": [Call("/calendar/nonsense.ics"), Call(f"/calendar/{CANARY}.ics")],
    "contacts.add_group": sent("/contacts/groups/new", {"name": ""}),
    "contacts.change_recent": sent("/contacts/recent", {"act": CANARY}),
    "contacts.edit": of_people("/contacts/people/<who>"),
    "contacts.export": [
        *sent("/contacts/star", *({"star": who} for who in ("ben", "tim", "sam"))),
        Call("/contacts/export.vcf"),
        Call("/contacts/export.vcf?group=0"),
        Call("/contacts/export.vcf?group=7"),
        Call("/contacts/export.csv"),
        Call("/contacts/export.xlsx?group=0"),
        Call("/contacts/export.json"),
    ],
    "contacts.group": [Call("/contacts/groups/1"), Call("/contacts/groups/99999999999")],
    "contacts.index": [
        *sent("/contacts/star", *({"star": who} for who in ("ben", "tim", "sam"))),
        Call("/contacts"),
        *(Call(asked("/contacts", q=words)) for words in WORDS),
        Call(asked("/contacts", q=CANARY, group="0", page="9")),
    ],
    "contacts.new_group": [Call("/contacts/groups/new")],
    "contacts.remove_group": sent("/contacts/groups/7/remove", {}),
    "contacts.rename_group": sent("/contacts/groups/7", {"name": CANARY}),
    "contacts.save": sent("/contacts/people/ben", {"note": "x" * 1_001}),
    "contacts.star": sent("/contacts/star", *({"star": who} for who in (*WHO, "")), {}),
    "cropping.crop": of_people("/people/<who>/crop"),
    "cropping.use": sent("/people/ben/crop", {"crop-zoom": "100"}),
    "cropping.whole": of_people("/people/<who>/crop/whole"),
    "editing.confirm": sent(
        "/people/ben/confirm", {"field": TEXT}, {"field": "v_text"}, {"field": "hint"}, {}
    ),
    "editing.edit": of_people("/people/<who>/edit"),
    "editing.history": of_people("/people/<who>/history", "/people/<who>/history?before=9999"),
    "editing.people": [Call(path) for path in few("/people/ben/edit/people")]
    + [Call(asked("/people/ben/edit/people", q=words)) for words in WORDS],
    "editing.read_notices": sent("/people/ben/notices", {}),
    "editing.save": [
        *sent(EDIT, {}, {f"field-{TEXT}": CANARY}, {"field-v_text": CANARY}, {"field-gone": "x"}),
        *sent(
            EDIT,
            {"field-website": "nonsense", "field-im": "x" * 10_001},
            {"field-website": "nonsense", f"field-{TEXT}": "guessed"},
            {"field-s_user_select": "nobody of this name"},
            opens=EDIT,
        ),
        *sent(EDIT, {"field-website": "https://example.com/mine"}),
        *sent(EDIT, {"field-website": "x", f"choice-{TEXT}": "theirs", "revision": "1.2"}),
    ],
    "editing.settle": [
        *sent("/people/ben/conflict", {"field": TEXT, "choice": "mine", "seen": "0"}, {}),
        *sent("/people/tim/conflict", {"field": "v_text", "choice": "theirs", "seen": "0"}),
    ],
    "exports.csv": [
        *(Call(path) for path in few("/people/export.csv")),
        Call(asked("/people/export.csv", filter=f"{TEXT}:{CANARY}")),
        Call(asked("/people/export.csv", filter=f"-{CANARY}")),
    ],
    "exports.json": [Call(path) for path in few("/people/export.json")],
    "exports.phones": [Call(path) for path in few("/people/print")],
    "exports.vcf": [Call(path) for path in few("/people/export.vcf")],
    "exports.xlsx": [Call(path) for path in few("/people/export.xlsx")],
    "health.live": [Call("/healthz")],
    "health.ready": [Call("/readyz")],
    "mine.make": sent("/mine/tokens", {"name": ""}, {"name": CANARY, "days": "0"}),
    "mine.revoke": [
        Call("/mine/tokens/1/revoke"),
        *sent("/mine/tokens/1/revoke", {}),
    ],
    "mine.tokens": [Call("/mine/tokens")],
    **CHART_CALLS,
    "people.card": of_people("/people/<who>/card"),
    "people.start": [Call("/"), Call(asked("/", q="zq"))],
    "people.index": [
        *(Call(path) for path in searched("/people")),
        *(Call(path, headers=PART) for path in few("/people")),
        *(Call(asked("/people", filter=written)) for written in FILTERS),
    ],
    "people.suggest": [Call(asked("/people/suggest", q=words)) for words in WORDS],
    "pictures.show": of_people("/people/<who>/picture"),
    "profiles.show": of_people(*(f"/people/<who>{query}" for query in READ_AS)),
    "profiles.qr": of_people("/people/<who>/qr.svg", "/people/<who>/qr.svg?as=sam"),
    "profiles.take_along": of_people("/people/<who>.vcf", "/people/<who>.vcf?as=sam"),
    "static": [Call("/static/lup.css")],
}
"""Endpoint -> its calls. None: it shows nothing, and only leads on."""
