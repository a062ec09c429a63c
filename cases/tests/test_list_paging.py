"""Keyset paging: every row once, in order, in both directions, whatever is added meanwhile."""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import Case
from cases.selectors.paging import SORTABLE, group_key, page_of, sort_keys
from cases.tests import given
from cases.tests.given import Place

pytestmark = pytest.mark.django_db

RANKS = {"source": ["general_secretary", "meeting"], "urgency": [], "grade": []}


@pytest.fixture
def nine() -> Place:
    """Matters that are equal in most columns, so that ties must be broken."""
    here = given.place()
    for number in range(9):
        unit = here.units["water" if number % 2 else "housing"]
        make = given.in_progress if number % 3 == 0 else given.draft
        make(
            here,
            title=f"事项{number % 4}",
            parties=[given.lead(unit)],
            due_on=date(2026, 6, 30 - number // 3),
        )
    return here


def walk(sort: str, *, size: int, group: str = "") -> tuple[list[int], list[int]]:
    """All ids by going forward, and by going back from the last page."""
    keys = sort_keys(sort, RANKS)
    if group:
        keys = [group_key(group, RANKS), *keys]
    page = page_of(Case.objects.all(), keys, "", size=size)
    assert page.previous is None
    forward = [*page.ids]
    while page.next:
        page = page_of(Case.objects.all(), keys, page.next, size=size)
        forward += page.ids
    backward = [*page.ids]
    while page.previous:
        page = page_of(Case.objects.all(), keys, page.previous, size=size)
        backward = [*page.ids, *backward]
    assert page.next is not None
    return forward, backward


def test_pages_together_are_the_list_forward_and_backward(nine: Place) -> None:
    for sort in [*SORTABLE, *(f"-{key}" for key in SORTABLE), "", "nosuch"]:
        forward, backward = walk(sort, size=4)
        assert len(forward) == len(set(forward)) == 9, sort
        assert backward == forward, sort


def test_groups_keep_together_across_pages(nine: Place) -> None:
    forward, backward = walk("due", size=4, group="lead")
    assert forward == backward
    leads = [Case.objects.get(pk=pk).lead_unit_id for pk in forward]
    assert leads == sorted(leads)


def test_newest_first_unless_asked_otherwise(nine: Place) -> None:
    ids = list(Case.objects.order_by("-pk").values_list("pk", flat=True))
    assert walk("", size=4)[0] == ids
    assert walk("registered", size=4)[0] == ids[::-1]


def test_a_row_added_on_top_moves_nothing(nine: Place) -> None:
    keys = sort_keys("", RANKS)
    first = page_of(Case.objects.all(), keys, "", size=4)
    given.draft(nine, title="新来的")
    second = page_of(Case.objects.all(), keys, first.next, size=4)
    assert not set(first.ids) & set(second.ids)
    assert second.ids[0] == first.ids[-1] - 1


def test_the_row_of_the_cursor_may_have_left_the_list(nine: Place) -> None:
    keys = sort_keys("title", RANKS)
    first = page_of(Case.objects.all(), keys, "", size=4)
    left = Case.objects.exclude(pk=first.ids[-1])
    following = page_of(left, keys, first.next, size=4)
    assert following.ids == page_of(Case.objects.all(), keys, first.next, size=4).ids


def test_a_cursor_that_leads_nowhere_shows_the_first_page(nine: Place) -> None:
    keys = sort_keys("title", RANKS)
    first = page_of(Case.objects.all(), keys, "", size=4)
    for cursor in ("x1", "a", "a-1", "a1' or 1=1", "a999999999", "9" * 40):
        assert page_of(Case.objects.all(), keys, cursor, size=4).ids == first.ids, cursor


def test_states_sort_by_the_life_of_a_matter(nine: Place) -> None:
    states = [Case.objects.get(pk=pk).state for pk in walk("state", size=4)[0]]
    assert states == ["draft"] * 6 + ["in_progress"] * 3
