"""What the interface takes. A field that is not named here is refused, whatever a model has."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.domain.drafts import DAY_UNITS, FARTHEST, Facts, Party
from cases.models import FeedbackKind, Importance
from cases.selectors.conditions import FINDINGS, STATE_GROUPS, TIMELINESS, WAITING
from cases.selectors.lights import LABELS
from cases.selectors.paging import SORTABLE
from cases.services.feedback import Words
from duban.org.models import Office, Post, Unit
from duban.org.roles import LEADERS


class Strict(serializers.Serializer):
    """Unknown fields are an error: a typo must not pass for a wish, nor a wish for a right."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError(
                {name: ["不接受这个字段。"] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class Seen(Strict):
    """The version that was seen; another one now is answered with 409."""

    version = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


def text(longest: int, *, required: bool = False) -> serializers.CharField:
    if required:
        return serializers.CharField(max_length=longest)
    return serializers.CharField(max_length=longest, required=False, allow_blank=True, default="")


def day(*, required: bool = False) -> serializers.DateField:
    if required:
        return serializers.DateField()
    return serializers.DateField(required=False, allow_null=True, default=None)


class OwnUnit(serializers.PrimaryKeyRelatedField):
    """A unit of the own office's tree; another one does not exist."""

    default_error_messages = {"does_not_exist": "本机构没有这个单位。"}

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        actor = getattr(request, "actor", None)
        if actor is None or actor.office_id is None:
            return Unit.objects.none()
        return Unit.objects.below(
            Office.objects.select_related("root").get(pk=actor.office_id).root
        )


class Leader(serializers.PrimaryKeyRelatedField):
    """The post of a leader of the own office."""

    default_error_messages = {"does_not_exist": "本机构没有这个领导职务。"}

    def get_queryset(self) -> Any:
        actor = getattr(self.context.get("request"), "actor", None)
        if actor is None:
            return Post.objects.none()
        return Post.objects.filter(office_id=actor.office_id, role__in=LEADERS)


class CoUnitForm(Strict):
    unit = OwnUnit(queryset=Unit.objects.none())
    duty_text = text(500, required=True)
    responsible_person = text(60)
    due_on = day()
    paper = serializers.BooleanField(default=False, help_text="纸质送达。")


class CaseForm(Seen):
    """A draft as a whole. State, number, grade and office are not anybody's to send."""

    title = text(200, required=True)
    heading = text(200)
    task = text(5000)
    source = text(40)
    basis = text(300)
    basis_on = day()
    importance = serializers.ChoiceField(Importance.choices, default=Importance.ORDINARY.value)
    urgency = text(40)
    due_on = day()
    due_count = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=FARTHEST.days,
        help_text="限定的日数，与日期二者取一。",
    )
    due_unit = serializers.ChoiceField(
        list(DAY_UNITS.items()), required=False, allow_blank=True, default=""
    )
    due_basis = text(40)
    due_citation = text(300)
    collective_units = text(500)
    not_secret = serializers.BooleanField(default=False)
    assigner = Leader(queryset=Post.objects.none(), required=False, allow_null=True, default=None)
    lead_unit = OwnUnit(queryset=Unit.objects.none(), required=False, allow_null=True, default=None)
    lead_person = text(60)
    lead_paper = serializers.BooleanField(default=False, help_text="纸质送达。")
    co_units = CoUnitForm(many=True, required=False, default=list)


def draft_of(values: dict[str, Any]) -> dict[str, Any]:
    """What `case_draft` and `case_redraft` take."""
    facts = Facts(**{name: values[name] for name in Facts.__dataclass_fields__})
    parties = []
    if unit := values["lead_unit"]:
        parties.append(
            Party(
                unit_id=unit.pk,
                unit_name=unit.label,
                is_lead=True,
                responsible_person=values["lead_person"],
                paper=values["lead_paper"],
            )
        )
    parties += [
        Party(
            unit_id=row["unit"].pk,
            unit_name=row["unit"].label,
            is_lead=False,
            duty_text=row["duty_text"],
            responsible_person=row["responsible_person"],
            due_on=row["due_on"],
            paper=row["paper"],
        )
        for row in values["co_units"]
    ]
    return {"facts": facts, "parties": parties, "assigner": values["assigner"]}


class Decision(Seen):
    approve = serializers.BooleanField()
    opinion = text(2000)


class GradedDecision(Decision):
    grade = text(40)
    grade_reason = text(500)


class StrikeOff(Seen):
    confirmed = serializers.ListField(child=serializers.IntegerField(), max_length=500)
    note = text(500)


class Acknowledgement(Seen):
    responsible_person = text(60)


class Result(Seen):
    result = text(5000, required=True)


class Reason(Seen):
    reason = text(500, required=True)


class ObjectionAnswer(Seen):
    answer = text(1000, required=True)


class Successor(Seen):
    """Who takes the part instead; nobody where a co-unit is let go."""

    successor = OwnUnit(queryset=Unit.objects.none(), required=False, allow_null=True, default=None)
    responsible_person = text(60)
    due_on = day()
    answer = text(1000)


class Receipt(Seen):
    received_on = day(required=True)


class CorrectReceipt(Receipt):
    reason = text(500, required=True)


class Remark(Seen):
    reason = text(500)


class WordsForm(Seen):
    kind = serializers.ChoiceField(FeedbackKind.choices)
    content = text(5000)
    finished = serializers.BooleanField(default=False)
    expected_on = day()
    expected_person = text(60)
    problem = text(3000)
    proposal = text(3000)


class FeedbackForm(WordsForm):
    assignment = serializers.IntegerField(min_value=1)


def words_of(values: dict[str, Any]) -> Words:
    return Words(**{name: values[name] for name in Words.__dataclass_fields__})


class NoChange(Strict):
    assignment = serializers.IntegerField(min_value=1)


class Reply(Seen):
    reply = text(500)


class ExtensionForm(Strict):
    assignment = serializers.IntegerField(min_value=1)
    proposed_on = day(required=True)
    progress = text(3000, required=True)
    reason = text(3000, required=True)


class Counter(Seen):
    counter_on = day(required=True)
    opinion = text(2000, required=True)


class Answer(Seen):
    accept = serializers.BooleanField()


class ClosureForm(Seen):
    case = serializers.IntegerField(min_value=1)
    result = text(5000)
    explanation = text(2000)


class CaseQuery(Strict):
    """The filters of the 台账; days are inclusive."""

    q = text(80)
    state = serializers.ChoiceField(
        [
            "draft",
            "pending_approval",
            "registered",
            "assigned",
            "in_progress",
            "suspended",
            "completed",
            "closed",
            "terminated",
            *STATE_GROUPS,
        ],
        required=False,
    )
    light = serializers.ChoiceField(list(LABELS), required=False)
    timeliness = serializers.ChoiceField(list(TIMELINESS), required=False)
    waiting = serializers.ChoiceField(list(WAITING), required=False)
    finding = serializers.ChoiceField(list(FINDINGS), required=False)
    importance = serializers.ChoiceField(Importance.choices, required=False)
    source = text(40)
    urgency = text(40)
    grade = text(40)
    lead = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    unit = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    supervisor = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    batch = serializers.UUIDField(required=False)
    due_from = serializers.DateField(required=False)
    due_to = serializers.DateField(required=False)
    registered_from = serializers.DateField(required=False)
    registered_to = serializers.DateField(required=False)
    completed_from = serializers.DateField(required=False)
    completed_to = serializers.DateField(required=False)
    quarter = serializers.RegexField(r"^[0-9]{4}Q[1-4]$", required=False)
    sort = serializers.ChoiceField(
        sorted([*SORTABLE, *(f"-{name}" for name in SORTABLE)]), required=False
    )
    cursor = serializers.RegexField(r"^[ab][0-9]{1,18}$", required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)
