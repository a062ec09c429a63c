"""A file over the limit is dropped while it streams, and the form says so beside the field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duban.org.models import User
from duban.web.uploads import MEGABYTE, OversizedFile

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _small_limit(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DUBAN_UPLOAD_LIMIT = MEGABYTE
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    yield
    assert list(tmp_path.iterdir()) == [], "temporary files left behind"


def send(client: Client, size: int, **headers: str) -> Any:
    file = SimpleUploadedFile("报告.pdf", b"x" * size)
    return client.post("/try/upload/", {"note": "已填的说明", "file": file}, headers=headers)


def test_a_file_at_the_limit_is_taken(signed_in: SignIn, staff: User) -> None:
    assert send(signed_in(staff), MEGABYTE).status_code == 302


def test_a_file_over_the_limit_is_refused_beside_its_field(signed_in: SignIn, staff: User) -> None:
    answer = send(signed_in(staff), 3 * MEGABYTE + 1)
    assert answer.status_code == 422
    assert answer.context["form"]["file"].errors == [
        "“报告.pdf”有 3.0 MB，超过单个文件 1 MB 的上限，请压缩或拆分后再上传。"
    ]
    assert "已填的说明" in answer.content.decode()


def test_a_request_beyond_all_measure_is_cut_off(signed_in: SignIn, staff: User) -> None:
    answer = send(signed_in(staff), 11 * MEGABYTE)
    assert answer.status_code == 413
    assert "过大" in answer.content.decode()


def test_who_is_not_signed_in_streams_nothing_in(db: None) -> None:
    """The token of a form is read from the body, and so before anybody asks who sends it."""
    client = Client(enforce_csrf_checks=True)
    client.get("/login/")
    assert send(client, 2 * MEGABYTE).status_code == 413


def test_the_stand_in_has_no_content(settings: Any) -> None:
    file = OversizedFile("a.bin", "", 5 * MEGABYTE)
    for read in (file.read, file.open, file.chunks):
        with pytest.raises(ValidationError, match="上限"):
            read()


def test_the_browser_is_told_the_limit(signed_in: SignIn, staff: User) -> None:
    html = signed_in(staff).get("/try/upload/").content.decode()
    assert f'data-max-bytes="{50 * MEGABYTE}"' in html
    assert 'enctype="multipart/form-data"' in html
