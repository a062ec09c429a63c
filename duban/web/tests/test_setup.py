"""First set-up of a real office."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from duban.ledger.packs import activation_confirm, activation_propose
from duban.org.models import Office, Post, User
from duban.org.selectors import actor_for
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.selectors import active_version

pytestmark = pytest.mark.django_db

NEW = {
    "government": "清河市人民政府",
    "organ": "清河市人民政府办公室",
    "prefix": "清政督",
    "pack": "anshan-2015",
}


def setup(**changes: str) -> str:
    out = io.StringIO()
    arguments = [f"--{name}={value}" for name, value in (NEW | changes).items()]
    call_command("duban_setup", *arguments, stdout=out)
    return out.getvalue()


def test_three_administrators_get_one_time_passwords_and_must_change_them(client: Client) -> None:
    said = setup()
    lines = [line.split() for line in said.splitlines() if line.startswith("  ")]
    assert [role for role, _, _ in lines] == ["系统管理员", "安全管理员", "审计管理员"]
    _, login, password = lines[0]
    user = User.objects.get(username=login)
    assert user.must_change_password
    assert user.check_password(password)


def test_two_of_them_put_the_pack_in_force() -> None:
    setup()
    office = Office.objects.get()
    posts = {post.role: actor_for(post) for post in Post.objects.all()}
    proposed = activation_propose(
        office=office,
        pack_version=RulePackVersion.objects.get(name="anshan-2015"),
        active_from=Post.objects.first().starts_on,
        by=posts["system_admin"],
    )
    activation_confirm(activation=proposed, by=posts["security_admin"])
    assert active_version(office, on=Post.objects.first().starts_on) is not None


def test_a_government_or_prefix_that_is_taken_is_refused_and_changes_nothing() -> None:
    setup()
    with pytest.raises(CommandError, match="已经设立"):
        setup(prefix="另政督")
    with pytest.raises(CommandError, match="机关代字"):
        setup(government="另一市人民政府")
    assert Office.objects.count() == 1
