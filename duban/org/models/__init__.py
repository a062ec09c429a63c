from duban.org.models.office import Office
from duban.org.models.people import Delegation, Portfolio, Post, User
from duban.org.models.unit import Unit, UnitAlias

__all__ = ["Delegation", "Office", "Portfolio", "Post", "Unit", "UnitAlias", "User"]
