"""The admin: one of the places where office staff work (DESIGN 6).

`navigation` is named in the settings. Apps above register their own models with the classes of
`duban.web.admin.base`.
"""

from duban.web.admin import access, bodies, charges, people, records, rules, site, units
from duban.web.admin.sidebar import navigation

__all__ = [
    "access",
    "bodies",
    "charges",
    "navigation",
    "people",
    "records",
    "rules",
    "site",
    "units",
]
