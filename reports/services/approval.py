"""送审、审核、签发: the pack's chain decides; the last approval gives the number and freezes all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from duban.approvals.models import ChainKind
from duban.approvals.services import Outcome, chain_decide, chain_open
from duban.documents.content import Number, SerialContent
from duban.documents.services import document_issue
from duban.ledger.errors import RuleViolation, StaleVersion
from duban.ledger.models import LedgerEntry
from duban.ledger.transition import lock
from duban.ledger.transition import transition as through_the_door
from duban.org.actor import Actor
from reports.documents import content_of_bulletin
from reports.models import Bulletin, BulletinState
from reports.services.telling import tell_approvers, tell_people, tell_staff


def bulletin_submit(
    *, bulletin: Bulletin, by: Actor, at: datetime | None = None, expect: int | None = None
) -> Bulletin:
    """送审. Whoever wrote in it or submits it approves nothing of it (DESIGN 4)."""
    at = at or timezone.now()
    with through_the_door(bulletin, "submit", by=by, at=at, expect=expect) as step:
        row: Bulletin = step.subject
        rules = row.pack.chain("bulletin", importance="ordinary")
        chain = chain_open(
            kind=ChainKind.BULLETIN,
            owner=row,
            rules=rules,
            pack_version=row.pack_version,
            title=row.title,
            section_id=row.office.body_id,
            subject_unit_id=None,
            involved=_authors(row),
            at=at,
            by=by,
        )
        step.run(by=by, at=at, chain=chain)
        tell_approvers(row, at=at)
    return bulletin


def bulletin_decide(
    *,
    bulletin: Bulletin,
    approve: bool,
    by: Actor,
    opinion: str = "",
    at: datetime | None = None,
    expect: int | None = None,
) -> Bulletin:
    """审核 or 签发, as the link says. A refusal returns it to the draft with the opinion."""
    at = at or timezone.now()
    with transaction.atomic():
        row = lock(bulletin)
        if expect is not None and row.version != expect:
            raise StaleVersion(seen=expect, now=row.version)
        if row.state != BulletinState.IN_REVIEW:
            raise RuleViolation(f"本期通报{row.get_state_display()}，没有待审批的环节。")
        outcome = chain_decide(chain=row.chain, approve=approve, by=by, at=at, opinion=opinion)
        if outcome is Outcome.GRANTED:
            _sign(row, by=by, at=at, opinion=opinion)
        elif outcome is Outcome.REFUSED:
            _return(row, by=by, at=at, opinion=opinion)
        else:
            with through_the_door(row, "review", by=by, at=at, note=opinion) as step:
                step.run()
            tell_approvers(row, at=at)
    return row


def _sign(row: Bulletin, *, by: Actor, at: datetime, opinion: str) -> None:
    """Number, frozen content and state in one transaction; what was reviewed is what is signed."""
    with through_the_door(row, "sign", by=by, at=at, note=opinion) as step:
        subject: Bulletin = step.subject

        def build(number: Number) -> SerialContent:
            return content_of_bulletin(subject, on=timezone.localdate(at))

        document = document_issue(
            office=subject.office,
            kind="quarterly_bulletin",
            prefix=subject.office.serial_name,
            layout="serial",
            build=build,
            by=by,
            at=at,
        )
        step.run(at=at, document=document)
        tell_staff(subject, "bulletin_signed", at=at)


def _return(row: Bulletin, *, by: Actor, at: datetime, opinion: str) -> None:
    submitter = row.submitted_by
    with through_the_door(row, "return_to_draft", by=by, at=at, note=opinion) as step:
        step.run()
    if submitter:
        tell_people(row, [submitter], "bulletin_returned", at=at, opinion=opinion)


def _authors(row: Bulletin) -> set[int]:
    """Those who changed its words. To have it computed is not to write it."""
    entries = LedgerEntry.objects.filter(
        subject_type=row._meta.label_lower, subject_id=row.pk, action="edit"
    )
    people = entries.values_list("actor_id", "on_behalf_of_id")
    return {person for pair in people for person in pair if person}
