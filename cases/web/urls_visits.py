"""Addresses of visits, special inspections, and of who answers inside a unit."""

from django.urls import path

from cases.web import inspection_plans, people, visits

urlpatterns = [
    path("visits/", visits.visit_list, name="visits"),
    path("visits/new/", visits.Plan.as_view(), name="visit_new"),
    path("visits/<int:pk>/", visits.visit_detail, name="visit"),
    path("visits/<int:pk>/record/", visits.Record.as_view(), name="visit_record"),
    path("visits/<int:pk>/release/", visits.Release.as_view(), name="visit_release"),
    path("visits/<int:pk>/cancel/", visits.Cancel.as_view(), name="visit_cancel"),
    path("inspections/", inspection_plans.inspection_plan_list, name="inspection_plans"),
    path("inspections/new/", inspection_plans.Submit.as_view(), name="inspection_plan_new"),
    path("inspections/<int:pk>/", inspection_plans.inspection_plan_detail, name="inspection_plan"),
    path("parts/<int:pk>/people/", people.HandOver.as_view(), name="hand_over"),
]
