from collections.abc import Callable
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils import timezone

from duban.documents import tasks
from duban.documents.content import Content, Number, content_layout, with_number
from duban.documents.frozen import content_sha256, to_data, verification_code
from duban.documents.models import OfficialDocument
from duban.documents.numbering import number_next
from duban.documents.text import one_line
from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import Office


def document_issue(
    *,
    office: Office,
    kind: str,
    prefix: str,
    build: Callable[[Number], Content],
    layout: Literal["official", "serial"],
    by: Actor,
    form: str = "",
    at: datetime | None = None,
    case_id: int | None = None,
) -> OfficialDocument:
    """编号、定稿：gives the number and freezes the content, in the caller's transaction.

    `prefix` is the 机关代字 or the name of the serial and names the series: kinds with one prefix
    share one row of numbers, so that no number is given twice. `build` receives the number and
    returns the content; the number is put on it here. The files are made after the commit.
    """
    at = at or timezone.now()
    with transaction.atomic():
        year, seq = number_next(office=office, kind=prefix, at=at)
        number = Number(prefix, year, seq, layout, form)
        content = with_number(build(number), number)
        if content_layout(content) != layout:
            raise ValueError(f"the content is not of the {layout} layout")
        document = _frozen(office, kind, number, content, by=by, at=at, case_id=case_id)
        record(
            document,
            "issue",
            label="编发文书",
            by=by,
            at=at,
            office_id=office.pk,
            case_id=case_id,
            changes={"number": ["", document.number], "sha256": ["", document.sha256]},
        )
        # A broker that is down must not fail an act that is done: the sweep makes the files.
        # No functools.partial: Django's report of a robust callback asks for its __qualname__.
        transaction.on_commit(lambda: tasks.render.delay(document.pk), robust=True)
    return document


def _frozen(
    office: Office,
    kind: str,
    number: Number,
    content: Content,
    *,
    by: Actor,
    at: datetime,
    case_id: int | None,
) -> OfficialDocument:
    digest = content_sha256(content)
    return OfficialDocument.objects.create(
        office=office,
        kind=kind,
        layout=number.layout,
        series=number.prefix,
        year=number.year,
        seq=number.seq,
        number=number.text,
        title=one_line(content.title)[:400],
        dated_on=content.dated_on,
        content=to_data(content),
        sha256=digest,
        verification_code=verification_code(number.text, digest),
        case_id=case_id,
        issued_by_id=by.user_id,
        issued_by_name=by.user_name,
        created_at=at,
    )


def document_void(
    *, document: OfficialDocument, reason: str, by: Actor, at: datetime | None = None
) -> OfficialDocument:
    """作废：the number stays taken and reads 作废; content and files stay as evidence."""
    at = at or timezone.now()
    reason = one_line(reason)
    if not reason:
        raise RuleViolation({"reason": ["作废公文须写明原因。"]})
    with transaction.atomic():
        row = OfficialDocument.objects.select_for_update().get(pk=document.pk)
        if row.is_void:
            raise RuleViolation(f"{row.number}已经作废。")
        row.voided_at, row.void_reason, row.voided_by_name = at, reason[:400], by.user_name
        row.save(update_fields=["voided_at", "void_reason", "voided_by_name"])
        record(
            row,
            "void",
            label="作废文书",
            by=by,
            at=at,
            office_id=row.office_id,
            case_id=row.case_id,
            note=reason,
            changes={"voided_at": [None, at]},
        )
    return row


def document_is_genuine(document: OfficialDocument) -> bool:
    """Whether number, content and code still belong together."""
    content = document.typed_content()
    digest = content_sha256(content)
    right = verification_code(document.number, digest)
    return digest == document.sha256 and right == document.verification_code
