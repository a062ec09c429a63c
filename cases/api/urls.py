"""The REST interface, below /api/v1/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from cases.api.cases import CaseViewSet
from cases.api.parts import AssignmentViewSet, FeedbackViewSet
from cases.api.requests import ClosureViewSet, ExtensionViewSet

app_name = "api"

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
router.register("assignments", AssignmentViewSet, basename="assignment")
router.register("feedback", FeedbackViewSet, basename="feedback")
router.register("extensions", ExtensionViewSet, basename="extension")
router.register("closures", ClosureViewSet, basename="closure")

urlpatterns = [
    path(
        "schema/",
        SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]),
        name="schema",
    ),
    *router.urls,
]
