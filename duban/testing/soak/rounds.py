"""What a soak run does, decided by its seed: moments, kills, restarts, jumps of the clock."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 3, 9, 9, 5, tzinfo=SHANGHAI)
SPAN = timedelta(days=75)
LATE = timedelta(days=7)

# One round of beat, in its order.
ROUND = (
    "deadlines.tasks.sweep",
    "deadlines.tasks.obligations",
    "cases.tasks.consume_alerts",
    "cases.tasks.refresh_possessions",
    "duban.notify.tasks.deliver",
)
# Where a process dies, and in which task of the round it gets there.
POINTS = {
    "sweep.stretch_found": 0,
    "sweep.alerts_written": 0,
    "sweep.stretch_committed": 0,
    "obligations.first_opened": 1,
    "obligations.opened": 1,
    "obligations.told": 1,
    "alerts.told": 2,
    "alerts.handled": 2,
    "alerts.committed": 2,
    "findings.written": 2,
    "possessions.deleted": 3,
    "possessions.written": 3,
    "deliver.sent": 4,
}
NOTHING, BROKER, DATABASE, TWICE = "nothing", "broker", "database", "twice"


@dataclass(frozen=True)
class Disturbance:
    """What befalls one task of one round: death at the n-th passing of a point, or after so many
    seconds where no point is named.
    """

    task: int
    point: str
    nth: int
    after: float


@dataclass(frozen=True)
class Round:
    at: datetime
    kill: Disturbance
    besides: str


def plan(*, kills: int, seed: int) -> list[Round]:
    """As many rounds as kills, spread over the run; one of them comes a week late, and now and
    then the clock of the application goes back by hours.
    """
    chance = random.Random(seed)
    rounds, at = [], FIRST
    step = (SPAN - LATE) / kills
    for number in range(kills):
        at += LATE if number == kills // 2 else step
        jump = timedelta(hours=chance.choice((3, 30))) if number % 9 == 4 else timedelta(0)
        rounds.append(Round(at - jump, _disturbance(chance), _besides(number, chance)))
    return rounds


def _disturbance(chance: random.Random) -> Disturbance:
    if chance.random() < 0.7:
        point = chance.choice(sorted(POINTS))
        return Disturbance(POINTS[point], point, chance.randint(1, 4), 0.0)
    return Disturbance(chance.randrange(len(ROUND)), "", 0, chance.uniform(0.0, 0.4))


def _besides(number: int, chance: random.Random) -> str:
    if number % 5 == 3:
        return chance.choice((BROKER, DATABASE))
    return TWICE if number % 3 == 1 else NOTHING


def moments(rounds: Sequence[Round]) -> list[str]:
    return [each.at.isoformat() for each in rounds]
