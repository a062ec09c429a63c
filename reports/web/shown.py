"""What the templates of a bulletin are fed with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.models import Case
from duban.approvals.models import ApprovalStep, StepState
from duban.approvals.permissions import holds_role, is_recused
from duban.documents.content import SerialContent
from duban.documents.pages import page_context
from duban.documents.pdf import pdf_available
from duban.ledger.models import LedgerEntry
from duban.ledger.transition import reasons_against
from duban.org.actor import Actor
from duban.web.parts import Action, ChainStep, Fact, Stat, TimelineEntry
from reports import permissions
from reports.domain.figures import Figures, Line, UnitFigures
from reports.domain.scores import Outcome
from reports.models import Bulletin, BulletinState

# Beyond this, lines are on pages of their own and the preview stops with a note.
MOST_LINES = 300
MOST_ROWS = 100


@dataclass(frozen=True)
class ShownLine:
    """A line, with the page of its matter where the reader may open it."""

    line: Line
    unit: str
    url: str = ""


@dataclass(frozen=True)
class ShownUnit:
    unit: UnitFigures
    url: str
    grades: Sequence[tuple[str, int]]
    lines: Sequence[ShownLine]


def shown_lines(figures: Figures, lines: Iterable[Line], actor: Actor) -> list[ShownLine]:
    """One query: which of the matters the reader may see."""
    rows = list(lines)
    wanted = [line.case_id for line in rows]
    seen = set(Case.objects.visible_to(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    names = {unit.unit_id: unit.name for unit in figures.units}
    return [
        ShownLine(
            line,
            names[line.unit_id],
            reverse("cases:detail", args=[line.case_id]) if line.case_id in seen else "",
        )
        for line in rows
    ]


def shown_units(bulletin: Bulletin, actor: Actor) -> list[ShownUnit]:
    """Ranked, then unranked with a score, then the rest; with their lines while these are few."""
    figures = bulletin.figures
    few = len(figures.lines) <= MOST_LINES
    lines: dict[int, list[ShownLine]] = {}
    for shown in shown_lines(figures, figures.lines, actor) if few else []:
        lines.setdefault(shown.line.unit_id, []).append(shown)
    labels = figures.scoring.labels if figures.scoring else ()
    return [
        ShownUnit(
            unit,
            reverse("reports:unit", args=[bulletin.pk, unit.unit_id]),
            [(label, unit.grade_counts.get(label, 0)) for label in labels],
            lines.get(unit.unit_id, []),
        )
        for unit in in_order(figures)
    ]


def in_order(figures: Figures) -> list[UnitFigures]:
    rest = [unit for unit in figures.units if unit.score is None]
    return [*figures.ranked, *figures.unranked, *rest]


def stats_of(bulletin: Bulletin) -> list[Stat]:
    """Each number links to the lines it counts."""
    totals = bulletin.figures.totals
    lines = reverse("reports:lines", args=[bulletin.pk])

    def stat(label: str, value: int, key: str, tone: str = "", note: str = "") -> Stat:
        return Stat(label, value, f"{lines}?outcome={key}" if key else lines, tone, note, "件")

    return [
        stat("承办", totals.total, "", note=f"新交办 {totals.new}，结转 {totals.carried}"),
        stat("按原期限办结", totals.by_original, Outcome.BY_ORIGINAL, "green"),
        stat("按延长期限办结", totals.by_extended, Outcome.BY_EXTENDED, "blue"),
        stat("超期办结", totals.overdue, Outcome.OVERDUE, "red" if totals.overdue else ""),
        stat(
            "超期未办结",
            totals.open_overdue,
            Outcome.OPEN_OVERDUE,
            "red" if totals.open_overdue else "",
        ),
        stat("期限内在办", totals.open, Outcome.OPEN, note=_waiting_note(totals.open_waiting)),
        Stat("批准延期", totals.extensions, "", "", f"涉及 {totals.extended_matters} 件", "件次"),
        Stat("终止", totals.terminated, "", "", "单独统计，不计入承办和办结", "件"),
    ]


def _waiting_note(count: int) -> str:
    return f"另有待审批 {count}" if count else ""


def facts_about(bulletin: Bulletin) -> list[Fact]:
    old = bulletin.correction_of
    newer = bulletin.corrections.order_by("-id").first() if bulletin.corrected_at else None
    facts = [
        Fact("期号", bulletin.issue or "签发时编号"),
        Fact("通报范围", bulletin.get_scope_display()),
        Fact("数据生成", bulletin.figures.as_of.strftime("%Y-%m-%d %H:%M")),
        Fact("规则", bulletin.figures.pack, note="季末生效的规则包"),
        Fact("依据", bulletin.figures.authority.text, wide=True),
    ]
    if old:
        url = reverse("reports:bulletin", args=[old.pk])
        facts.append(Fact("更正", old.issue, wide=True, url=url, note=bulletin.correction_note))
    if newer:
        url = reverse("reports:bulletin", args=[newer.pk])
        facts.append(Fact("更正后", newer.issue or "更正稿", wide=True, url=url))
    return facts


def actions_for(bulletin: Bulletin, actor: Actor) -> list[Action]:
    """What is this actor's, now or later; what lies behind is left out."""
    actions = []
    step = bulletin.chain.current if bulletin.chain and not bulletin.is_frozen else None
    if step and may_decide(bulletin, actor):
        actions.append(Action(_decision(step), "#decide", "check2-square", primary=True))
    elif step and permissions.holds_chain(bulletin, actor):
        actions.append(Action(_decision(step), reasons=[_why_not(bulletin, step, actor)]))
    if permissions.keeps(bulletin, actor):
        actions += _office_actions(bulletin)
    return actions


def _office_actions(bulletin: Bulletin) -> list[Action]:
    def url(name: str) -> str:
        return reverse(f"reports:{name}", args=[bulletin.pk])

    actions = []
    if not bulletin.is_frozen:
        fixed = [] if bulletin.is_draft else ["已送审，退回后方可修改。"]
        actions += [
            Action("修改", url("edit"), "pencil", reasons=fixed),
            Action("重新计算", url("recompute"), "arrow-repeat", post=True, reasons=fixed),
            _step(bulletin, "submit", url("submit"), "send"),
        ]
    if bulletin.published_at is None and bulletin.state != BulletinState.CORRECTED:
        actions.append(_step(bulletin, "publish", url("publish"), "megaphone"))
    if bulletin.state in (BulletinState.SIGNED, BulletinState.PUBLISHED):
        actions.append(Action(_label(bulletin, "correct"), url("correct"), "arrow-return-left"))
    return actions


def _step(bulletin: Bulletin, name: str, url: str, icon: str) -> Action:
    reasons = [text for texts in reasons_against(bulletin, name).values() for text in texts]
    return Action(_label(bulletin, name), url, icon, post=True, primary=True, reasons=reasons)


def _label(bulletin: Bulletin, name: str) -> str:
    return bulletin.step_of(f"bulletin_{name}").label


def downloads_for(bulletin: Bulletin) -> list[Action]:
    available, why = pdf_available()
    docx, pdf = (reverse(f"reports:{form}", args=[bulletin.pk]) for form in ("docx", "pdf"))
    return [
        Action("PDF", pdf, "file-earmark-pdf", reasons=[] if available else [why]),
        Action("Word", docx, "file-earmark-word"),
    ]


def may_decide(bulletin: Bulletin, actor: Actor) -> bool:
    step = bulletin.chain.current if bulletin.chain else None
    return step is not None and holds_role(step, actor) and not is_recused(step, actor)


def _decision(step: ApprovalStep) -> str:
    return step.label


def _why_not(bulletin: Bulletin, step: ApprovalStep, actor: Actor) -> str:
    if not holds_role(step, actor):
        return f"待“{step.label}”环节审批。"
    return "您参与了起草、修改、送审或者前一环节的审批，应当回避。"


def chain_steps(bulletin: Bulletin) -> list[ChainStep]:
    if bulletin.chain is None:
        return []
    current = bulletin.chain.current
    states = {StepState.APPROVED: "done", StepState.REFUSED: "refused"}
    return [
        ChainStep(
            label=step.label,
            state="current" if step == current else states.get(step.state, "waiting"),
            who=step.decided_name,
            at=step.decided_at,
            opinion=step.opinion,
            clause=step.clause,
        )
        for step in bulletin.chain.ordered_steps
    ]


def history_of(bulletin: Bulletin) -> list[TimelineEntry]:
    entries = LedgerEntry.objects.filter(
        subject_type=bulletin._meta.label_lower, subject_id=bulletin.pk
    ).order_by("-id")
    return [
        TimelineEntry(
            entry.effective_at,
            entry.label,
            " · ".join(filter(None, (entry.actor_name, entry.post_title))),
            entry.note,
            entry.clause,
            tone="amber" if entry.action in ("return_to_draft", "correct") else "",
        )
        for entry in entries
    ]


def preview_of(content: SerialContent) -> dict[str, Any]:
    """The values of the printed page; long tables are cut, the files have them whole."""
    context = page_context(content)
    for block in [*context["blocks"], *(b for part in context["printed"] for b in part["blocks"])]:
        if block["kind"] == "table" and len(block["rows"]) > MOST_ROWS:
            block["whole"] = len(block["rows"])
            block["rows"] = block["rows"][:MOST_ROWS]
    return context
