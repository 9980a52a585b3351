"""Read an explanation in a test."""

from lupweb.diagnosis.findings import Check, Explanation


def named(found: Explanation, check: str) -> Check:
    return next(each for each in found.checks if each.id == check)


def evidence(check: Check) -> str:
    return "\n".join(map(str, check.evidence))
