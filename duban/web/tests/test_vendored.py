"""Files of others are what VENDORED.md says they are, and nothing asks another host."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
VENDOR = ROOT / "static" / "vendor"
LISTED = re.findall(r"^([0-9a-f]{64})  (\S+)$", (VENDOR / "VENDORED.md").read_text(), re.M)


def test_every_vendored_file_is_listed() -> None:
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.glob("*/**/*") if path.is_file()}
    assert {name for _, name in LISTED} == present


@pytest.mark.parametrize(("digest", "name"), LISTED, ids=[name for _, name in LISTED])
def test_the_hash_of_a_vendored_file(digest: str, name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        named = re.findall(r'{% icon "([^"]+)"', text) + re.findall(r'glyph="([^"]+)"', text)
        assert set(named) <= sprite, path.name


OWN = [
    *(ROOT / "templates").glob("*.html"),
    *(ROOT / "templates" / "web").rglob("*.html"),
    *(ROOT / "templates" / "notify").rglob("*.html"),
    *(ROOT / "templates" / "registration").rglob("*.html"),
]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_a_template_has_no_inline_style_script_or_foreign_address(path: Path) -> None:
    """The policy is script-src 'self'; style-src 'self'."""
    text = path.read_text()
    assert not re.search(r'\sstyle\s*=\s*["\']', text)
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)", text)
    assert not re.search(r'\son\w+\s*=\s*["\']', text)
    assert not re.search(r'(?:src|href)=["\'](?:https?:)?//', text)


def test_our_styles_ask_no_other_host() -> None:
    css = (ROOT / "static" / "css" / "duban.css").read_text()
    assert "url(" not in css
    assert "@import" not in css
