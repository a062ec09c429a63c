"""The Chinese supplement of the admin theme is compiled and in force."""

from pathlib import Path

from babel.messages.pofile import read_po
from django.utils.translation import gettext

FOLDER = Path(__file__).resolve().parents[3] / "locale" / "zh_Hans" / "LC_MESSAGES"


def test_the_compiled_file_has_every_string() -> None:
    with (FOLDER / "django.po").open("rb") as handle:
        messages = [m for m in read_po(handle) if isinstance(m.id, str) and m.id]
    assert len(messages) > 80
    assert [m.id for m in messages if m.string != m.id and gettext(m.id) == m.id] == []
