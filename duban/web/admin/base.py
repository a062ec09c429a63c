"""What every model of the admin has in common: rights of the acting post, one ledger, no deletion."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin as DjangoAdmin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.web.admin.forms import CheckedForm
from duban.web.reference import reference_delete, reference_save


def own_tree(actor: Actor) -> models.QuerySet[Unit]:
    """The units of the actor's office and below; all of them for who belongs to no office."""
    if actor.office_id is None:
        return Unit.objects.all()
    return Unit.objects.below(Office.objects.select_related("root").get(pk=actor.office_id).root)


class ActorAdmin(ModelAdmin):
    """Rights are asked of the acting post: Django's permission tables are not used.

    `viewers` and `editors` are roles; an editor sees as well. Rows outside `visible` do not exist
    for this actor: their pages answer 404 as any unknown number does.
    """

    viewers: ClassVar[frozenset[str]] = frozenset()
    editors: ClassVar[frozenset[str]] = frozenset()
    list_fullwidth = True
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    actions: ClassVar = ()

    def visible(self, rows: models.QuerySet, actor: Actor) -> models.QuerySet:
        """The rows this actor may read."""
        raise NotImplementedError(f"{type(self).__name__} says nothing of visibility")

    def may_edit(self, actor: Actor, row: Any) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return self.visible(super().get_queryset(request), request.actor)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor = request.actor
        return actor is not None and actor.has(*self.viewers, *self.editors)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor is not None and request.actor.has(*self.editors)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor = request.actor
        if actor is None or not actor.has(*self.editors):
            return False
        return obj is None or self.may_edit(actor, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # There is one history, the ledger (DESIGN 3.4); Django's own list of actions stays empty.
    def log_addition(self, *args: object, **kwargs: object) -> None:
        """The services record what they do."""

    log_change = log_deletions = log_addition

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: object = None
    ) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[object_id]))


class ReadOnlyAdmin(ActorAdmin):
    """Facts are looked at here; they come about elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


class ReferenceAdmin(ActorAdmin):
    """Reference data, edited by hand, each change recorded.

    `choices` maps a foreign key to the rows this actor may choose from. `fixed` are fields that
    stay once the row is there, because dated facts hang on them.
    """

    form = CheckedForm
    choices: ClassVar[dict[str, Any]] = {}
    fixed: ClassVar[tuple[str, ...]] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        given = tuple(super().get_readonly_fields(request, obj))
        return given + self.fixed if obj is not None else given

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.choices:
            kwargs["queryset"] = self.choices[db_field.name](request.actor)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        reference_save(row=obj, by=request.actor)

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: Any, change: bool
    ) -> None:
        for row in formset.save(commit=False):
            reference_save(row=row, by=request.actor)
        for row in formset.deleted_objects:
            reference_delete(row=row, by=request.actor)
        formset.save_m2m()


def tell(request: HttpRequest, texts: list[str]) -> None:
    """Each reason of a refusal as its own message."""
    for text in texts:
        messages.error(request, text)


def object_of(admin: DjangoAdmin, request: HttpRequest, object_id: object) -> Any:
    """The visible row of that key, or None."""
    return admin.get_object(request, str(object_id))
