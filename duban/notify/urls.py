from django.urls import path

from duban.notify import views

urlpatterns = [
    path("", views.message_list, name="message_list"),
    path("read/", views.message_read_all, name="message_read_all"),
    path("<int:pk>/", views.message_open, name="message_open"),
]
