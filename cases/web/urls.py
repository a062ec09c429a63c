"""The pages of matters: what people read, and what they do."""

from cases.web.urls_actions import urlpatterns as detail_urls
from cases.web.urls_agreements import urlpatterns as agreement_urls
from cases.web.urls_reading import urlpatterns as reading_urls
from cases.web.urls_turns import urlpatterns as turn_urls
from cases.web.urls_visits import urlpatterns as visit_urls

app_name = "cases"
urlpatterns = [*reading_urls, *detail_urls, *visit_urls, *turn_urls, *agreement_urls]
