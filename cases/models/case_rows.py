"""The states of a matter, and who may read which matters."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from duban.approvals.models import ApprovalStep
from duban.org.actor import Actor
from duban.org.models import Office
from duban.org.roles import OFFICE, OVERSIGHT, UNIT


class CaseState(models.TextChoices):
    DRAFT = "draft", "拟立项"
    PENDING_APPROVAL = "pending_approval", "待批准"
    REGISTERED = "registered", "已立项"
    ASSIGNED = "assigned", "已交办"
    IN_PROGRESS = "in_progress", "承办中"
    SUSPENDED = "suspended", "缓办"
    COMPLETED = "completed", "办结"
    CLOSED = "closed", "销号"
    TERMINATED = "terminated", "终止"


class Importance(models.TextChoices):
    ORDINARY = "ordinary", "一般事项"
    KEY = "key", "重点事项"
    MAJOR = "major", "重大任务"


UNDER_WAY = (CaseState.ASSIGNED, CaseState.IN_PROGRESS)
DONE = (CaseState.COMPLETED, CaseState.CLOSED)
# Nothing more is to be done, with a result or without.
ENDED = (*DONE, CaseState.TERMINATED)


# What no row of the table may contradict, whoever writes it.
CASE_CONSTRAINTS = [
    models.UniqueConstraint(
        fields=["office", "number"], condition=~Q(number=""), name="case_number_once"
    ),
    models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
    models.CheckConstraint(
        condition=Q(state__in=["draft", "pending_approval"])
        | (~Q(number="") & Q(registered_at__isnull=False)),
        name="registered_case_has_a_number",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=["completed", "closed"])
        | (Q(completed_at__isnull=False, done_at__isnull=False) & ~Q(result="")),
        name="completed_case_has_a_result",
    ),
    models.CheckConstraint(
        condition=Q(state="suspended", suspended_at__isnull=False)
        | (~Q(state="suspended") & Q(suspended_at__isnull=True, resume_on__isnull=True)),
        name="case_suspended_exactly_when_it_says_so",
    ),
    models.CheckConstraint(
        condition=(Q(state="terminated", terminated_at__isnull=False) & ~Q(result=""))
        | (~Q(state="terminated") & Q(terminated_at__isnull=True)),
        name="terminated_case_has_a_moment_and_a_reply",
    ),
]


class CaseQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> CaseQuerySet:
        """The rows this actor may read, in the acting post only (DESIGN 1)."""
        if actor is None or actor.post_id is None:
            return self.none()
        overseers = OFFICE | OVERSIGHT | {"chief_leader", "secretary_general"}
        if actor.has(*overseers) and actor.office_id:
            root = Office.objects.filter(pk=actor.office_id).values("root__path")[:1]
            below = Office.objects.annotate(top=models.Subquery(root)).filter(
                root__path__startswith=models.F("top")
            )
            return self.filter(office__in=below)
        if actor.has("section_staff"):
            own = Q(supervisor_id=actor.unit_id) | Q(registered_by_id=actor.user_id)
            return self.filter(own, office_id=actor.office_id)
        if actor.has("deputy_leader"):
            return self.filter(
                Q(lead_unit_id__in=actor.portfolio)
                | self._assigned_to(actor.portfolio)
                | Q(assigner_id=actor.post_id)
                | self._put_before(actor),
                office_id=actor.office_id,
            )
        if actor.has(*UNIT):
            return self.filter(self._assigned_to([actor.unit_id]))
        return self.none()

    @staticmethod
    def _assigned_to(units: object) -> Exists:
        from cases.models.assignment import Assignment

        return Exists(Assignment.objects.delivered().filter(case=OuterRef("pk"), unit__in=units))

    @staticmethod
    def _put_before(actor: Actor) -> Exists:
        """A matter of units in nobody's charge comes to every deputy leader for approval."""
        links = ApprovalStep.objects.visible_to(actor).filter(scope_unit__isnull=True)
        return Exists(links.filter(chain__case_id=OuterRef("pk")))

    def under_way(self) -> CaseQuerySet:
        return self.filter(state__in=UNDER_WAY)

    def done_between(self, start: date, end: date) -> CaseQuerySet:
        """办结 in the period; both days included, Shanghai time."""
        return self.filter(
            completed_at__date__gte=start, completed_at__date__lte=end, state__in=DONE
        )

    def for_list(self) -> CaseQuerySet:
        return self.select_related(
            "lead_unit", "clock", "supervisor", "pack_version", "office", "assigner__user"
        )
