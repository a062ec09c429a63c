"""Commands one after the other: each is shown, timed, and counted; one failure fails all."""

import os
import subprocess
import time
from dataclasses import dataclass, field

from duban.run.options import ROOT


@dataclass(frozen=True)
class Stage:
    """`skip` says why it cannot be run here; the empty text means it can."""

    title: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    skip: str = ""


@dataclass(frozen=True)
class Outcome:
    stage: Stage
    status: int
    seconds: float

    def line(self) -> str:
        if self.stage.skip:
            word = "失败" if self.status else "跳过"
            return f"{word}  {self.stage.title}：{self.stage.skip}"
        word = f"失败（{self.status}）" if self.status else "通过"
        return f"{word}  {self.stage.title}（{self.seconds:.0f} 秒）"


def run_stages(stages: list[Stage], *, skipping_fails: bool) -> int:
    """0 when every stage that had to run passed, else 1."""
    outcomes = [_run(stage, skipping_fails=skipping_fails) for stage in stages]
    print("", flush=True)
    for outcome in outcomes:
        print(outcome.line(), flush=True)
    return 1 if any(outcome.status for outcome in outcomes) else 0


def _run(stage: Stage, *, skipping_fails: bool) -> Outcome:
    print(f"\n== {stage.title}", flush=True)
    if stage.skip:
        print(stage.skip, flush=True)
        return Outcome(stage, int(skipping_fails), 0.0)
    begun = time.monotonic()
    done = subprocess.run(stage.command, cwd=ROOT, env=os.environ | stage.environment, check=False)
    return Outcome(stage, done.returncode, time.monotonic() - begun)
