"""附件: what is stored is judged by its content, never by its name."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.domain.files import ACCEPTED, MACROS, clean_name
from cases.models import Assignment, Attachment, Case, ClosureRequest, Extension, Feedback
from cases.services.file_types import type_of_content
from duban.ledger.errors import RuleViolation
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.roles import STAFF


@transaction.atomic
def attachment_add(
    *,
    case: Case,
    upload: UploadedFile,
    by: Actor,
    at: datetime | None = None,
    feedback: Feedback | None = None,
    extension: Extension | None = None,
    closure: ClosureRequest | None = None,
    evidence_kind: str = "",
) -> Attachment:
    """Put a file on record. Raises RuleViolation for size, type, or content that lies."""
    at = at or timezone.now()
    if case.is_done:
        raise RuleViolation({"file": ["本事项已办结，不能再上传附件。"]})
    assignment = None
    if not by.has(*STAFF):
        assignment = next((p for p in case.parties if permissions.works_for(p, by)), None)
        if assignment is None:
            raise PermissionDenied("only parties of the matter put files on record")
    elif not permissions.is_supervisor(case, by):
        raise PermissionDenied("only the supervising section puts files on record")
    for parent in filter(None, (feedback, extension, closure)):
        _check_parent(parent, case, assignment)
    if evidence_kind and evidence_kind not in _evidence_kinds(case):
        raise RuleViolation({"evidence_kind": ["请选择现行规则规定的佐证类别。"]})
    name = clean_name(upload.name)
    content_type = _checked_type(upload, name)
    digest = _sha256(upload)
    row = Attachment(
        case=case,
        assignment=assignment,
        feedback=feedback,
        extension=extension,
        closure=closure,
        evidence_kind=evidence_kind,
        name=name,
        content_type=content_type,
        size=upload.size,
        sha256=digest,
        uploaded_by_id=by.user_id,
        unit_id=by.unit_id,
        uploaded_at=at,
    )
    same = Attachment.objects.filter(sha256=digest).only("file").first()
    if same:
        row.file.name = same.file.name
    else:
        row.file.save(name, upload, save=False)
    row.save()
    record(
        row,
        "attach",
        label="上传附件",
        by=by,
        at=at,
        office_id=case.office_id,
        case_id=case.pk,
        changes={"name": [None, name], "sha256": [None, digest]},
    )
    return row


def _check_parent(
    parent: Feedback | Extension | ClosureRequest, case: Case, own: Assignment | None
) -> None:
    """A file goes to a row of this matter, a unit's file to a row of its own part."""
    part = parent.assignment
    if part.case_id != case.pk or (own is not None and part.pk != own.pk):
        raise PermissionDenied("the file's place is another's")


def _evidence_kinds(case: Case) -> set[str]:
    return {kind for grade in case.pack.grades.values() for kind in grade.evidence}


def _checked_type(upload: UploadedFile, name: str) -> str:
    """The type by content. The ending must agree with it: a file that lies is refused."""
    if upload.size is None or upload.size > settings.DUBAN_UPLOAD_LIMIT:
        raise RuleViolation({"file": [f"“{name}”超过 50 MB，请压缩或拆分后上传。"]})
    if upload.size == 0:
        raise RuleViolation({"file": [f"“{name}”是空文件。"]})
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in ACCEPTED:
        kinds = "、".join(sorted(ACCEPTED))
        raise RuleViolation({"file": [f"不接收“.{ending}”类型的文件。可上传：{kinds}。"]})
    found = type_of_content(upload)
    if found == MACROS:
        raise RuleViolation({"file": [f"“{name}”含有宏，不能上传，请另存为不含宏的文件。"]})
    if found not in ACCEPTED[ending]:
        raise RuleViolation({"file": [f"“{name}”的内容与扩展名“.{ending}”不符，不能上传。"]})
    return ACCEPTED[ending][0]


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
