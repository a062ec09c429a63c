"""Uploads: 50 MB a file, counted while it streams in; what is over is dropped, not stored."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MEGABYTE = 1024 * 1024
# A form may carry several files; a request beyond this is cut off before it is read.
REQUEST_LIMIT_FILES = 10


class UploadTooLarge(SuspiciousOperation):
    """The request as a whole is too large to be read; answered with 413."""


class OversizedFile(UploadedFile):
    """Stands for a file over the limit: it has a name and a size, and no content to read."""

    oversized = True

    def __init__(self, name: str, content_type: str, size: int) -> None:
        super().__init__(BytesIO(), name, content_type, size)

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise ValidationError(oversized_text(self))

    read = open = _refuse

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        self._refuse()


class LimitedUploadHandler(FileUploadHandler):
    """Counts bytes and lets none beyond the limit reach the handlers that store them.

    Must stand first in FILE_UPLOAD_HANDLERS. The request is read to its end, so that the person
    gets the form back with the refusal beside the field and everything else as typed.
    """

    chunk_size = 64 * 1024

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, Any], content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        limit = settings.DUBAN_UPLOAD_LIMIT
        signed_in = settings.SESSION_COOKIE_NAME in getattr(self.request, "COOKIES", {})
        signed_in = signed_in or "HTTP_AUTHORIZATION" in meta
        if content_length > (limit * REQUEST_LIMIT_FILES if signed_in else MEGABYTE):
            raise UploadTooLarge(f"request of {content_length} bytes")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.counted = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.counted += len(raw_data)
        return None if self.counted > settings.DUBAN_UPLOAD_LIMIT else raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.counted <= settings.DUBAN_UPLOAD_LIMIT:
            return None
        self._drop_what_was_stored()
        return OversizedFile(self.file_name, self.content_type or "", self.counted)

    def _drop_what_was_stored(self) -> None:
        """The handlers behind this one hold the bytes up to the limit; free them now."""
        for handler in self.request.upload_handlers:
            if (file := getattr(handler, "file", None)) is not None:
                file.close()


def oversized_text(file: UploadedFile) -> str:
    limit = settings.DUBAN_UPLOAD_LIMIT // MEGABYTE
    return (
        f"“{file.name}”有 {file.size / MEGABYTE:.1f} MB，超过单个文件 {limit} MB 的上限，"
        "请压缩或拆分后再上传。"
    )


def refuse_oversized(file: UploadedFile) -> None:
    """Validator of every file field, of forms and of serializers."""
    if getattr(file, "oversized", False) or file.size > settings.DUBAN_UPLOAD_LIMIT:
        raise ValidationError(oversized_text(file), code="oversized")
