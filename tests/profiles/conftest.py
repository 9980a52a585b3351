"""What tests of profiles share."""

import pytest
from flask import Flask

from lupweb.database import transaction
from lupweb.profiles.editor import define_category, define_field
from tests.factories import a_local_group, a_local_person


@pytest.fixture
def office(in_app: Flask) -> None:
    """Ada, Ben and Cem; Sam is the safety officer, and only safety officers see first aid."""
    a_local_group("safety", "hr")
    with transaction():
        define_category("safety", "First aid", visible_to=["safety"])
        define_field("emergency", "Emergency contact", category="safety")
        define_field("manager", "Reports to", category="work", type_key="user_select")
    a_local_person("ada", "Ada Lovelace", position="Countess", phone="0611 20570")
    a_local_person("ben", "Ben Özgür", emergency="ZQX-SECRET-7")
    a_local_person("cem", "Cem Groß", groups=["hr"])
    a_local_person("sam", "Sam Safe", groups=["safety"])
