"""How much is read of what a browser sends with a profile (hostile-input.md B57)."""

import io
from pathlib import Path
from typing import Any

import pytest

from tests.blueprints.edit_forms import EditPage
from tests.blueprints.test_editing_pictures import MIB, form, upload
from tests.profiles.drawing import a_picture
from tests.profiles.test_pictures_hostile import peak_memory

__all__ = ["form"]
MULTIPART = "multipart/form-data; boundary=b"
START = (
    b'--b\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n\r\n' + b"x" * 65_536
)


@pytest.mark.parametrize(("size", "status"), [(8 * MIB + 1, 422), (9 * MIB, 413)])
def test_b57_more_than_8_mib_of_picture_or_9_of_form_are_refused(
    form: EditPage, size: int, status: int
) -> None:
    picture = a_picture()

    assert upload(form, picture + bytes(size - len(picture))) == status


def test_b57_other_forms_stay_small_and_a_field_has_a_limit(form: EditPage) -> None:
    ben = form.browser
    token = dict(form.pairs)["csrf_token"]
    for path in ("/people/ben/confirm", "/people/ben/crop", "/logout"):
        sent = {"csrf_token": token, "field": "x" * (1024 * 1024)}
        assert ben.client.post(path, data=sent).status_code == 413

    form.type("about", "x" * 1_000_000).save()

    assert ben.response.status_code == 422
    assert "1000000 characters long" in ben.text


class Body(io.RawIOBase):
    """A body without end, that counts how much of it is read."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[:] = (START * (1 + len(buffer) // len(START)))[: len(buffer)]
        self.taken += len(buffer)
        return len(buffer)


def test_b57_a_body_of_1_gib_is_refused_before_it_is_read(form: EditPage) -> None:
    body = Body()

    sent = {"wsgi.input": body, "CONTENT_LENGTH": str(1024 * MIB)}
    answer = form.browser.client.post(form.path, content_type=MULTIPART, environ_overrides=sent)

    assert (answer.status_code, body.taken) == (413, 0)


def test_b57_a_body_that_does_not_say_its_length_is_read_up_to_the_limit(form: EditPage) -> None:
    body = Body()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = peak_memory("self")

    sent = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answer = form.browser.client.post(form.path, content_type=MULTIPART, environ_overrides=sent)

    assert answer.status_code == 413
    assert body.taken <= 10 * MIB
    assert peak_memory("self") - before < 60 * MIB


def test_b57_ten_thousand_parts_are_refused(form: EditPage) -> None:
    form.pairs += [("x", "")] * 10_000

    form.save()

    assert form.browser.response.status_code == 413
