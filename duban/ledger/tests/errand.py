"""A machine of the tests' own: the smallest thing that goes through the door."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from duban.ledger.guards import Guard
from duban.ledger.stateful import Stateful
from duban.org.actor import Actor
from duban.rulepacks.models import RulePackVersion


class ErrandState(models.TextChoices):
    OPEN = "open", "未办"
    SENT = "sent", "已报"
    DONE = "done", "办结"


HAS_RESULT = Guard("complete", lambda errand: errand.result != "", "尚未写明办理结果", "result")
IS_COUNTED = Guard("complete", lambda errand: errand.amount > 0, "数量须大于零", "amount")
IS_NEAR = Guard("no_such_step", lambda errand: errand.amount < 100, "数量过大", "amount")


def is_handler(errand: Errand, actor: Actor) -> bool:
    return actor.has("handler") and actor.unit_id == errand.unit_id


def is_head(errand: Errand, actor: Actor) -> bool:
    return actor.has("office_head")


class Errand(Stateful):
    """No foreign keys: its table is made for the tests, beside those that a flush truncates."""

    office_id = models.BigIntegerField()
    unit_id = models.BigIntegerField()
    pack_version_id = models.BigIntegerField()
    result = models.CharField(max_length=10, blank=True)
    amount = models.IntegerField(default=1)
    sent_at = models.DateTimeField(null=True, blank=True)
    state = FSMField(default=ErrandState.OPEN, choices=ErrandState.choices, protected=True)

    class Meta:
        # Of no installed app, so that no migration is ever written for it.
        app_label = "ledger_tests"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ErrandState.values), name="errand_state")
        ]

    def __str__(self) -> str:
        return f"差事 {self.pk}"

    @property
    def ledger_office_id(self) -> int:
        return self.office_id

    @property
    def ledger_case_id(self) -> int:
        return 7

    @property
    def pack_version(self) -> RulePackVersion:
        return RulePackVersion.objects.get(pk=self.pack_version_id)

    @transition(
        state,
        ErrandState.OPEN,
        ErrandState.SENT,
        conditions=[HAS_RESULT, IS_COUNTED, IS_NEAR],
        permission=is_handler,
        custom={"step": "close_request"},
    )
    def send(self, *, at: object = None) -> None:
        self.sent_at = at

    @transition(
        state,
        ErrandState.SENT,
        ErrandState.DONE,
        permission=is_head,
        custom={"step": "complete"},
    )
    def finish(self) -> None:
        pass
