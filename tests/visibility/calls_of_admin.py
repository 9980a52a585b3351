"""How the pages of administrators are called by people who must learn nothing by it."""

from collections.abc import Mapping

from tests.visibility.asking import (
    A_TYPE,
    GUESSES,
    MERGES,
    PART,
    WHO,
    WORDS,
    Call,
    asked,
    few,
    of_people,
    sent,
)
from tests.visibility.twins import CANARY, TEXT

PAIRS = (
    {"first": "id:1", "second": "id:999999"},
    {"first": CANARY, "second": "id:2"},
)
ADMIN_CALLS: Mapping[str, list[Call]] = {
    "admin.index": [Call("/admin")],
    "admin_card.index": [
        Call("/admin/card"),
        *(
            Call(f"/admin/card?preview={who}&reader={reader}")
            for who in ("ben", "tim")
            for reader in ("", "sam", "ben")
        ),
        *sent(
            "/admin/card", {"subline": "s_date", "extra": "v_text", "preview": "ben", "look": "1"}
        ),
        *sent("/admin/card", {"subline": "nothing"}),
    ],
    "admin_categories.delete": [
        Call("/admin/categories/safety/delete"),
        *sent("/admin/categories/safety/delete", {"move_to": ""}, {"move_to": "nowhere"}),
    ],
    "admin_categories.edit": [
        Call("/admin/categories/safety/edit"),
        Call("/admin/categories/vault/edit"),
        *sent("/admin/categories/safety/edit", {"name-en": "", "groups_are": "one"}),
    ],
    "admin_categories.new": [
        Call("/admin/categories/new"),
        *sent("/admin/categories/new", {"name-en": ""}),
    ],
    "admin_diagnosis.check": [
        *sent(
            "/admin/diagnosis",
            *(
                {"person": who, "field": key, "viewer": reader}
                for who in ("ben", "tim", CANARY)
                for key in (TEXT, "v_text", "s_user_select", "emergency", "hint", "phone")
                for reader in ("", "sam")
            ),
        ),
    ],
    "admin_diagnosis.fix": [
        *sent("/admin/diagnosis/fix", {"act": "nonsense", "person": "ben", "field": TEXT}),
    ],
    "admin_diagnosis.index": [
        Call("/admin/diagnosis"),
        *(Call(asked("/admin/diagnosis", person=who, viewer="sam")) for who in WHO),
        *(
            Call(asked("/admin/diagnosis", person=who, field=key, viewer=reader))
            for who in WHO
            for key in (TEXT, "v_date", "s_user_select", "emergency", "clue")
            for reader in ("", "sam")
        ),
    ],
    "admin_directories.edit": [
        Call("/admin/directories/main"),
        *sent("/admin/directories/main", {"name": "", "uri": "ldaps://x"}),
    ],
    "admin_directories.index": [Call("/admin/directories")],
    "admin_directories.key": [
        Call("/admin/directories/main/key"),
        *sent("/admin/directories/main/key", {"attribute": CANARY}, {"attribute": "homePhone"}),
    ],
    "admin_directories.move": sent("/admin/directories/main/move", {"step": "sideways"}),
    "admin_directories.new": [
        Call("/admin/directories/new?kind=openldap"),
        *sent("/admin/directories/new", {"name": CANARY}),
    ],
    "admin_directories.remove": [
        Call("/admin/directories/main/remove"),
        *sent("/admin/directories/main/remove", {"people": "nonsense"}),
    ],
    "admin_directories.switch": sent("/admin/directories/nowhere/switch", {"on": "1"}),
    "admin_directories.test_write": [
        *sent("/admin/directories/main/write-test", {"people": CANARY, "attributes": "l"}),
        *sent("/admin/directories/main/write-test", {"people": "ben", "attributes": "l"}),
    ],
    "admin_fields.delete": [
        Call("/admin/fields/s_text/delete"),
        Call("/admin/fields/v_text/delete"),
        *sent("/admin/fields/phone/delete", {}),
    ],
    "admin_fields.edit": [
        *(
            Call(f"/admin/fields/{key}/edit{query}")
            for key in (TEXT, "v_date", "s_user_select", "emergency", "hint")
            for query in ("?preview=ben", "?preview=tim&check=1", "?preview=sam")
        ),
        *sent(
            "/admin/fields/s_text/edit",
            *({**A_TYPE, **guess, "look": "1"} for guess in GUESSES),
            *({**A_TYPE, **guess} for guess in GUESSES),
            opens="/admin/fields/s_text/edit",
        ),
    ],
    "admin_fields.index": [Call("/admin/fields"), Call("/admin/fields?moved=s_text&step=up")],
    "admin_fields.move": [Call("/admin/fields/s_text/move"), Call("/admin/fields/v_text/move")],
    "admin_fields.new": [
        Call("/admin/fields/new"),
        Call("/admin/fields/new?category=safety"),
        *sent(
            "/admin/fields/new",
            {**A_TYPE, "name-en": ""},
            {**A_TYPE, "type": "dependent", "option-source": TEXT, "look": "1"},
        ),
    ],
    "admin_fields.order": [
        *sent("/admin/fields/order", {}, {"up": "nothing"}, {"field": TEXT, "category": "gone"}),
    ],
    "admin_fields.preview": [
        Call("/admin/fields/preview"),
        Call("/admin/fields/preview?profile=ben&viewer=sam"),
        Call(asked("/admin/fields/preview", profile=CANARY, viewer="zq")),
    ],
    "admin_fields.restore": sent("/admin/fields/s_text/restore", {}),
    "admin_identities.again": sent("/admin/identities/again", *PAIRS),
    "admin_identities.apart": sent("/admin/identities/apart", *PAIRS),
    "admin_identities.index": [
        Call("/admin/identities"),
        Call("/admin/identities?page=9"),
        Call(asked("/admin/identities", show="decided")),
    ],
    "admin_people.account_role": sent("/admin/people/accounts/1/role", {"role": "nonsense"}),
    "admin_people.accounts": [Call("/admin/people/accounts")],
    "admin_people.index": [
        *(Call(path) for path in few("/admin/people")),
        *(Call(asked("/admin/people", q=words)) for words in WORDS),
        *(Call(asked("/admin/people", state=state)) for state in ("active", "unlicensed", TEXT)),
    ],
    "admin_people.merge_done": sent("/admin/people/merge/done", *MERGES),
    "admin_people.merge_preview": sent("/admin/people/merge/preview", *MERGES),
    "admin_people.merge_two": [
        Call(asked("/admin/people/merge", first="id:2")),
        *(Call(asked("/admin/people/merge", first="id:2", q=words)) for words in WORDS[:6]),
        *(Call(asked("/admin/people/merge", first="id:2", second=f"id:{n}")) for n in range(1, 9)),
    ],
    "admin_people.person": of_people("/admin/people/<who>"),
    "admin_people.role": sent("/admin/people/id:2/role", {"role": TEXT}),
    "admin_people.sign_in": sent("/admin/people/id:999/sign-in", {"signs_in": "0"}),
    "admin_people.take_apart": sent("/admin/people/id:2/separate", {"merge": "1"}),
    "admin_groups.add": sent("/admin/groups/safety/members/add", {"members": "zq"}, {}),
    "admin_groups.delete": [
        Call("/admin/groups/safety/delete"),
        *sent("/admin/groups/safety/delete", {}),
    ],
    "admin_groups.edit": [
        Call("/admin/groups/safety/edit"),
        *sent("/admin/groups/safety/edit", {"name-en": ""}),
    ],
    "admin_groups.find": [
        Call("/admin/groups/find"),
        *sent("/admin/groups/find", {"q": ""}, {"q": "safety"}),
    ],
    "admin_groups.index": [Call("/admin/groups")],
    "admin_groups.new": [Call("/admin/groups/new"), *sent("/admin/groups/new", {"name": ""})],
    "admin_groups.people": [Call(asked("/admin/groups/people", q=words)) for words in WORDS[::2]],
    "admin_groups.person": [
        Call(asked("/admin/groups/person", q=words)) for words in ("", "ben", "zq", CANARY)
    ],
    "admin_groups.remove": sent("/admin/groups/safety/members/remove", {}),
    "admin_groups.show": [Call("/admin/groups/safety/members")],
    "admin_policies.index": [
        Call("/admin/policies"),
        *sent("/admin/policies", {"active_users": "nonsense"}),
    ],
    "admin_rights.index": [
        Call("/admin/rights"),
        *sent("/admin/rights", {"profiles_people": CANARY, "editors_people": "zq"}, {}),
    ],
    "admin_rights.take": sent("/admin/rights/take", {"right": "99"}),
    "admin_settings.index": [Call("/admin/settings")],
    "admin_settings.save_picture": sent("/admin/settings/picture", {"picture_source": "gone"}),
    "admin_settings.save_site": sent("/admin/settings", {"site_name": "", "language": "xx"}),
    "admin_sources.import_xml": sent("/admin/sources/xml/import", {}),
    "admin_sources.index": [Call("/admin/sources")],
    "admin_sources.read_ldap": sent("/admin/sources/ldap/read", {}),
    "admin_sources.save_xml": sent(
        "/admin/sources/xml", {"file": CANARY}, {"file": "../zq.xml", "test": "1"}
    ),
    "admin_sources.test_ldap": sent("/admin/sources/ldap/test", {}),
    "admin_system.download": [Call("/admin/system/support-summary")],
    "admin_system.download_asked": sent("/admin/system/support-summary", {}),
    "admin_system.index": [Call("/admin/system")],
    "admin_sync.apply": sent("/admin/sync/runs/1/apply", {}),
    "admin_sync.approve": sent("/admin/sync/runs/1/approve", {}, {"digest": CANARY}),
    "admin_sync.keep": sent("/admin/sync/runs/1/keep", {}, {"digest": CANARY}),
    "admin_sync.go_on": sent("/admin/sync/runs/1/continue", {}),
    "admin_sync.index": [Call("/admin/sync")],
    "admin_sync.pause": sent("/admin/sync/runs/1/pause", {}),
    "admin_sync.progress": [
        Call("/admin/sync/progress"),
        Call("/admin/sync/progress?runs=1,2,x", headers=PART),
    ],
    "admin_sync.runs": [
        Call("/admin/sync/runs"),
        *(Call(asked("/admin/sync/runs", subject=text, went="bad")) for text in ("xml", CANARY)),
    ],
    "admin_sync.schedule": [
        Call("/admin/sync/schedule"),
        *sent("/admin/sync/schedule", {"full-kind": "cron", "full-cron": CANARY}),
    ],
    "admin_sync.show": [
        *(Call(f"/admin/sync/runs/{number}") for number in (1, 2, 3)),
        *(
            Call(f"/admin/sync/runs/{number}?show={part}")
            for number in (1, 2)
            for part in ("people", "problems", "held", "plan", CANARY)
        ),
    ],
    "admin_sync.start": sent("/admin/sync/start", {"directory": "nowhere"}),
    "admin_sync.stop": sent("/admin/sync/runs/1/stop", {}),
    "admin_sync.undo": [
        Call("/admin/sync/runs/1/undo"),
        *sent("/admin/sync/runs/9999/undo", {}),
    ],
    "admin_write-back.act": [
        *sent("/admin/write-back", {"act": "retry:1"}, {"act": "drop:all"}, {"act": CANARY}, {}),
    ],
    "admin_write-back.index": [
        Call("/admin/write-back"),
        Call(asked("/admin/write-back", state="conflict", attribute=CANARY, before="9")),
    ],
}
