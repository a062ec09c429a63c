"""What an address of the 台账 asks for: filters, order, groups, columns, page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from cases.models import Case
from cases.selectors.conditions import Filters, matters
from cases.selectors.paging import DEFAULT_SORT, SORTABLE, Key, group_key, sort_keys
from cases.web.columns import Column, columns_of
from cases.web.filters import FilterForm
from duban.org.actor import Actor

GROUPS = {
    "source": "事项来源",
    "lead": "牵头单位",
    "supervisor": "督办科室",
    "state": "状态",
    "importance": "重要程度",
}
ARRANGEMENT = ("sort", "group", "col")
# Room for every filter and column; what is longer no reader has made.
MAX_QUERY = 1000


@dataclass(frozen=True)
class Asked:
    """One reading of the address by one actor at one moment."""

    params: QueryDict
    actor: Actor
    at: datetime

    @classmethod
    def by(cls, request: HttpRequest, *, at: datetime) -> Asked:
        return cls(request.GET, request.actor, at)

    @cached_property
    def form(self) -> FilterForm:
        return FilterForm(self.params, actor=self.actor, at=self.at)

    @cached_property
    def filters(self) -> Filters:
        return self.form.asked

    @property
    def sort(self) -> str:
        wanted = self.params.get("sort", "")
        return wanted if wanted.removeprefix("-") in SORTABLE else DEFAULT_SORT

    @property
    def group(self) -> str:
        wanted = self.params.get("group", "")
        return wanted if wanted in GROUPS else ""

    @property
    def cursor(self) -> str:
        return self.params.get("cursor", "")

    @property
    def columns(self) -> list[Column]:
        return columns_of(self.params.getlist("col"))

    @cached_property
    def keys(self) -> Sequence[Key]:
        ranks = self.form.words.ranks
        keys = sort_keys(self.sort, ranks)
        return [group_key(self.group, ranks), *keys] if self.group else keys

    @cached_property
    def rows(self) -> QuerySet[Case]:
        return matters(self.filters, actor=self.actor, at=self.at)

    @property
    def query(self) -> str:
        """The address again, without the page and without what means nothing."""
        return plain_query(self.params)


def plain_query(params: QueryDict) -> str:
    """Known parameters with a value, in a fixed order: equal lists have equal addresses."""
    kept = QueryDict(mutable=True)
    for name in (*FilterForm.base_fields, *ARRANGEMENT):
        values = [value for value in params.getlist(name) if value.strip()]
        if values:
            kept.setlist(name, values if name == "col" else values[-1:])
    return kept.urlencode()


def without(params: QueryDict, *names: str) -> str:
    """The address of the same list with these filters taken away."""
    left = params.copy()
    for name in names:
        left.pop(name, None)
    return plain_query(left)
