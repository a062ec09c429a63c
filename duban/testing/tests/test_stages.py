"""One red stage makes the whole run red, whatever follows it."""

import sys

import pytest

from duban.testing.stages import Stage, run_stages


def stage(title: str, status: int) -> Stage:
    return Stage(title, [sys.executable, "-S", "-c", f"raise SystemExit({status})"])


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [((0, 0), 0), ((1, 0), 1), ((0, 5), 1), ((0, 130), 1)],
    ids=["全部通过", "先失败后通过", "没有收集到测试", "被中断"],
)
def test_any_failure_fails(statuses: tuple[int, ...], expected: int) -> None:
    stages = [stage(str(place), status) for place, status in enumerate(statuses)]

    assert run_stages(stages, skipping_fails=False) == expected


def test_a_failed_stage_does_not_stop_the_next(capfd: pytest.CaptureFixture[str]) -> None:
    speaking = Stage("后一段", [sys.executable, "-S", "-c", "print('ran')"])

    run_stages([stage("前一段", 1), speaking], skipping_fails=False)

    shown = capfd.readouterr().out
    assert "ran" in shown
    assert "失败（1）  前一段" in shown
    assert "通过  后一段" in shown


@pytest.mark.parametrize(("required", "expected"), [(False, 0), (True, 1)])
def test_a_skip_is_visible_and_fails_where_everything_is_required(
    required: bool, expected: int, capfd: pytest.CaptureFixture[str]
) -> None:
    skipped = Stage("浏览器", ["false"], skip="没有 Chromium")

    assert run_stages([skipped], skipping_fails=required) == expected
    assert f"{'失败' if required else '跳过'}  浏览器：没有 Chromium" in capfd.readouterr().out
