"""The interface describes itself, completely and without contradiction."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from cases.tests import given
from cases.tests.admin_pages import signed_in

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_without_warnings():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    for path in (
        "/api/v1/cases/{id}/strike-off/",
        "/api/v1/extensions/{id}/counter/",
        "/api/v1/closures/{id}/suggestion/",
        "/api/v1/feedback/no-change/",
    ):
        assert path in out.getvalue()


def test_the_schema_is_served_to_who_is_signed_in(client):
    assert client.get(reverse("api:schema")).status_code in (401, 403)
    here = given.place()
    response = signed_in(here, "water_liaison").get(reverse("api:schema"))
    assert response.status_code == 200
    assert b"openapi: 3" in response.content
