"""Two people, or one person twice, at the same moment: real threads, real transactions."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from cases.models import Case, ClosureRequest, Extension, FeedbackDuty, Notice, Reminder
from cases.services.alerts import consume_alerts
from cases.services.assignments import assignment_acknowledge
from cases.services.cases import case_assign, case_registration_decide, case_submit
from cases.services.closures import closure_decide, closure_draft, closure_submit
from cases.services.extensions import extension_decide
from cases.tests import given
from deadlines.models import Clock, OverdueFinding
from deadlines.services import sweep
from duban.documents.models import OfficialDocument
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.ledger.once import once
from duban.notify.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act returned or raised, all begun at once, each on its own connection."""
    barrier, found = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            found[place] = act()
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            found[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def one_of(found: list[object], refusal: type[Exception] = RuleViolation) -> Exception:
    """Exactly one went through; the refusal of the other."""
    refused = [answer for answer in found if isinstance(answer, Exception)]
    assert len(refused) == len(found) - 1, found
    assert all(isinstance(answer, refusal) for answer in refused), found
    return refused[0]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_of_two_approvers_at_the_same_moment_one_decides_and_the_other_is_told():
    here = given.place()
    given.post(here, "deputy3", "city", "deputy_leader", "副市长", "江河", office=here.office)
    here.posts["deputy3"].portfolios.create(unit=here.units["water"], starts_on=given.SINCE)
    case = given.in_progress(here)
    extension = given.asked(here, case, until="2026-08-31", when="2026-06-20")
    extension_decide(
        extension=extension, approve=True, by=here.secretary, at=given.at("2026-06-21")
    )

    def act(key, *, approve):
        return lambda: extension_decide(
            extension=Extension.objects.get(pk=extension.pk), approve=approve, opinion="意见",
            by=here.actor(key), at=given.at("2026-06-22"),
        )  # fmt: skip

    refused = one_of(together(act("deputy", approve=True), act("deputy3", approve=False)))
    assert "不能再审批" in str(refused)
    decided = fresh(extension)
    assert decided.chain.steps.exclude(state="pending").count() == 2
    expected = "2026-08-31" if decided.state == "granted" else "2026-06-30"
    assert str(fresh(case).clock.due_on) == expected


def test_of_two_colleagues_of_the_section_one_reviews_and_the_other_learns_who_did():
    here = given.place()
    colleague = given.post(
        here, "colleague", "section", "section_staff", "科员", "吴越", office=here.office
    )
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-10")

    def act(key):
        return lambda: closure_decide(
            closure=ClosureRequest.objects.get(pk=closure.pk), approve=True, grade="basic",
            by=here.actor(key), at=given.at("2026-06-11"),
        )  # fmt: skip

    refused = one_of(together(act("secretary"), act("colleague")))
    assert colleague.user.name in str(refused) or "陈静" in str(refused)
    assert "审批，无需再次审批" in str(refused)
    assert fresh(closure).state == "in_review"


def test_a_double_click_registers_one_number_and_one_notice():
    here = given.place()
    case = given.draft(here)
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))

    def approve():
        return case_registration_decide(
            case=Case.objects.get(pk=case.pk), approve=True, by=here.chief,
            at=given.at("2026-03-03"),
        )  # fmt: skip

    one_of(together(approve, approve))
    assert fresh(case).number == "长政督〔2026〕1号"

    def assign():
        return case_assign(
            case=Case.objects.get(pk=case.pk), by=here.secretary, at=given.at("2026-03-03")
        )

    refused = one_of(together(assign, assign))
    assert "当前状态为“已交办”" in str(refused)
    assert Clock.objects.filter(case_id=case.pk).count() == 1
    assert OfficialDocument.objects.filter(case_id=case.pk).count() == 1
    assert Message.objects.filter(template="case_assigned").count() == 1


def test_two_matters_approved_at_once_get_two_numbers_without_a_gap():
    here = given.place()
    cases = [given.draft(here), given.draft(here)]
    for case in cases:
        case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))

    def act(case):
        return lambda: case_registration_decide(
            case=Case.objects.get(pk=case.pk), approve=True, by=here.chief,
            at=given.at("2026-03-03"),
        )  # fmt: skip

    assert not [a for a in together(*map(act, cases)) if isinstance(a, Exception)]
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert numbers == ["长政督〔2026〕1号", "长政督〔2026〕2号"]


def test_two_units_sign_at_once_and_the_matter_starts_once():
    here = given.place()
    case = given.assigned(
        here, parties=[given.lead(here.units["water"]), given.co(here.units["finance"])]
    )

    def act(party, key):
        return lambda: assignment_acknowledge(
            assignment=party, by=here.actor(key), at=given.at("2026-03-03")
        )

    lead, co_unit = case.parties
    found = together(act(lead, "water_liaison"), act(co_unit, "finance_liaison"))
    assert not [answer for answer in found if isinstance(answer, Exception)], found
    assert fresh(case).state == "in_progress"
    assert LedgerEntry.objects.filter(action="start").count() == 1


def test_two_requests_for_extension_at_once_are_one():
    here = given.place()
    case = given.in_progress(here)

    def ask():
        row = Case.objects.get(pk=case.pk)
        return given.asked(here, row, until="2026-08-31", when="2026-06-20")

    refused = one_of(together(ask, ask))
    assert "已有一份延期申请正在审批" in str(refused)
    assert Extension.objects.count() == 1


def test_a_request_for_extension_and_an_application_at_once_never_both():
    here = given.place()
    case = given.in_progress(here)
    draft = closure_draft(
        case=case, result="完成", by=here.water_liaison, at=given.at("2026-06-19")
    )

    def ask():
        row = Case.objects.get(pk=case.pk)
        return given.asked(here, row, until="2026-08-31", when="2026-06-20")

    def apply():
        return closure_submit(closure=draft, by=here.water_liaison, at=given.at("2026-06-20"))

    one_of(together(ask, apply))
    assert Extension.objects.count() + ClosureRequest.objects.exclude(state="draft").count() == 1


def test_saving_a_first_draft_twice_at_once_makes_one():
    here = given.place()
    case = given.in_progress(here)

    def save(text):
        return lambda: closure_draft(
            case=Case.objects.get(pk=case.pk), result=text, by=here.water_liaison,
            at=given.at("2026-06-19"),
        )  # fmt: skip

    found = together(save("甲"), save("乙"))
    assert not [answer for answer in found if isinstance(answer, Exception)], found
    assert ClosureRequest.objects.count() == 1


def test_the_lead_withdraws_while_the_leader_grants_and_one_of_them_wins_wholly():
    from cases.services.closures import closure_withdraw

    here = given.place()
    case = given.in_progress(here)
    closure = given.applied(here, case, when="2026-06-10")
    closure_decide(closure=closure, approve=True, grade="basic", by=here.secretary,
                   at=given.at("2026-06-11"))  # fmt: skip

    def grant():
        return closure_decide(
            closure=ClosureRequest.objects.get(pk=closure.pk), approve=True, grade="basic",
            by=here.deputy, at=given.at("2026-06-12"),
        )  # fmt: skip

    def withdraw():
        return closure_withdraw(
            closure=ClosureRequest.objects.get(pk=closure.pk), by=here.water_liaison,
            at=given.at("2026-06-12"),
        )  # fmt: skip

    one_of(together(grant, withdraw))
    whole = (fresh(closure).state, fresh(case).state, fresh(case.lead).state)
    assert whole in {
        ("granted", "completed", "accepted"), ("withdrawn", "in_progress", "acknowledged"),
    }  # fmt: skip


def test_two_urgings_at_once_are_one():
    here = given.place()
    case = given.in_progress(here)

    def urge(key):
        from cases.models import NoticeKind
        from cases.services.notices import notice_issue

        return lambda: notice_issue(
            assignment=case.lead, kind=NoticeKind.URGE, content="请抓紧。", by=here.actor(key),
            at=given.at("2026-03-10"),
        )  # fmt: skip

    refused = one_of(together(urge("secretary"), urge("staff")))
    assert "已催办（共1次）" in str(refused)
    assert Notice.objects.count() == 1


def test_a_double_submit_under_one_key_gets_the_first_answer_twice():
    here = given.place()
    case = given.in_progress(here)

    def submit():
        def act():
            row = Case.objects.get(pk=case.pk)
            return {"id": given.asked(here, row, until="2026-08-31", when="2026-06-20").pk}

        return once("a-key-of-the-form", by=here.water_liaison, act=act)

    first, second = together(submit, submit)
    assert first == second == {"id": Extension.objects.get().pk}


def test_a_stale_form_is_refused_with_both_versions():
    here = given.place()
    case = given.draft(here)
    seen = case.version
    case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"))
    with pytest.raises(StaleVersion) as stale:
        case_submit(case=case, by=here.secretary, at=given.at("2026-03-02"), expect=seen)
    assert (stale.value.seen, stale.value.now) == (seen, seen + 1)


def test_two_workers_sweep_and_consume_at_once_and_everything_happens_once():
    here = given.place("lanzhou-2018")
    for _ in range(3):
        given.in_progress(here)
    at = given.at("2026-07-01 00:00")

    def work():
        sweep(at)
        return consume_alerts(at=at)

    found = together(work, work)
    assert not [answer for answer in found if isinstance(answer, Exception)], found
    consume_alerts(at=at)
    told = list(Message.objects.values_list("event", "recipient", "template"))
    assert len(told) == len(set(told))
    assert Reminder.objects.count() == Reminder.objects.values("alert").distinct().count()
    for period in ("2026-06", "2026-07"):
        assert FeedbackDuty.objects.filter(obligation__period=period).count() == 3
    assert OverdueFinding.objects.filter(kind=0).count() == 3
