from django.contrib.auth.views import LogoutView
from django.urls import path

from duban.web import auth, organisation, rulebook, views

urlpatterns = [
    path("login/", auth.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", auth.Account.as_view(), name="account"),
    path("account/password/", auth.PasswordChange.as_view(), name="password_change"),
    path("account/tokens/<int:pk>/revoke/", auth.token_revoked, name="token_revoke"),
    path("organisation/", organisation.registry, name="registry"),
    path("organisation/liaisons/", organisation.liaisons_export, name="liaisons_export"),
    path("organisation/bodies/", organisation.bodies, name="bodies"),
    path("organisation/bodies/<int:pk>/", organisation.body, name="body"),
    path("organisation/evaluation/", organisation.evaluation, name="evaluation"),
    path("rules/", rulebook.rules, name="rules"),
    path("rules/<int:pk>/", rulebook.rule, name="rule"),
    path("rules/<int:pk>/against/<int:other>/", rulebook.rule_diff, name="rule_diff"),
    path("own-unit/", organisation.own_unit, name="own_unit"),
    path("own-unit/body/", organisation.OwnBody.as_view(), name="own_body"),
    path("own-unit/staff/", organisation.OwnStaff.as_view(), name="own_staff"),
    path("own-unit/staff/<int:pk>/end/", organisation.own_staff_end, name="own_staff_end"),
    path("acting/", views.acting, name="acting"),
    path("keepalive/", views.keepalive, name="keepalive"),
    path("search/", views.search, name="search"),
    path("favicon.ico", views.favicon),
    path("healthz", views.healthz, name="healthz"),
    path("health/", views.health, name="health"),
]
