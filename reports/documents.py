"""The document of a bulletin, signed or not."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from duban.documents.content import SerialContent
from duban.documents.text import chinese_date
from duban.org.models import Post
from reports.domain.wording import content_of, people
from reports.models import Bulletin, Scope

# In the order in which they are named; a leader of several ranks is named once.
_RANKS = ("chief_leader", "deputy_leader", "secretary_general")
DRAFT_MARK = "（草稿）"


def content_of_bulletin(bulletin: Bulletin, *, on: date, mark: str = "") -> SerialContent:
    """As it is to be signed on that day."""
    office = bulletin.office
    return content_of(
        bulletin.figures,
        intro=bulletin.intro,
        requirements=bulletin.requirements,
        masthead=office.serial_name,
        issuing_unit=office.name,
        dated_on=on,
        report_to=_leaders(bulletin, on),
        distribute_to=Scope(bulletin.scope).label,
        correction=_correction(bulletin),
        mark=mark,
    )


def printed_content(bulletin: Bulletin, *, at: datetime) -> SerialContent:
    """What the page shows and the files print: the frozen content, or the draft as it stands."""
    if bulletin.document:
        content = bulletin.document.typed_content()
        assert isinstance(content, SerialContent)
        return content
    return content_of_bulletin(bulletin, on=timezone.localdate(at), mark=DRAFT_MARK)


def _leaders(bulletin: Bulletin, on: date) -> str:
    posts = Post.objects.held(on=on).filter(office_id=bulletin.office_id, role__in=_RANKS)
    named: dict[int, tuple[str, str]] = {}
    for post in sorted(
        posts.select_related("user"), key=lambda post: (_RANKS.index(post.role), post.pk)
    ):
        named.setdefault(post.user_id, (post.user.name, post.title))
    return people(list(named.values()))


def _correction(bulletin: Bulletin) -> str:
    old = bulletin.correction_of
    if old is None or old.document is None:
        return ""
    cited = f"{old.document.number}（{chinese_date(old.document.dated_on)}）"
    fate = "" if old.published_at else "未发布，已作废，"
    return f"{cited}{fate}现予更正，以本期为准。更正说明：{bulletin.correction_note.rstrip('。')}。"
