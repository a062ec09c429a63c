"""One line of 需要我处理."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case
from cases.web.access import case_url
from duban.web.parts import Action, Due


@dataclass(frozen=True)
class Task:
    """`word` says what is wanted, `tone` is one of the tones of states; earliest `due_at` first.
    What is about no matter, or about one out of sight, brings its own `heading` and `page`.
    """

    word: str
    tone: str
    case: Case | None
    action: Action
    note: str = ""
    due: Due | None = None
    due_at: datetime | None = None
    heading: str = ""
    page: str = ""

    @property
    def title(self) -> str:
        return self.heading or (self.case.title if self.case else "")

    @property
    def number(self) -> str:
        return self.case.number if self.case else ""

    @property
    def url(self) -> str:
        return self.page or (case_url(self.case) if self.case else "")
