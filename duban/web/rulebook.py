"""规则包 as a regulation is read: clause by clause, with what the system does and on whose word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from duban.ledger.packs import PROPOSERS
from duban.org.actor import Actor
from duban.org.models import Office, Unit
from duban.org.roles import ADMINISTRATORS
from duban.rulepacks.comparison import differences
from duban.rulepacks.loader import LoadedPack
from duban.rulepacks.models import Activation, RulePackVersion
from duban.rulepacks.report import Line, by_clause, lines
from duban.rulepacks.words import STATUS
from duban.web.parts import Crumb

# Where the values of a section take effect, in the reader's words.
USED = {
    "case_sources": "登记事项、台账筛选",
    "urgencies": "登记事项、计算办结期限",
    "due_bases": "登记事项、核对期限依据",
    "counting": "按天数确定期限",
    "limits": "计算期限、期限计算单",
    "duties": "报送义务、日历",
    "agreement": "约定时限",
    "acceptance": "签收",
    "campaigns": "日历",
    "overdue_kinds": "认定超时情形",
    "warning": "亮黄灯",
    "reminders": "自动提醒",
    "ladder": "督办阶梯",
    "budget": "控制提醒次数",
    "hours": "发送消息、计算工作时间",
    "leads": "确定牵头单位",
    "issue_fields": "交办前核对",
    "supervisors": "确定督办科室",
    "responsibility": "事项责任人",
    "steps": "各步骤的名称和依据",
    "chains": "逐级审批",
    "extension": "申请延期",
    "feedback": "报送反馈",
    "grades": "办结评价、通报",
    "ranking": "通报评分排名",
    "bulletins": "起草通报",
    "documents": "文书编号和版式",
}
LATER = "供查阅，问责功能启用后据此办理"
SECTIONS_SHOWN = {"clause": "按条款", "section": "按用途"}


@dataclass(frozen=True)
class Group:
    """A clause or a use with its values, each with where it takes effect; `quotes` are the words of
    the regulation.
    """

    title: str
    lines: Sequence[tuple[Line, str]]
    quotes: Sequence[str] = ()


def packs_visible_to(actor: Actor | None) -> QuerySet[RulePackVersion]:
    """Versions by which an office of the reader's works or worked; whoever may propose one sees all."""
    rows = RulePackVersion.objects.all()
    if actor is None:
        return rows.none()
    if actor.has(*PROPOSERS, *ADMINISTRATORS):
        return rows
    used = Activation.objects.filter(
        pack_version=OuterRef("pk"), confirmed_at__isnull=False, office__in=_offices_of(actor)
    )
    return rows.filter(Exists(used))


def _offices_of(actor: Actor) -> QuerySet[Office]:
    if actor.office_id is not None:
        return Office.objects.filter(pk=actor.office_id)
    path = Unit.objects.filter(pk=actor.unit_id).values_list("path", flat=True).first()
    if path is None:
        return Office.objects.none()
    return Office.objects.alias(own=Value(path)).filter(own__startswith=F("root__path"))


@login_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Which office works by which version, what is proposed, and every version on record."""
    today = timezone.localdate()
    versions = packs_visible_to(request.actor).defer("document", "source")
    activations = _activations(request.actor)
    context = {
        "in_force": _in_force(activations, today),
        "proposed": [row for row in activations if row.confirmed_at is None],
        "coming": [row for row in activations if row.confirmed_at and row.active_from > today],
        "versions": versions,
        "may_propose": request.actor is not None and request.actor.has(*PROPOSERS),
    }
    return render(request, "web/rules.html", context)


def _activations(actor: Actor) -> list[Activation]:
    rows = Activation.objects.select_related(
        "office", "pack_version", "proposed_by", "confirmed_by"
    ).order_by("office_id", "-active_from")
    if not actor.has(*ADMINISTRATORS):
        rows = rows.filter(office__in=_offices_of(actor))
    return list(rows)


def _in_force(rows: Sequence[Activation], today: date) -> list[Activation]:
    """The newest confirmed one of each office that has begun."""
    found: dict[int, Activation] = {}
    for row in rows:
        if row.confirmed_at and row.active_from <= today:
            found.setdefault(row.office_id, row)
    return list(found.values())


@login_required
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: `?by=section` groups by use, `?keep=local` shows what is decided locally."""
    row = get_object_or_404(packs_visible_to(request.actor), pk=pk)
    loaded = loaded_of(row)
    by = request.GET.get("by") if request.GET.get("by") in SECTIONS_SHOWN else "clause"
    keep = request.GET.get("keep", "")
    groups = _by_section(loaded) if by == "section" else _by_clause(loaded)
    groups = [kept for group in groups if (kept := _filtered(group, keep)).lines]
    context = {
        "row": row,
        "pack": row.pack,
        "status": STATUS[row.pack.status],
        "groups": groups,
        "by": by,
        "keep": keep,
        "counts": _counts(loaded),
        "others": packs_visible_to(request.actor).filter(name=row.name).exclude(pk=pk),
        "crumbs": [Crumb("规则", reverse("rules")), Crumb(row.title)],
    }
    return render(request, "web/rule.html", context)


@login_required
@require_safe
def rule_diff(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """What `pk` changes against `other`, value by value."""
    rows = packs_visible_to(request.actor).in_bulk([pk, other])
    if len(rows) != 2:
        raise Http404
    context = {
        "new": rows[pk],
        "old": rows[other],
        "differences": differences(loaded_of(rows[other]), loaded_of(rows[pk])),
        "crumbs": [
            Crumb("规则", reverse("rules")),
            Crumb(rows[pk].title, reverse("rule", args=[pk])),
            Crumb("对照"),
        ],
    }
    return render(request, "web/rule_diff.html", context)


def loaded_of(row: RulePackVersion) -> LoadedPack:
    """The version as the pure functions take it."""
    return LoadedPack(row.pack, row.source, row.inherited, row.overridden)


def _by_clause(loaded: LoadedPack) -> list[Group]:
    return [
        Group(
            title,
            [(line, used_in(line)) for line in found],
            list(dict.fromkeys(line.quote for line in found if line.quote)),
        )
        for title, found in by_clause(loaded)
    ]


def _by_section(loaded: LoadedPack) -> list[Group]:
    """By use, in the order of the schema; sections of one use stand together."""
    found: dict[str, list[tuple[Line, str]]] = {}
    for line in lines(loaded):
        used = used_in(line)
        found.setdefault(used, []).append((line, used))
    return [Group(used, group) for used, group in found.items()]


def _filtered(group: Group, keep: str) -> Group:
    wanted = {
        "local": lambda line: bool(line.local_decision),
        "own": lambda line: line.origin == "本包",
        "replaced": lambda line: bool(line.replaces),
    }.get(keep)
    if wanted is None:
        return group
    return replace(group, lines=[pair for pair in group.lines if wanted(pair[0])])


def _counts(loaded: LoadedPack) -> dict[str, int]:
    found = lines(loaded)
    return {
        "all": len(found),
        "clauses": len({line.clause for line in found if line.clause}),
        "local": sum(bool(line.local_decision) for line in found),
        "own": sum(line.origin == "本包" for line in found),
        "replaced": sum(bool(line.replaces) for line in found),
    }


def used_in(line: Line) -> str:
    """Where a value takes effect."""
    return USED.get(line.path.split(".")[0], LATER)
