from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.dispatch import receiver
from django_fsm import ConcurrentTransitionMixin, Transition
from django_fsm.signals import pre_transition

from duban.rulepacks.loader import load_shipped_pack
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.schema import Pack, Step


class Stateful(ConcurrentTransitionMixin, models.Model):
    """A row with a state machine in its field `state`, changed only through `transition()`."""

    version = models.PositiveIntegerField("版本", default=0, editable=False)

    in_transition = False

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Iterable[str] | None = None) -> None:
        # full_clean() assigns every field, and a protected state refuses.
        super().clean_fields(exclude={"state", *(exclude or ())})

    # What the ledger wants to know of a subject; each machine answers.
    @property
    def ledger_office_id(self) -> int | None:
        raise NotImplementedError(f"{type(self).__name__} names no office")

    @property
    def ledger_case_id(self) -> int | None:
        return None

    @property
    def pack_version(self) -> RulePackVersion | None:
        """The pinned version of the rules, or the office's active one before pinning."""
        raise NotImplementedError(f"{type(self).__name__} names no rule pack")

    @property
    def pack(self) -> Pack:
        version = self.pack_version
        if version is None:
            raise LookupError(f"{self._meta.label} {self.pk}: no rule pack in force")
        return version.pack

    def step_of(self, key: str) -> Step:
        """Label, clause and quotation of a step, in the words of the row's own rule pack."""
        # A version loaded before the product knew the step still has to name it: the shipped base does.
        return self.pack.steps.get(key) or load_shipped_pack("base").pack.steps[key]

    def transitions(self, name: str | None = None) -> list[Transition]:
        found: Iterable[Any] = self.get_all_state_transitions()
        return [rule for rule in found if name is None or rule.name == name]


@receiver(pre_transition)
def refuse_stray_transition(sender: type, instance: Any, name: str, **kwargs: Any) -> None:
    if isinstance(instance, Stateful) and not instance.in_transition:
        raise RuntimeError(f"{name}() runs only inside transition()")
