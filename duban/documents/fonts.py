"""Which type faces are at hand for the PDF; what is missing, for the health page.

The docx always names the office's own faces. The PDF takes, in this order: a file in the
font folder (`DOCUMENT_FONT_DIR`, by default var/fonts), an installed face, Noto CJK.
"""

import logging
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"


@dataclass(frozen=True)
class Face:
    """One role of type: its name in Word, the families that serve, the family of last resort."""

    role: str
    office_name: str
    families: tuple[str, ...]
    last: str = SERIF


FACES = (
    Face(
        "fang", "仿宋_GB2312", ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "FandolFang")
    ),
    Face("kai", "楷体_GB2312", ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "FandolKai")),
    Face("hei", "黑体", ("黑体", "SimHei", "FandolHei"), SANS),
    Face("song", "宋体", ("宋体", "SimSun", "FandolSong")),
    Face(
        "title",
        "方正小标宋简体",
        ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
    ),
)
OFFICE_NAMES = {face.role: face.office_name for face in FACES}


@dataclass(frozen=True)
class Stack:
    """What the style sheet needs: a font-family list per role, and the files to load."""

    families: dict[str, str]
    files: dict[str, Path]
    title_weight: int


def font_folder() -> Path:
    """Where the office may put its own .ttf, .otf and .ttc files."""
    default = Path(settings.VAR_DIR) / "fonts"
    return Path(getattr(settings, "DOCUMENT_FONT_DIR", default))


def font_stack() -> Stack:
    """The families of each role, best first; only names from this module get into the CSS."""
    found = folder_fonts()
    families, files = {}, {}
    for face in FACES:
        names = [name for name in face.families if name in found][:1]
        files.update({name: found[name] for name in names})
        stack = dict.fromkeys([*names, *face.families, face.last, SERIF])
        families[face.role] = ",".join(f'"{name}"' for name in stack) + ",serif"
    title = next(face for face in FACES if face.role == "title")
    own = _has(title, set(found) | (installed_families() or set()))
    # 小标宋 is heavy by itself; the stand-in is a text face that needs its bold cut.
    return Stack(families, files, 400 if own else 700)


def missing_fonts() -> tuple[str, ...]:
    """Names of the faces that no file and no installed family provides, for the health page.

    The PDF then uses Noto; the docx is right on any office machine all the same.
    """
    at_hand = set(folder_fonts()) | (installed_families() or set())
    missing = [face.office_name for face in FACES if not _has(face, at_hand)]
    return (*missing, *(name for name in (SERIF, SANS) if name not in at_hand))


def has_chinese_font() -> bool:
    """Whether anything at all can print Chinese; true when it cannot be found out."""
    installed = installed_families()
    if installed is None:
        return True
    wanted = {SERIF, SANS}.union(*(face.families for face in FACES))
    return bool(wanted & (installed | set(folder_fonts())))


@lru_cache(maxsize=1)
def installed_families() -> frozenset[str] | None:
    """Family names known to fontconfig; None without fc-list. Read once per process."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    listing = subprocess.run(
        [program, ":", "family"], capture_output=True, text=True, timeout=30, check=False
    )
    names = (name for line in listing.stdout.splitlines() for name in line.split(","))
    return frozenset(name.strip().replace("\\", "") for name in names)


def folder_fonts() -> dict[str, Path]:
    """Family name → file, for the files in the font folder."""
    folder = font_folder()
    if not folder.is_dir():
        return {}
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".ttf", ".otf", ".ttc"})
    found: dict[str, Path] = {}
    for path in files:
        for name in _names_in(path, path.stat().st_mtime_ns):
            found.setdefault(name, path)
    return found


@lru_cache(maxsize=64)
def _names_in(path: Path, mtime_ns: int) -> frozenset[str]:
    """Family and full names in a font file; none when it cannot be read. `mtime_ns` is the key."""
    from fontTools.ttLib import TTFont, TTLibError  # slow to import, and only for office fonts

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            records = [r for r in font["name"].names if r.nameID in (1, 4, 6, 16)]
            return frozenset(record.toUnicode() for record in records)
    except (TTLibError, OSError, KeyError, UnicodeDecodeError) as error:
        logger.warning("字体文件 %s 不可读：%s", path.name, error)
        return frozenset()


def _has(face: Face, names: Iterable[str]) -> bool:
    return not set(face.families).isdisjoint(names)
