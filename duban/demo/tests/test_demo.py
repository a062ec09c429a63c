"""The demonstration: built by the services, once, and open only from this machine."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import RequestFactory

from cases.models import (
    Agreement,
    Assignment,
    Case,
    CaseState,
    Escalation,
    HandlingPlan,
    Objection,
    Turn,
    TurnKind,
)
from deadlines.models import CalendarChange, Obligation
from duban.demo.backend import PASSWORD, DemoBackend
from duban.demo.build import build
from duban.demo.world import accounts
from duban.org.models import Office, User
from duban.rulepacks.loader import shipped_names
from duban.rulepacks.models import Activation
from reports.models import Bulletin

pytestmark = pytest.mark.django_db


def test_it_shows_every_pack_every_state_and_the_last_quarters_bulletin() -> None:
    build(date(2027, 5, 6))  # its base day falls among the holidays of May
    worked_by = set(Case.objects.values_list("pack_version__name", flat=True))
    assert worked_by == set(shipped_names()) - {"base"}
    for office in Office.objects.all():
        assert Case.objects.filter(office=office).count() >= 6
    _every_state_of_a_matter()
    _what_time_brings()
    assert set(Bulletin.objects.values_list("state", flat=True)) == {"published"}
    named = [login for login, _, _ in accounts()]
    assert User.objects.filter(username__in=named).count() == len(named)


def _every_state_of_a_matter() -> None:
    states = Counter(Case.objects.values_list("state", flat=True))
    assert set(states) >= set(CaseState.values) - {"completed"}
    assert states["closed"] >= 20
    assert Case.objects.filter(cycle=2, state="in_progress").exists()


def _what_time_brings() -> None:
    assert set(Turn.objects.values_list("kind", flat=True)) == set(TurnKind.values)
    assert Turn.objects.filter(kind="suspension", state="ended").exists()
    outcomes = set(Objection.objects.values_list("outcome", flat=True))
    assert outcomes == {"pending", "upheld", "rejected"}
    assert set(HandlingPlan.objects.values_list("state", flat=True)) == {"reported", "effective"}
    assert Agreement.objects.filter(state="granted").exists()
    assert [party.is_to_agree for party in _parts("农贸市场快检室规范运行")] == [True]
    assert Escalation.objects.filter(does="take_over", state="taken").exists()
    owed = Obligation.objects.filter(part_id__isnull=True)
    assert set(owed.values_list("state", flat=True)) == {"open", "fulfilled", "waived"}
    assert owed.filter(state="fulfilled", settled_at__gte=F("clock__due_at")).exists()
    assert owed.filter(key="onsite_days", state="fulfilled").exists()
    assert Activation.objects.filter(confirmed_at__isnull=True).count() == 1
    assert CalendarChange.objects.filter(state="proposed", office__isnull=False).count() == 1


def _parts(title: str) -> list[Assignment]:
    return Case.objects.get(title=title).parties


def test_it_is_loaded_once_and_in_demo_mode_only(settings: Any) -> None:
    with pytest.raises(CommandError, match="DUBAN_DEMO"):
        call_command("duban_demo")
    settings.DUBAN_DEMO = True
    call_command("duban_demo", as_of=date(2026, 11, 23), stdout=io.StringIO())
    before = Case.objects.count()
    assert before > 40
    again = io.StringIO()
    call_command("duban_demo", as_of=date(2026, 11, 23), stdout=again)
    assert "已在" in again.getvalue()
    assert Case.objects.count() == before


@pytest.mark.parametrize(
    ("demo", "address", "headers", "opens"),
    [
        (True, "127.0.0.1", {}, True),
        (True, "::1", {}, True),
        (True, "10.0.0.8", {}, False),
        (True, "127.0.0.1", {"HTTP_X_FORWARDED_FOR": "10.0.0.8"}, False),
        (False, "127.0.0.1", {}, False),
    ],
)
def test_the_known_password_opens_only_from_this_machine_in_demo_mode(
    rf: RequestFactory,
    settings: Any,
    demo: bool,
    address: str,
    headers: dict[str, str],
    opens: bool,
) -> None:
    settings.DUBAN_DEMO = demo
    user = User(username="cp_x", name="演示")
    user.set_unusable_password()
    user.save()
    request = rf.post("/login/", REMOTE_ADDR=address, **headers)
    found = DemoBackend().authenticate(request, username="cp_x", password=PASSWORD)
    assert (found == user) is opens


def test_the_known_password_never_opens_an_account_with_its_own(
    rf: RequestFactory, settings: Any
) -> None:
    settings.DUBAN_DEMO = True
    User.objects.create_user("real", "a-real-password", name="某人")
    request = rf.post("/login/", REMOTE_ADDR="127.0.0.1")
    assert DemoBackend().authenticate(request, username="real", password=PASSWORD) is None
