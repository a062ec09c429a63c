from django.urls import path

from deadlines.web import month_pages, obligation_acts, obligations

app_name = "deadlines"

urlpatterns = [
    path("obligations/", obligations.obligation_list, name="obligations"),
    path("obligations/<int:pk>/", obligations.obligation_detail, name="obligation"),
    path(
        "obligations/<int:pk>/report/", obligation_acts.Report.as_view(), name="obligation_report"
    ),
    path("obligations/<int:pk>/waive/", obligation_acts.Waive.as_view(), name="obligation_waive"),
    path("calendar/", month_pages.month, name="calendar"),
    path("calendar/<int:year>/", month_pages.year, name="calendar_year"),
]
