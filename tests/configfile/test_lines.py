"""Where in the file a key stands."""

from lupweb.configfile.lines import positions

TEXT = '''\
# a comment with = and [[fields]]
roles = []

[site] # the site
name = "x"

[[fields]]
key = "a"
help_text = """
[[fields]]
key = "not this one"
"""
name = "A"
  [[ fields ]]
  key = "b"
options = [
  "one", "[[fields]]",
]
name = "B"
'''


def test_tables_and_their_keys_are_found_long_texts_and_comments_are_not() -> None:
    assert positions(TEXT) == {
        ("roles", 0, ""): 2,
        ("site", 0, ""): 4,
        ("site", 0, "name"): 5,
        ("fields", 0, ""): 7,
        ("fields", 0, "key"): 8,
        ("fields", 0, "help_text"): 9,
        ("fields", 0, "name"): 13,
        ("fields", 1, ""): 14,
        ("fields", 1, "key"): 15,
        ("fields", 1, "options"): 16,
        ("fields", 1, "name"): 19,
    }
