"""明确责任人: the unit says who inside it answers for its part (CZ-5.1a, LZ-B-8a)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cases.models import Assignment, Case, NamedLayer
from cases.selectors.responsibility import PRINCIPAL, Layers, layer_label, layers_of
from cases.services.responsibility import may_hand_over, part_hand_over
from cases.web.access import AssignmentForm, require, require_now
from cases.web.buttons import link
from cases.web.case_record import CaseRecord
from cases.web.forms.visits import HandOverForm
from duban.org.actor import Actor
from duban.org.models import Post
from duban.org.roles import UNIT
from duban.web.parts import Action, Fact


@dataclass(frozen=True)
class PeopleRow:
    layers: Layers
    action: Action | None


def people_rows(record: CaseRecord) -> list[PeopleRow]:
    """Who answers in each unit; the own part with the button to name them."""
    return [
        PeopleRow(layers, _name_action(layers.party, record.actor))
        for layers in layers_of(record.parties)
    ]


def people_labels(case: Case) -> dict[str, str]:
    """The three layers in the words of the matter's pack (LZ-B-8a)."""
    return {key: layer_label(case.pack, key) for key in (PRINCIPAL, *NamedLayer.values)}


def _name_action(party: Assignment, actor: Actor) -> Action | None:
    if not may_hand_over(party, actor) or party.is_settled:
        return None
    return link(party.step_of("hand_over").label, "hand_over", party.pk, icon="people")


class HandOver(AssignmentForm):
    form_class = HandOverForm
    submit_label = "确定"
    anchor = "people"
    success_message = "已明确责任人，并已通知本人。"

    @property
    def heading(self) -> str:
        return self.object.step_of("hand_over").label

    def judge(self) -> None:
        require(may_hand_over(self.object, self.actor))
        held = Post.objects.held(on=timezone.localdate(self.at)).filter(
            unit_id=self.object.unit_id, role__in=UNIT, user__is_active=True
        )
        self.posts = {post.pk: post for post in held.select_related("user").order_by("id")}

    def check_now(self) -> None:
        if self.object.is_settled:
            require_now({"": [f"本单位的承办{self.object.get_state_display()}。"]})

    def get_form_kwargs(self) -> dict[str, Any]:
        pack = self.object.pack
        labels = {layer: layer_label(pack, layer) for layer in NamedLayer.values}
        return {**super().get_form_kwargs(), "labels": labels, "posts": list(self.posts.values())}

    def facts(self) -> list[Fact]:
        now, pack = layers_of([self.object])[0], self.object.pack
        return [
            Fact("承办单位", self.object.unit.name),
            Fact(layer_label(pack, "principal"), now.principal),
            Fact(layer_label(pack, "deputy"), now.deputy),
            Fact(layer_label(pack, "handler"), now.handler),
        ]

    def perform(self, form: HandOverForm) -> str:
        chosen = {
            NamedLayer(layer): self.posts[pk] for layer, pk in form.cleaned_data.items() if pk
        }
        part_hand_over(
            assignment=self.object,
            people=chosen,
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()
