"""Lines of Chinese set flush right, as Word does and the grid of GB/T 9704 wants.

WeasyPrint spreads a line over its blanks only, and Chinese has none: a line that ends early
because of the rules for punctuation would stay short. Here the rest, a few characters at
most, is spread between the characters of the line after layout. This reads WeasyPrint's
box tree, which is not a public interface: the version is pinned and a test measures the edge.
"""

from collections.abc import Iterator
from typing import Any

SPREAD_AT_MOST_EM = 4


def justify_pages(document: Any) -> None:
    """Spread the full lines of every justified block in a rendered WeasyPrint document."""
    for page in document.pages:
        for block in _blocks(page._page_box):
            for line in block.children:
                # The last line of a paragraph has nothing to resume at and is not spread.
                if line.resume_at is not None:
                    _justify(block, line)


def _blocks(box: Any) -> Iterator[Any]:
    children = getattr(box, "children", ())
    if children and type(children[0]).__name__ == "LineBox":
        if box.style["text_align_all"] == "justify":
            yield box
        return
    for child in children:
        yield from _blocks(child)


def _justify(block: Any, line: Any) -> None:
    texts = list(_texts(line))
    count = sum(len(text.text) for text in texts) - 1
    if count < 1:
        return
    spare = block.content_box_x() + block.width - (texts[-1].position_x + texts[-1].width)
    if not 0.01 < spare < SPREAD_AT_MOST_EM * block.style["font_size"]:
        return
    each, moved = spare / count, 0.0
    for text in texts:
        text.position_x += moved
        text.style = text.style.copy()
        text.style["letter_spacing"] = _number(text.style["letter_spacing"]) + each
        text.width += each * len(text.text)
        moved += each * len(text.text)


def _texts(box: Any) -> Iterator[Any]:
    for child in getattr(box, "children", ()):
        if type(child).__name__ == "TextBox":
            yield child
        else:
            yield from _texts(child)


def _number(spacing: Any) -> float:
    return 0.0 if spacing == "normal" else spacing
