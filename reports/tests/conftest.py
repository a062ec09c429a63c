from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.test import Client

from reports.tests import given
from reports.tests.given import Place


@pytest.fixture(scope="package")
def quarter(django_db_setup: None, django_db_blocker: pytest.FixtureDef) -> Iterator[Place]:
    """The busy quarter, walked once for all these tests; each test's changes are rolled back on it."""
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        made = given.busy(given.place())
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.fixture
def here(db: None) -> Place:
    """An office without matters, beside the busy one."""
    return given.place(name="青原市", tag="qy")


@pytest.fixture
def sign_in(client: Client) -> Callable[[Place, str], Client]:
    def signed(made: Place, name: str) -> Client:
        user = made.posts[name].user
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed
