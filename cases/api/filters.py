"""Filters of the lists that hang on a matter."""

from __future__ import annotations

from django_filters import rest_framework as filters

from cases.models import Assignment, ClosureRequest, Extension, Feedback


class AssignmentFilter(filters.FilterSet):
    case = filters.NumberFilter(field_name="case_id", max_value=2**62)
    unit = filters.NumberFilter(field_name="unit_id", max_value=2**62)

    class Meta:
        model = Assignment
        fields = ("kind", "state")


class FeedbackFilter(filters.FilterSet):
    case = filters.NumberFilter(field_name="assignment__case_id", max_value=2**62)
    assignment = filters.NumberFilter(field_name="assignment_id", max_value=2**62)

    class Meta:
        model = Feedback
        fields = ("kind", "state")


class ExtensionFilter(filters.FilterSet):
    case = filters.NumberFilter(field_name="assignment__case_id", max_value=2**62)
    assignment = filters.NumberFilter(field_name="assignment_id", max_value=2**62)

    class Meta:
        model = Extension
        fields = ("state",)


class ClosureFilter(filters.FilterSet):
    case = filters.NumberFilter(field_name="case_id", max_value=2**62)

    class Meta:
        model = ClosureRequest
        fields = ("state",)
