"""What a run holds on a real server, and how it is released and taken back."""

from tests.faults.conftest import EVERYBODY
from tests.faults.site import Site

HUNDRED = "(&(objectClass=inetOrgPerson)(uid=p0*))"
EVERYONE = "(objectClass=inetOrgPerson)"


def test_g9_12_x12_b70_an_attribute_that_may_no_longer_be_read_empties_nobody(
    known_site: Site,
) -> None:
    known_site.read_as("nophone")

    ran = known_site.sync()

    assert (*ran.verdict, ran.document["held"]) == ("held", 0, EVERYBODY)
    assert "“Phone” would become empty for 620 of the 620 people" in ran.message
    assert known_site.people()["p007"]["values"]["phone"] == "+49 611 0007"
    known_site.read_as("reader")
    good = known_site.sync()
    assert (*good.verdict, good.document["unchanged"]) == ("done", 0, EVERYBODY)


def test_x35_a_wrong_filter_is_planned_held_approved_and_taken_back(known_site: Site) -> None:
    known_site.change(user_filter=HUNDRED)

    planned = known_site.sync("--dry-run")
    assert (*planned.verdict, planned.document["held"]) == ("done", 0, EVERYBODY - 100)
    held = known_site.sync()
    assert (*held.verdict, held.document["held"]) == ("held", 0, EVERYBODY - 100)
    assert len(known_site.people()) == EVERYBODY

    approved = known_site.command("sync", "approve", str(held.document["run"]), "--json")
    assert approved.document["missing"] == EVERYBODY - 100
    assert len(known_site.people()) == 100

    undone = known_site.command("sync", "undo", str(held.document["run"]), "--json")
    assert (undone.exit_code, undone.document["back"]) == (0, EVERYBODY - 100)
    assert len(known_site.people()) == EVERYBODY

    known_site.change(user_filter=EVERYONE)
    assert known_site.sync().document["dry_run"]
    good = known_site.sync()
    assert (*good.verdict, good.document["unchanged"]) == ("done", 0, EVERYBODY)
