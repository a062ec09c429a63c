from django.urls import path

from cases.web import activations
from cases.web.bulk import case_bulk
from cases.web.export import case_export
from cases.web.listing import case_list
from cases.web.possession import possession
from cases.web.saved_views import saved_view_create, saved_view_default, saved_view_delete
from cases.web.workbench import workbench

urlpatterns = [
    path("", workbench, name="workbench"),
    path("cases/", case_list, name="list"),
    path("cases/export/", case_export, name="export"),
    path("rules/activations/new/", activations.ActivationNew.as_view(), name="activation_new"),
    path("rules/activations/<int:pk>/", activations.ActivationConfirm.as_view(), name="activation"),
    path("possession/", possession, name="possession"),
    path("cases/bulk/", case_bulk, name="bulk"),
    path("cases/views/", saved_view_create, name="view_create"),
    path("cases/views/<int:pk>/default/", saved_view_default, name="view_default"),
    path("cases/views/<int:pk>/delete/", saved_view_delete, name="view_delete"),
]
