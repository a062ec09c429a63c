from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from duban.ledger.packs import pack_load
from duban.ledger.tests.errand import Errand
from duban.org.actor import Actor
from duban.org.selectors import system_actor
from duban.org.tests import given
from duban.rulepacks.loader import load_shipped_pack
from duban.rulepacks.models import RulePackVersion

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def errands(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The table of the tests' own machine, for the whole run."""
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Errand)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.delete_model(Errand)


def load(name: str = "changzhi-2022") -> RulePackVersion:
    return pack_load(loaded=load_shipped_pack(name), by=system_actor(), at=AT)


class Scene:
    """A city, a handler of its finance bureau, the head of its office, and one errand."""

    def __init__(self) -> None:
        self.city = given.city()
        self.version = load()
        self.handler = given.actor(given.post("周敏", self.city.finance, "handler"))
        self.head = self._head()
        self.errand = Errand.objects.create(
            office_id=self.city.office.pk,
            unit_id=self.city.finance.pk,
            pack_version_id=self.version.pk,
            result="已完成",
        )

    def _head(self) -> Actor:
        post = given.post("赵刚", self.city.body, "office_head", office=self.city.office)
        return given.actor(post)

    def stored(self) -> Errand:
        return Errand.objects.get(pk=self.errand.pk)


@pytest.fixture
def scene(errands: None, db: None) -> Iterator[Scene]:
    yield Scene()
    Errand.objects.all().delete()
