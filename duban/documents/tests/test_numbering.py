"""Numbers: no gap, no number twice, also with two processes writing at once."""

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connections, transaction

from duban.documents.models import Counter
from duban.documents.numbering import number_next
from duban.documents.tests import given
from duban.org.models import Office, Unit

WRITERS, EACH = 4, 25


@pytest.mark.django_db
def test_numbers_count_up_by_office_series_and_year():
    first, second = given.office("甲市督查室"), given.office("乙市督查室")
    taken = [
        number_next(office=office, kind=kind, at=given.AT)
        for office, kind in (
            (first, "甲政督"), (first, "甲政督"), (first, "督查通报"), (second, "甲政督"),
        )
    ]  # fmt: skip
    assert taken == [(2026, 1), (2026, 2), (2026, 1), (2026, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "year"),
    [
        pytest.param(datetime(2026, 12, 31, 15, 59, tzinfo=UTC), 2026, id="北京时间23:59"),
        pytest.param(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), 2027, id="北京时间次年零点"),
    ],
)
def test_the_year_is_that_of_shanghai(at, year):
    assert number_next(office=given.office(), kind="漳政督", at=at) == (year, 1)


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_leaves_no_gap():
    office = given.office()
    assert number_next(office=office, kind="漳政督", at=given.AT) == (2026, 1)
    with transaction.atomic():
        assert number_next(office=office, kind="漳政督", at=given.AT) == (2026, 2)
        transaction.set_rollback(True)
    assert number_next(office=office, kind="漳政督", at=given.AT) == (2026, 2)


@pytest.mark.django_db(transaction=True)
def test_a_number_is_given_only_inside_the_transaction_of_the_act(kept_office):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        number_next(office=kept_office, kind="漳政督", at=given.AT)


@pytest.mark.django_db
def test_the_database_itself_refuses_a_second_counter():
    office = given.office()
    Counter.objects.create(office=office, kind="漳政督", year=2026)
    with pytest.raises(IntegrityError), transaction.atomic():
        Counter.objects.create(office=office, kind="漳政督", year=2026)


@pytest.fixture
def kept_office(django_db_setup, django_db_blocker) -> Iterator[Office]:
    """An office that is really committed, and taken away by name: flushing meets the ledger's triggers."""
    with django_db_blocker.unblock():
        office = given.office("并发试验督查室")
        yield office
        Counter.objects.filter(office=office).delete()
        office.delete()
        Unit.objects.filter(pk=office.body_id).delete()
        Unit.objects.filter(pk=office.root_id).delete()


def test_several_processes_get_every_number_once(kept_office):
    """The first numbers of a series too: nobody has made the row of the counter yet."""
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(WRITERS), context.Queue()
    # A connection must not be shared with a child.
    connections.close_all()
    writers = [
        context.Process(target=_write, args=(kept_office.pk, start, answers))
        for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    taken = [answers.get(timeout=60) for _ in range(WRITERS)]
    for writer in writers:
        writer.join(timeout=60)
    errors = [answer for answer in taken if isinstance(answer, str)]
    assert errors == []
    numbers = sorted(number for answer in taken for number in answer)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == WRITERS * (EACH - EACH // 5)


def _write(office_id: int, start, answers) -> None:
    """Take numbers as fast as possible; every fifth act is rolled back."""
    kept = []
    try:
        office = Office.objects.get(pk=office_id)
        start.wait(timeout=30)
        for turn in range(EACH):
            try:
                with transaction.atomic():
                    _, seq = number_next(office=office, kind="并发", at=given.AT)
                    if turn % 5 == 4:
                        raise InterruptedError
                kept.append(seq)
            except InterruptedError:
                continue
        answers.put(kept)
    except Exception as error:  # noqa: BLE001 - told to the parent
        answers.put(repr(error))
    finally:
        connections.close_all()
