"""Parts that the shapes share. Every field is named; nothing is taken over from a model whole."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api import actions
from deadlines.models import Clock
from deadlines.selectors import why_this_day
from deadlines.sheet import facts
from duban.approvals.models import Chain
from duban.ledger.models import LedgerEntry
from duban.org.models import Unit


def word(choices: type[TextChoices]) -> serializers.CharField:
    """A stored word; the description lists all of them with what they mean."""
    return serializers.CharField(
        help_text="；".join(f"{v} {label}" for v, label in choices.choices)
    )


class UnitShape(serializers.ModelSerializer):
    class Meta:
        model = Unit
        fields = ("id", "name", "short_name")


class ActionShape(serializers.Serializer):
    """A step that can be this actor's; with reasons it is not lawful now."""

    name = serializers.CharField()
    label = serializers.CharField()
    allowed = serializers.BooleanField()
    reasons = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class DayShape(serializers.Serializer):
    date = serializers.DateField()
    n = serializers.IntegerField(allow_null=True, help_text="第几日；不计入的为空。")
    reason = serializers.CharField()


class ComputationShape(serializers.Serializer):
    """期限计算单: why it is this day."""

    sentence = serializers.CharField()
    clause = serializers.CharField(allow_null=True)
    quote = serializers.CharField()
    facts = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    provisional = serializers.BooleanField(help_text="所涉年份放假安排尚未公布，暂定。")
    days = DayShape(many=True)


class ClockShape(serializers.ModelSerializer):
    due_on = serializers.DateField(help_text="最后一日，当日仍为按期。")
    light = serializers.SerializerMethodField()

    class Meta:
        model = Clock
        fields = (
            "id",
            "kind",
            "label",
            "started_at",
            "due_on",
            "due_at",
            "original_due_at",
            "stopped_at",
            "provisional",
            "light",
        )

    def get_light(self, clock: Clock) -> str:
        return clock.light_at(timezone.now())


class StepShape(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="审批时作为 version 提交。")
    label = serializers.CharField()
    role = serializers.CharField()
    clause = serializers.CharField()
    state = serializers.CharField()
    decided_name = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    opinion = serializers.CharField()


class ChainShape(serializers.Serializer):
    """The links of an approval; `current` is the one whose turn it is."""

    current = serializers.SerializerMethodField()
    steps = StepShape(many=True, source="ordered_steps")

    def get_current(self, chain: Chain) -> int | None:
        return chain.current.pk if chain.current else None


class Acting(serializers.ModelSerializer):
    """A row with what can be done with it."""

    state_label = serializers.CharField(source="get_state_display")
    available_actions = serializers.SerializerMethodField()

    def actions(self, row: Any) -> list[actions.Possible]:
        raise NotImplementedError(f"{type(self).__name__} names no actions")

    @extend_schema_field(ActionShape(many=True))
    def get_available_actions(self, row: Any) -> list[dict[str, Any]]:
        return [found.to_json() for found in self.actions(row)]

    @property
    def actor(self) -> Any:
        return self.context["request"].actor


class EntryShape(serializers.ModelSerializer):
    """One line of 过程."""

    class Meta:
        model = LedgerEntry
        fields = (
            "id",
            "subject_type",
            "subject_id",
            "action",
            "label",
            "clause",
            "actor_name",
            "unit_name",
            "post_title",
            "on_behalf_of_name",
            "note",
            "effective_at",
            "recorded_at",
        )
        read_only_fields = fields


def computation_of(clock: Clock) -> dict[str, Any]:
    found = clock.explained
    return {
        "sentence": why_this_day(clock),
        "clause": found.clause,
        "quote": found.quote,
        "facts": [[label, str(value)] for label, value in facts(found)],
        "provisional": found.provisional,
        "days": [{"date": d.date, "n": d.n, "reason": d.reason} for d in found.days],
    }


def without(shape: type[serializers.ModelSerializer], *names: str) -> tuple[str, ...]:
    """The fields of a shape for lists, where what costs a query a row is left out."""
    return tuple(name for name in shape.Meta.fields if name not in names)
