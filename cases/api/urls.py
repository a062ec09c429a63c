"""The REST interface, below /api/v1/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from cases.api.agreements import AgreementViewSet, HandlingPlanViewSet
from cases.api.cases import CaseViewSet
from cases.api.escalations import EscalationViewSet
from cases.api.parts import AssignmentViewSet, FeedbackViewSet
from cases.api.requests import ClosureViewSet, ExtensionViewSet
from cases.api.turns import TurnViewSet
from cases.api.visits import VisitViewSet

app_name = "api"

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
router.register("assignments", AssignmentViewSet, basename="assignment")
router.register("feedback", FeedbackViewSet, basename="feedback")
router.register("extensions", ExtensionViewSet, basename="extension")
router.register("closures", ClosureViewSet, basename="closure")
router.register("agreements", AgreementViewSet, basename="agreement")
router.register("plans", HandlingPlanViewSet, basename="plan")
router.register("visits", VisitViewSet, basename="visit")
router.register("escalations", EscalationViewSet, basename="escalation")
router.register("turns", TurnViewSet, basename="turn")

urlpatterns = [
    path(
        "schema/",
        SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]),
        name="schema",
    ),
    *router.urls,
]
