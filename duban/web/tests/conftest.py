from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from duban.org.models import User
from duban.web import navigation, search
from duban.web.tests.given import Office, person

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture(autouse=True)
def _own_addresses(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The layout is tested without the apps above it; registries start as this layer leaves them."""
    settings.ROOT_URLCONF = "duban.web.tests.urls"
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(search, "_providers", {})


@pytest.fixture
def office(db: None) -> Office:
    return Office.make()


@pytest.fixture
def staff(office: Office) -> User:
    """A section chief who is also the liaison of a department."""
    user = person(
        "zhangli", "张丽", office.body, "office_staff", office=office.row, title="督查一科科长"
    )
    person("zhangli", "张丽", office.department, "liaison", title="联络员（兼）")
    return user


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
