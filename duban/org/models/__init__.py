from duban.org.models.evaluation import EvaluationList, EvaluationObject
from duban.org.models.office import Office
from duban.org.models.people import Delegation, Portfolio, Post, User
from duban.org.models.standing import BodyKind, BodyMember, BodyRole, StandingBody
from duban.org.models.unit import Unit, UnitAlias

__all__ = [
    "BodyKind",
    "BodyMember",
    "BodyRole",
    "Delegation",
    "EvaluationList",
    "EvaluationObject",
    "Office",
    "Portfolio",
    "Post",
    "StandingBody",
    "Unit",
    "UnitAlias",
    "User",
]
