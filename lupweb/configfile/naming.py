"""What a name may be that administrators give to a group, a chart or a directory."""

from lupweb.texts import Text, _

LONGEST_NAME = 200


def name_problem(name: str) -> Text | None:
    """Return why nothing can have this name, or None if something can."""
    if not name:
        return _("Give it a name.")
    if len(name) > LONGEST_NAME:
        return _("A name takes at most %(most)s characters.", most=LONGEST_NAME)
    return None
