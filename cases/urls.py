"""Addresses of the pages and the API of matters."""

from django.urls import include, path

urlpatterns = [
    path("", include("cases.web.urls", namespace="cases")),
    path("api/v1/", include("cases.api.urls", namespace="api")),
]
