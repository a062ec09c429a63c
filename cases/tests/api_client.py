"""A program that speaks to the interface, signed in as the holder of a post."""

from __future__ import annotations

from typing import Any

from django.test import Client

from cases.tests import given
from cases.tests.admin_pages import signed_in

ROOT = "/api/v1"


class Api:
    """JSON in, JSON out. Answers are (status, body)."""

    def __init__(self, made: given.Place, key: str = "", *, token: str = "") -> None:
        self.client = signed_in(made, key) if key else Client()
        self.headers = {"Authorization": f"Token {token}"} if token else {}

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        response = self.client.get(f"{ROOT}{path}", query, headers=self.headers)
        return response.status_code, response.json()

    def post(self, path: str, body: Any = None, *, key: str = "", method: str = "post") -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        response = getattr(self.client, method)(
            f"{ROOT}{path}", body or {}, content_type="application/json", headers=headers
        )
        return response.status_code, response.json()

    def put(self, path: str, body: Any) -> tuple[int, Any]:
        return self.post(path, body, method="put")


def draft_body(made: given.Place, **changes: Any) -> dict[str, Any]:
    """A draft that may be submitted as it stands."""
    return {
        "title": "城区老旧供水管网改造",
        "task": "完成改造12公里。",
        "source": "meeting",
        "basis": "市政府第12次常务会议纪要",
        "basis_on": "2026-02-26",
        "due_on": "2026-06-30",
        "due_basis": "designated",
        "due_citation": "市政府第12次常务会议纪要",
        "not_secret": True,
        "lead_unit": made.units["water"].pk,
        "co_units": [{"unit": made.units["finance"].pk, "duty_text": "落实改造资金"}],
    } | changes
