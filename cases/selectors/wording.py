"""Finding matters by words: number, title, heading, unit."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from cases.models import Assignment
from duban.org.models import Unit, UnitAlias

# Numbers are typed with the brackets at hand; on documents they are 〔〕 (GB/T 9704).
_BRACKETS = str.maketrans("[](){}【】（）", "〔〕〔〕〔〕〔〕〔〕")
MAX_WORDS = 6


def text_condition(text: str) -> Q:
    """Every word is found in the number, the title, the heading or a unit's name."""
    found = Q()
    for word in text.split()[:MAX_WORDS]:
        found &= _word(word)
    return found


def brackets(text: str) -> str:
    """A number as documents write it."""
    return text.translate(_BRACKETS)


def _word(word: str) -> Q:
    units = units_called(word)
    party = Assignment.objects.filter(case=OuterRef("pk"), unit__in=units)
    return (
        Q(number__icontains=brackets(word))
        | Q(title__icontains=word)
        | Q(heading__icontains=word)
        | Q(Exists(party))
    )


def units_called(word: str) -> object:
    """Ids of the units whose full name, short name or alias has the word in it."""
    by_alias = UnitAlias.objects.filter(name__icontains=word).values("unit_id")
    named = Q(name__icontains=word) | Q(short_name__icontains=word) | Q(pk__in=by_alias)
    return Unit.objects.filter(named).values("pk")
