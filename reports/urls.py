from django.urls import path

from reports.web import acting, reading

app_name = "reports"
urlpatterns = [
    path("bulletins/", reading.BulletinList.as_view(), name="bulletins"),
    path("bulletins/draft/", acting.Draft.as_view(), name="draft"),
    path("bulletins/<int:pk>/", reading.BulletinPage.as_view(), name="bulletin"),
    path("bulletins/<int:pk>/lines/", reading.LinesPage.as_view(), name="lines"),
    path("bulletins/<int:pk>/units/<int:unit_id>/", reading.UnitPage.as_view(), name="unit"),
    path("bulletins/<int:pk>/docx/", reading.BulletinFile.as_view(), {"form": "docx"}, name="docx"),
    path("bulletins/<int:pk>/pdf/", reading.BulletinFile.as_view(), {"form": "pdf"}, name="pdf"),
    path("bulletins/<int:pk>/edit/", acting.Edit.as_view(), name="edit"),
    path("bulletins/<int:pk>/recompute/", acting.Recompute.as_view(), name="recompute"),
    path("bulletins/<int:pk>/submit/", acting.Submit.as_view(), name="submit"),
    path("bulletins/<int:pk>/decide/", acting.Decide.as_view(), name="decide"),
    path("bulletins/<int:pk>/publish/", acting.Publish.as_view(), name="publish"),
    path("bulletins/<int:pk>/correct/", acting.Correct.as_view(), name="correct"),
]
