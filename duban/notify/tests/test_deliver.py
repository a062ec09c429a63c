"""E-mail of single messages: not before its moment, once, and never lost."""

from __future__ import annotations

from datetime import timedelta

from django.core import mail as outgoing

from duban.notify import mail
from duban.notify.deliver import messages_deliver
from duban.notify.models import Message
from duban.notify.services import message_read
from duban.notify.tests.conftest import AT, Create, DeadServer
from duban.org.models import User

LATER = AT + timedelta(hours=4)


def test_a_mail_waits_for_its_moment_to_the_minute(create: Create) -> None:
    create(deliver_after=LATER)
    assert messages_deliver(at=LATER - timedelta(seconds=1)) == 0
    assert messages_deliver(at=LATER) == 1
    sent = outgoing.outbox[0]
    assert sent.to == ["zhang@example.org"]
    assert sent.subject == "督办〔2026〕18号：管网<改造> 即将到期"
    assert "https://duban.example/cases/18/" in sent.body


def test_run_twice_or_a_week_late_sends_once(create: Create) -> None:
    create(deliver_after=AT)
    week = AT + timedelta(days=7)
    assert [messages_deliver(at=week) for _ in range(3)] == [1, 0, 0]
    assert Message.objects.get().emailed_at == week


def test_what_waits_for_the_digest_gets_no_mail_of_its_own(create: Create) -> None:
    create()
    assert messages_deliver(at=LATER) == 0


def test_who_has_read_it_is_not_pressed_again(create: Create, zhang: User) -> None:
    create(deliver_after=LATER)
    message_read(message=Message.objects.get(), by=zhang.actor, at=AT)
    assert messages_deliver(at=LATER) == 0


def test_without_an_address_or_an_account_no_mail(create: Create, zhang: User) -> None:
    create("a", deliver_after=AT)
    User.objects.filter(pk=zhang.pk).update(email="")
    assert messages_deliver(at=LATER) == 0
    User.objects.filter(pk=zhang.pk).update(email="z@example.org", is_active=False)
    assert messages_deliver(at=LATER) == 0


def test_a_dead_server_loses_nothing_and_is_asked_less_and_less(
    create: Create, server: DeadServer
) -> None:
    create(urgent=True)
    moment, asked = AT, []
    for _ in range(60):
        before = server.asked
        messages_deliver(at=moment)
        if server.asked > before:
            asked.append(int((moment - AT).total_seconds() // 60))
        moment += timedelta(minutes=5)
    assert asked == [0, 5, 15, 35, 75, 155]
    server.alive = True
    assert messages_deliver(at=AT + timedelta(days=1)) == 1
    assert len(outgoing.outbox) == 1


def test_one_bad_address_does_not_stop_the_others(
    create: Create, zhang: User, wang: User, server: DeadServer
) -> None:
    create(recipients=[zhang, wang], urgent=True)
    server.alive = True
    refuse = server.send
    server.send = lambda message, fail_silently=False: (
        0 if message.to == ["zhang@example.org"] else refuse(message)
    )
    assert messages_deliver(at=AT) == 1
    assert outgoing.outbox[0].to == ["wang@example.org"]


def test_a_worker_that_died_with_a_mail_in_hand_is_followed_by_another(create: Create) -> None:
    """Claimed and never finished: taken up after the lease, under the same Message-ID."""
    create(urgent=True)
    Message.objects.update(tries=1, retry_at=AT + mail.LEASE)
    assert messages_deliver(at=AT + mail.LEASE - timedelta(seconds=1)) == 0
    assert messages_deliver(at=AT + mail.LEASE) == 1
    key = outgoing.outbox[0].extra_headers["Message-ID"]
    assert key == f"<message-{Message.objects.get().pk}@localhost>"


def test_a_row_that_another_worker_claimed_first_is_left_alone(
    create: Create, server: DeadServer
) -> None:
    """Both have read the row as due; the conditional update lets one through."""
    from duban.notify.deliver import _deliver

    create(urgent=True)
    server.alive = True
    mine, theirs = Message.objects.get(), Message.objects.get()
    assert _deliver(mine, AT) is True
    assert _deliver(theirs, AT) is False
    assert server.asked == 1
