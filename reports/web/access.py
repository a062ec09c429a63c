"""Who reaches a page of a bulletin: 404 for what one may not see."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse

from duban.org.actor import Actor
from duban.web.parts import Crumb
from reports import permissions
from reports.models import Bulletin


def bulletin_seen(actor: Actor, pk: int) -> Bulletin:
    rows = Bulletin.objects.visible_to(actor).select_related(
        "office__root",
        "document",
        "pack_version",
        "chain",
        "correction_of__document",
        "submitted_by",
    )
    return get_object_or_404(rows, pk=pk)


def bulletin_kept(actor: Actor, pk: int) -> Bulletin:
    """For the acts of the office: seen by others, and never theirs."""
    found = bulletin_seen(actor, pk)
    if not permissions.keeps(found, actor):
        raise PermissionDenied("the office's act")
    return found


def bulletin_url(bulletin: Bulletin) -> str:
    return reverse("reports:bulletin", args=[bulletin.pk])


def crumbs(bulletin: Bulletin, *more: str) -> list[Crumb]:
    here = [Crumb("通报", reverse("reports:bulletins"))]
    here.append(Crumb(bulletin.quarter.label, bulletin_url(bulletin) if more else ""))
    return here + [Crumb(label) for label in more]
