from django.contrib.auth.views import LogoutView
from django.urls import path

from duban.web import auth, views

urlpatterns = [
    path("login/", auth.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", auth.Account.as_view(), name="account"),
    path("account/password/", auth.PasswordChange.as_view(), name="password_change"),
    path("account/tokens/<int:pk>/revoke/", auth.token_revoked, name="token_revoke"),
    path("acting/", views.acting, name="acting"),
    path("keepalive/", views.keepalive, name="keepalive"),
    path("search/", views.search, name="search"),
    path("favicon.ico", views.favicon),
    path("healthz", views.healthz, name="healthz"),
    path("health/", views.health, name="health"),
]
