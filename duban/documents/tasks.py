"""Rendering behind the web: idempotent, so that a task may run twice, late, or be lost."""

from celery import shared_task

from duban.documents.models import OfficialDocument
from duban.documents.rendering import document_render


@shared_task
def render(document_id: int) -> None:
    document_render(OfficialDocument.objects.get(pk=document_id))


@shared_task
def render_missing() -> None:
    """Documents whose first task was lost; a file asked for meanwhile is made on demand."""
    for document_id in OfficialDocument.objects.unrendered().values_list("pk", flat=True)[:100]:
        render.delay(document_id)  # each in a task of its own: one that fails stops no other
