"""What every periodic task shares: the moment for which a round runs."""

from datetime import datetime

from django.utils import timezone


def moment_of(at: str | None) -> datetime:
    """The moment named, with its offset, or now. A round can be run for a moment that has passed."""
    if at is None:
        return timezone.now()
    found = datetime.fromisoformat(at)
    if found.tzinfo is None:
        raise ValueError(f"a moment needs its offset: {at}")
    return found
