"""What commands print: words for people, one JSON document for programs."""

import json
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")


def print_json(document: Any) -> None:
    """Print one document on one line of standard output."""
    click.echo(json.dumps(document, ensure_ascii=False))
