from django.urls import path

from deadlines.web import calendar_changes, calendar_changes_acting

app_name = "calendar_changes"
urlpatterns = [
    path("", calendar_changes.ChangeList.as_view(), name="list"),
    path("new/", calendar_changes_acting.Read.as_view(), name="new"),
    path("propose/", calendar_changes_acting.Propose.as_view(), name="propose"),
    path("adopt/", calendar_changes_acting.Adopt.as_view(), name="adopt"),
    path("<int:pk>/", calendar_changes.ChangePage.as_view(), name="change"),
    path("<int:pk>/confirm/", calendar_changes_acting.Confirm.as_view(), name="confirm"),
    path("<int:pk>/withdraw/", calendar_changes_acting.Withdraw.as_view(), name="withdraw"),
]
