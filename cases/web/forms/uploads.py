"""Files with a form: several at once, each within the limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from cases.domain.files import ACCEPTED
from duban.web.forms import ServiceForm, UploadField
from duban.web.uploads import REQUEST_LIMIT_FILES

KINDS_TEXT = "可上传 PDF、Word、Excel、PPT、OFD、WPS、图片、文本和 ZIP，单个文件不超过 50 MB。"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(UploadField):
    """Cleans to a list; an empty one where nothing was chosen."""

    def __init__(self, **kwargs: Any) -> None:
        accept = ",".join(f".{ending}" for ending in ACCEPTED)
        kwargs.setdefault("widget", ManyFilesInput(attrs={"accept": accept}))
        kwargs.setdefault("help_text", KINDS_TEXT)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)
            return []
        if len(files) > REQUEST_LIMIT_FILES:
            raise ValidationError(f"一次最多上传 {REQUEST_LIMIT_FILES} 个文件，请分次上传。")
        return [super(ManyFilesField, self).clean(one, initial) for one in files]


class AttachmentUploadForm(ServiceForm):
    file = ManyFilesField(label="文件")


def evidence_choices(kinds: dict[str, str]) -> Sequence[tuple[str, str]]:
    return [("", "一般附件"), *kinds.items()]
