"""All addresses of the product."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("duban.web.urls")),
    path("messages/", include("duban.notify.urls")),
    path("calendar/changes/", include("deadlines.web.urls_calendar")),
    path("", include("deadlines.web.urls")),
    path("", include("cases.urls")),
    path("", include("reports.urls")),
]

handler400 = "duban.web.views.bad_request"
handler403 = "duban.web.views.permission_denied"
handler404 = "duban.web.views.not_found"
handler500 = "duban.web.views.server_error"
