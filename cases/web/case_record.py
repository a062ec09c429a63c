"""Everything on record about one matter that the acting post may read, in a bounded number of
queries. The pages loop over it and query nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch, Q, QuerySet

from cases.models import (
    Assignment,
    Attachment,
    Case,
    ClosureRequest,
    Extension,
    Feedback,
    FeedbackDuty,
    Notice,
    NoticeKind,
)
from deadlines.models import OverdueFinding
from duban.approvals.models import ApprovalStep, Chain
from duban.documents.models import OfficialDocument
from duban.ledger.models import LedgerEntry
from duban.ledger.selectors import history_of_case
from duban.org.actor import Actor
from duban.org.roles import UNIT

# The newest entries; older ones are shown on demand.
RECENT = 40


@dataclass
class CaseRecord:
    case: Case
    actor: Actor
    parties: list[Assignment]
    feedback: list[Feedback]
    extensions: list[Extension]
    closures: list[ClosureRequest]
    notices: list[Notice]
    documents: list[OfficialDocument]
    attachments: list[Attachment]
    chains: dict[int, Chain]
    duties: list[FeedbackDuty] = field(default_factory=list)
    findings: list[OverdueFinding] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    more_entries: bool = False
    attached: dict[tuple[str, int], list[Attachment]] = field(default_factory=dict)

    @cached_property
    def own(self) -> Assignment | None:
        """The part of the acting unit."""
        if not self.actor.has(*UNIT):
            return None
        return next((p for p in self.parties if p.unit_id == self.actor.unit_id), None)

    def reads(self, party: Assignment) -> bool:
        """Whether a part's details are the actor's to read: a co-unit knows its own alone."""
        if not self.actor.has(*UNIT):
            return True
        return self.actor.unit_id in (party.unit_id, self.case.lead_unit_id)

    @cached_property
    def timed(self) -> list[Assignment | FeedbackDuty | Notice]:
        """What has a clock that the actor may read; the matter's own date is known to all."""
        parties = [party for party in self.parties if party.is_lead or self.reads(party)]
        owners: list[Assignment | FeedbackDuty | Notice]
        owners = [*parties, *self.duties, *self.notices]
        return [row for row in owners if row.clock is not None]

    def chain_of(self, owner: Case | Extension | ClosureRequest) -> Chain | None:
        return self.chains.get(owner.chain_id) if owner.chain_id else None

    def files_of(self, kind: str, pk: int) -> list[Attachment]:
        """Attachments of a feedback, extension or closure."""
        return self.attached.get((kind, pk), [])


def record_of_case(case: Case, actor: Actor, *, whole_history: bool = False) -> CaseRecord:
    """`case` is one the actor may read."""
    by_id = {party.pk: party for party in case.parties}
    record = CaseRecord(
        case=case,
        actor=actor,
        parties=_parties(case, actor),
        feedback=_of(Feedback, case, actor, by_id, "created_by"),
        extensions=_of(Extension, case, actor, by_id),
        closures=_of(ClosureRequest, case, actor, by_id),
        notices=_of(Notice, case, actor, by_id, "document", "clock"),
        documents=documents_seen(case, actor),
        attachments=_attachments(case, actor),
        chains=_chains(case),
    )
    record.duties = _duties(record)
    record.findings = _findings(record)
    for owner in (case, *record.extensions, *record.closures):
        if owner.chain_id in record.chains:
            owner.chain = record.chains[owner.chain_id]
    for attachment in record.attachments:
        for kind in ("feedback", "extension", "closure"):
            if key := getattr(attachment, f"{kind}_id"):
                record.attached.setdefault((kind, key), []).append(attachment)
    _read_history(record, None if whole_history else RECENT)
    return record


def _attachments(case: Case, actor: Actor) -> list[Attachment]:
    rows = Attachment.objects.visible_to(actor).filter(case=case)
    return list(rows.select_related("uploaded_by", "unit"))


def _findings(record: CaseRecord) -> list[OverdueFinding]:
    clocks = [owner.clock.pk for owner in record.timed]
    rows = OverdueFinding.objects.filter(clock__in=clocks).select_related("clock__unit")
    return list(rows.order_by("found_at", "id"))


def _parties(case: Case, actor: Actor) -> list[Assignment]:
    """Before delivery a unit knows nothing of another's part."""
    if not actor.has(*UNIT):
        return case.parties
    return [party for party in case.parties if party.state != "issued"]


def _of(
    model: type, case: Case, actor: Actor, parties: dict[int, Assignment], *related: str
) -> list:
    """Rows of the matter that hang on a part, each tied to the part already read."""
    rows = model.objects.visible_to(actor).filter(assignment__in=list(parties))
    found = list(rows.select_related(*related) if related else rows)
    for row in found:
        row.assignment = parties[row.assignment_id]
        if hasattr(row, "case_id"):
            row.case = case
    return found


def _duties(record: CaseRecord) -> list[FeedbackDuty]:
    """A co-unit sees what it owes itself; the lead and the office see all."""
    known = {party.pk: party for party in record.parties if record.reads(party)}
    rows = list(FeedbackDuty.objects.filter(assignment__in=list(known)).select_related("clock"))
    for row in rows:
        row.assignment = known[row.assignment_id]
    return rows


def _chains(case: Case) -> dict[int, Chain]:
    steps = Prefetch("steps", ApprovalStep.objects.order_by("order"))
    found: dict[int, Chain] = {}
    for chain in Chain.objects.filter(case_id=case.pk).order_by("id").prefetch_related(steps):
        chain.pack_version = case.pack_version
        chain.__dict__["ordered_steps"] = list(chain.steps.all())
        for step in chain.ordered_steps:
            step.chain = chain
        found[chain.pk] = chain
    return found


def documents_seen(case: Case, actor: Actor) -> list[OfficialDocument]:
    """Official documents of a matter one may read; a unit gets the 立项通知 and its own notices."""
    rows: QuerySet[OfficialDocument] = OfficialDocument.objects.filter(case_id=case.pk)
    if actor.has(*UNIT):
        own = Notice.objects.visible_to(actor).filter(case=case).values("document_id")
        rows = rows.filter(kind=NoticeKind.REGISTRATION) | rows.filter(pk__in=own)
    return list(rows.defer("content").order_by("-id"))


def _read_history(record: CaseRecord, limit: int | None) -> None:
    """Newest first. What concerns rows that are not this actor's to see is left out."""
    rows = history_of_case(record.case.pk).order_by("-effective_at", "-id")
    if record.actor.has(*UNIT):
        known = _known_subjects(record)
        found = [entry for entry in rows if (entry.subject_type, entry.subject_id) in known]
    else:
        # Files of a draft are its unit's alone.
        shown = [attachment.pk for attachment in record.attachments]
        rows = rows.exclude(Q(subject_type=Attachment._meta.label_lower) & ~Q(subject_id__in=shown))
        found = list(rows if limit is None else rows[: limit + 1])
    record.more_entries = limit is not None and len(found) > limit
    record.entries = found if limit is None else found[:limit]


def _known_subjects(record: CaseRecord) -> set[tuple[str, int]]:
    rows: Iterable = (
        record.case,
        *record.feedback,
        *record.extensions,
        *record.closures,
        *record.notices,
        *record.documents,
        *record.attachments,
        *(p for p in record.parties if record.reads(p)),
    )
    known = {(row._meta.label_lower, row.pk) for row in rows}
    for owner in (*record.extensions, *record.closures):
        if chain := record.chain_of(owner):
            known |= {(step._meta.label_lower, step.pk) for step in chain.ordered_steps}
    return known
