"""The pages of matters: what people read, and what they do."""

from cases.web.urls_actions import urlpatterns as detail_urls
from cases.web.urls_reading import urlpatterns as reading_urls

app_name = "cases"
urlpatterns = [*reading_urls, *detail_urls]
