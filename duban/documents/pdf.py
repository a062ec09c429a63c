"""HTML to PDF by WeasyPrint, without any access to the network.

WeasyPrint needs Pango, which pip cannot bring: it is imported when first used, so that
everything else works without it.
"""

import importlib
from types import ModuleType
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from . import fonts
from .justify import justify_pages

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fontconfig"


class PdfUnavailable(RuntimeError):
    """No PDF can be made on this machine; the message, in Chinese, says what to install."""


def pdf_available() -> tuple[bool, str]:
    """(True, "") or (False, what to install), for the health page and the download buttons."""
    try:
        _weasyprint()
    except PdfUnavailable as error:
        return False, str(error)
    return True, ""


def html_pdf(template: str, context: dict[str, Any]) -> bytes:
    """The template printed as PDF; the same input gives the same bytes. PdfUnavailable."""
    weasyprint = _weasyprint()
    stack = fonts.font_stack()
    html = render_to_string(template, {**context, "fonts": _font_css(stack)})
    config = weasyprint.text.fonts.FontConfiguration()
    page = weasyprint.HTML(string=html, url_fetcher=_fetcher(weasyprint, stack))
    document = page.render(font_config=config)
    justify_pages(document)
    return document.write_pdf(pdf_identifier=b"duban")


def _weasyprint() -> ModuleType:
    try:
        # OSError: the wheel is there but Pango is not.
        weasyprint = importlib.import_module("weasyprint")
        importlib.import_module("weasyprint.text.fonts")
    except (OSError, ImportError) as error:
        message = f"本机不能生成PDF，请管理员安装：apt-get install {PACKAGES}。docx文件不受影响。"
        raise PdfUnavailable(message) from error
    if not fonts.has_chinese_font():
        raise PdfUnavailable(
            "本机没有中文字体，不能生成PDF，请管理员安装：apt-get install fonts-noto-cjk，"
            "或将字体文件放入var/fonts目录。docx文件不受影响。"
        )
    return weasyprint


def _font_css(stack: fonts.Stack) -> dict[str, Any]:
    """Values for the style sheet; all from our own tables, never from a document."""
    faces = "".join(
        f'@font-face{{font-family:"{name}";src:url("{path.as_uri()}")}}'
        for name, path in stack.files.items()
    )
    families = {role: mark_safe(names) for role, names in stack.families.items()}
    return {**families, "faces": mark_safe(faces), "title_weight": stack.title_weight}


def _fetcher(weasyprint: ModuleType, stack: fonts.Stack) -> Any:
    """A fetcher that opens the font files of the stack and refuses every other address."""
    allowed = {path.as_uri() for path in stack.files.values()}

    class OnlyOurFonts(weasyprint.urls.URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url not in allowed:
                raise ValueError("公文不得引用外部资源")
            return super().fetch(url, headers)

    return OnlyOurFonts(allowed_protocols={"file"}, allow_redirects=False)
