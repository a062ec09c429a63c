"""Everything on record about one matter that the acting post may read, in a bounded number of
queries. The pages loop over it and query nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from cases.models import (
    Agreement,
    Assignment,
    Attachment,
    Case,
    CaseCycle,
    ClosureRequest,
    CoUnitDay,
    Escalation,
    Extension,
    Feedback,
    FeedbackDuty,
    HandlingPlan,
    Notice,
    NoticeKind,
    Objection,
    Turn,
    TurnKind,
)
from deadlines.models import OverdueFinding
from duban.approvals.models import ApprovalStep, Chain
from duban.documents.models import OfficialDocument
from duban.ledger.models import LedgerEntry
from duban.ledger.selectors import history_of_case
from duban.org.actor import Actor
from duban.org.roles import UNIT

Request = Extension | ClosureRequest | Agreement | HandlingPlan

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
    agreements: list[Agreement] = field(default_factory=list)
    plans: list[HandlingPlan] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    duties: list[FeedbackDuty] = field(default_factory=list)
    findings: list[OverdueFinding] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)
    cycles: list[CaseCycle] = field(default_factory=list)
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
    def requests(self) -> list[Request]:
        """What was asked of the office, each with its chain."""
        return [*self.extensions, *self.closures, *self.agreements, *self.plans]

    @cached_property
    def timed(self) -> list[Assignment | FeedbackDuty | Notice | Agreement]:
        """What has a clock that the actor may read; the matter's own date is known to all."""
        parties = [party for party in self.parties if party.is_lead or self.reads(party)]
        owners: list[Assignment | FeedbackDuty | Notice | Agreement]
        owners = [*parties, *self.duties, *self.notices, *self.agreements]
        return [row for row in owners if row.clock is not None]

    def chain_of(self, owner: Case | Request | Turn) -> Chain | None:
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
    _read_agreements(record, by_id)
    if case.pack.ladder:
        related = ("notice__document", "rests_on", "acted_by")
        record.escalations = _of(Escalation, case, actor, by_id, *related)
    record.duties = _duties(record)
    if any(chain.kind in TurnKind.values for chain in record.chains.values()):
        record.turns = _turns(case, actor)
    record.cycles = _cycles(case)
    record.findings = _findings(record)
    for owner in (case, *record.requests, *record.turns):
        if owner.chain_id in record.chains:
            owner.chain = record.chains[owner.chain_id]
    for attachment in record.attachments:
        for kind in ("feedback", "extension", "closure"):
            if key := getattr(attachment, f"{kind}_id"):
                record.attached.setdefault((kind, key), []).append(attachment)
    _read_history(record, None if whole_history else RECENT)
    return record


def _read_agreements(record: CaseRecord, parties: dict[int, Assignment]) -> None:
    """Agreed dates, handling plans, parts sent back: few, and most matters have none."""
    case, actor = record.case, record.actor
    record.agreements = _of(Agreement, case, actor, parties, "clock")
    days = CoUnitDay.objects.select_related("assignment__unit")
    prefetch_related_objects(record.agreements, Prefetch("co_days", days))
    record.plans = _of(HandlingPlan, case, actor, parties, "clock")
    record.objections = _of(Objection, case, actor, parties, "successor__unit")


def _attachments(case: Case, actor: Actor) -> list[Attachment]:
    rows = Attachment.objects.visible_to(actor).filter(case=case)
    return list(rows.select_related("uploaded_by", "unit"))


def _findings(record: CaseRecord) -> list[OverdueFinding]:
    found = Q(clock__in=[owner.clock.pk for owner in record.timed])
    if record.cycles:
        # What was found in an earlier cycle stands, though its clocks have new ones in their place.
        units = [party.unit_id for party in record.parties if record.reads(party)]
        earlier = {"clock__case_id": record.case.pk, "clock__cycle__lt": record.case.cycle}
        found |= Q(**earlier, clock__unit__in=units)
    rows = OverdueFinding.objects.filter(found).select_related("clock__unit")
    return list(rows.order_by("found_at", "id"))


def _turns(case: Case, actor: Actor) -> list[Turn]:
    rows = Turn.objects.visible_to(actor).filter(case=case)
    found = list(rows.select_related("requested_by", "assignment__unit"))
    for row in found:
        row.case = case
    return found


def _cycles(case: Case) -> list[CaseCycle]:
    if case.cycle == 1:
        return []
    found = list(case.cycles.select_related("clock").order_by("-cycle"))
    for row in found:
        row.case = case
    return found


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
    found = FeedbackDuty.objects.filter(assignment__in=list(known))
    if record.actor.has(*UNIT):
        # A visit that the office owes upon a report may be unannounced.
        found = found.filter(obligation__scope="part")
    rows = list(found.select_related("obligation__clock", "obligation__unit"))
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
        *record.requests,
        *record.findings,
        *record.turns,
        *record.escalations,
        *record.notices,
        *record.documents,
        *record.attachments,
        *(p for p in record.parties if record.reads(p)),
        *(duty.obligation for duty in record.duties),
    )
    known = {(row._meta.label_lower, row.pk) for row in rows}
    own = [turn for turn in record.turns if turn.assignment_id]
    for owner in (*record.requests, *own):
        if chain := record.chain_of(owner):
            known |= {(step._meta.label_lower, step.pk) for step in chain.ordered_steps}
    return known
