"""Addresses for the tests of the layout: the real ones of this layer, and pages that use the parts."""

from django.contrib import admin
from django.urls import include, path

from duban.web.tests import pages

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", pages.parts, name="home"),
    path("", include("duban.web.urls")),
    path("messages/", include("duban.notify.urls")),
    path("try/form/", pages.Filing.as_view(), name="try_form"),
    path("try/press/", pages.Press.as_view(), name="try_press"),
    path("try/upload/", pages.Upload.as_view(), name="try_upload"),
    path("try/refuse/", pages.refuse, name="try_refuse"),
    path("try/deny/", pages.deny, name="try_deny"),
    path("try/crash/", pages.crash, name="try_crash"),
    path("api/try/", pages.Api.as_view(), name="try_api"),
]

handler400 = "duban.web.views.bad_request"
handler403 = "duban.web.views.permission_denied"
handler404 = "duban.web.views.not_found"
handler500 = "duban.web.views.server_error"
