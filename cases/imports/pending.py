"""Files between preview and confirmation; those never confirmed go after a day."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

FOLDER = "imports"
KEPT = timedelta(days=1)

logger = logging.getLogger(__name__)


def forget_old(*, at: datetime) -> int:
    """Remove what nobody confirmed; returns how many files went."""
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    removed = 0
    for name in names:
        path = f"{FOLDER}/{name}"
        try:
            if default_storage.get_modified_time(path) < at - KEPT:
                default_storage.delete(path)
                removed += 1
        except OSError:
            # Another request was faster, or the disk is in trouble: neither stops the preview.
            logger.warning("Pending import %s could not be removed", path)
    return removed
