"""Who gets in: sessions, tokens, and for each role the same rows as on the pages."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from cases.api.base import ActorThrottle
from cases.models import Assignment, Case, ClosureRequest, Extension, Feedback
from cases.tests import given
from cases.tests.api_client import Api, draft_body
from duban.org.models import Post
from duban.web.services import password_change, token_create, token_revoke

pytestmark = pytest.mark.django_db

LISTS = {
    "/assignments/": Assignment,
    "/feedback/": Feedback,
    "/extensions/": Extension,
    "/closures/": ClosureRequest,
}
# Role by relation: who is near the matter of 市水利局 (lead) and 市财政局 (co-unit), and who is not.
EVERYONE = (
    "staff",
    "head",
    "secretary",
    "secretary2",
    "deputy",
    "deputy2",
    "chief",
    "secgen",
    "security",
    "water_liaison",
    "water_head",
    "finance_liaison",
    "housing_liaison",
)


@pytest.fixture
def here() -> Iterator[given.Place]:
    with time_machine.travel(given.at("2026-03-10 10:00"), tick=False):
        made = given.place()
        case = given.in_progress(
            made, parties=[given.lead(made.units["water"]), given.co(made.units["finance"])]
        )
        given.report(made, case.lead, "initial_report", when="2026-03-05")
        given.asked(made, case, when="2026-03-06", until="2026-09-30")
        given.draft(made, title="拟立项的事项")
        cache.clear()
        yield made


@pytest.mark.parametrize("key", EVERYONE)
def test_lists_and_single_rows_show_what_the_pages_show(here: given.Place, key: str):
    actor, api = here.actor(key), Api(here, key)
    wanted = set(Case.objects.visible_to(actor).values_list("pk", flat=True))
    assert {row["id"] for row in api.get("/cases/")[1]["results"]} == wanted
    for case in Case.objects.all():
        expected = 200 if case.pk in wanted else 404
        assert api.get(f"/cases/{case.pk}/")[0] == expected
        assert api.get(f"/cases/{case.pk}/ledger/")[0] == expected
    for path, model in LISTS.items():
        wanted = set(model.objects.visible_to(actor).values_list("pk", flat=True))
        assert {row["id"] for row in api.get(path)[1]["results"]} == wanted
        for pk in model.objects.values_list("pk", flat=True):
            assert api.get(f"{path}{pk}/")[0] == (200 if pk in wanted else 404)


@pytest.mark.parametrize("key", ["head", "chief", "water_liaison"])
def test_two_localities_never_meet(here: given.Place, key: str):
    there = given.place(name="安宁市", tag="安")
    api = Api(there, key)
    assert api.get("/cases/")[1]["results"] == []
    for path in LISTS:
        assert api.get(path)[1]["results"] == []


def test_a_token_acts_in_its_post_and_stops_at_once_when_revoked(here: given.Place):
    by = here.actor("secretary")
    token, text = token_create(name="与 OA 对接", by=by, at=given.at("2026-03-09"))
    api = Api(here, token=text)
    status, body = api.post("/cases/", draft_body(here))
    assert (status, body["supervisor"]["name"]) == (201, "秘书一科")
    token_revoke(token=token, by=by, at=given.at("2026-03-10"))
    assert api.get("/cases/")[0] == 401
    assert api.post("/cases/", draft_body(here))[0] == 401


def test_a_token_ends_with_its_post_its_password_and_its_year(here: given.Place):
    by = here.actor("water_liaison")
    _, text = token_create(name="一", by=by, at=given.at("2026-03-09"))
    Post.objects.filter(pk=by.post_id).update(ends_on=given.date(2026, 3, 9))
    assert Api(here, token=text).get("/cases/")[0] == 401
    guard = here.actor("secretary")
    _, text = token_create(name="二", by=guard, at=given.at("2025-03-09"))
    assert Api(here, token=text).get("/cases/")[0] == 401
    _, text = token_create(name="三", by=guard, at=given.at("2026-03-09"))
    user = here.posts["secretary"].user
    password_change(user=user, password="Changping-2026", by=guard, at=given.at("2026-03-10"))
    assert Api(here, token=text).get("/cases/")[0] == 401


@pytest.mark.parametrize("token", ["", "dbn_nonsense", "abc"])
def test_nobody_gets_in_without_a_key(here: given.Place, token: str):
    api = Api(here, token=token)
    for path in ("/cases/", *LISTS):
        assert api.get(path)[0] == 401
    assert api.post("/cases/", draft_body(here))[0] == 401


def test_somebody_without_a_post_sees_nothing(here: given.Place):
    post = here.posts["water_liaison"]
    Post.objects.filter(pk=post.pk).update(ends_on=given.date(2026, 3, 9))
    status, body = Api(here, "water_liaison").get("/cases/")
    assert (status, body["detail"]) == (403, "您当前没有任职，不能使用接口。")


def test_a_session_post_needs_the_page_token(here: given.Place):
    """A link on another site cannot act in a signed-in person's name."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(
        here.posts["secretary"].user, backend="django.contrib.auth.backends.ModelBackend"
    )
    response = client.post("/api/v1/cases/", draft_body(here), content_type="application/json")
    assert response.status_code == 403


def test_too_many_requests_are_told_to_wait(here: given.Place, monkeypatch):
    monkeypatch.setattr(ActorThrottle, "rate", "3/min")
    api = Api(here, "secretary")
    answers = [api.get("/cases/")[0] for _ in range(4)]
    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize("body", ["[]", "{", "null", '"x"', '{"title": {"a": 1}}', "\x00"])
def test_what_is_no_json_object_changes_nothing(here: given.Place, body: str):
    api, before = Api(here, "secretary"), Case.objects.count()
    response = api.client.post("/api/v1/cases/", body, content_type="application/json")
    assert response.status_code == 400
    assert Case.objects.count() == before


@pytest.mark.parametrize(
    "path",
    [
        "/cases/abc/",
        "/cases/99999999999999999999/",
        "/cases/-1/",
        "/assignments/99999999999999999/",
    ],
)
def test_a_strange_number_is_not_found(here: given.Place, path: str):
    response = Api(here, "secretary").client.get(f"/api/v1{path}")
    assert response.status_code == 404


@pytest.mark.parametrize("method", ["delete", "patch"])
def test_nothing_is_deleted_and_nothing_is_changed_in_part(here: given.Place, method: str):
    case = Case.objects.first()
    for path in (f"/cases/{case.pk}/", *LISTS):
        response = getattr(Api(here, "head").client, method)(f"/api/v1{path}")
        assert response.status_code == 405


def test_lists_cost_the_same_for_one_and_many(here: given.Place, django_assert_max_num_queries):
    for number in range(8):
        case = given.in_progress(here, title=f"事项{number}", when="2026-03-02")
        given.report(here, case.lead, "initial_report", when="2026-03-05")
        given.asked(here, case, when="2026-03-06", until="2026-09-30")
    api = Api(here, "head")
    for path in LISTS:
        with django_assert_max_num_queries(10):
            assert api.get(path)[0] == 200
