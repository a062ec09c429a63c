from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "duban.web"
    label = "web"
    verbose_name = "页面与接口"

    def ready(self) -> None:
        from django.apps import apps
        from django.conf import settings

        from duban.org.roles import ADMIN_SITE, LEADERS, STAFF, UNIT
        from duban.web import navigation

        # Read by people in the admin; the package has no Chinese.
        apps.get_app_config("axes").verbose_name = "登录安全"
        navigation.register(
            navigation.NavItem(
                "机构", "registry", icon="diagram-3", roles=STAFF | LEADERS, order=600, more=True
            ),
            navigation.NavItem("规则", "rules", icon="book", order=700, more=True),
            navigation.NavItem(
                "本单位", "own_unit", icon="building", roles=UNIT, order=600, more=True
            ),
        )
        # The admin is a working place of staff, so it stands in the band like any other.
        if "django.contrib.admin" in settings.INSTALLED_APPS:
            navigation.register(
                navigation.NavItem(
                    "后台", "admin:index", icon="gear", roles=ADMIN_SITE, order=900, more=True
                )
            )
