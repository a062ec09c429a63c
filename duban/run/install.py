"""Everything that has to be installed before `make run` or `make test` can begin.

Runs on the system's Python, before there is an environment: standard library only, no import from
the project. Doing it twice costs nothing: what is there and unchanged is left alone.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(os.environ.get("VENV") or ROOT / ".venv").absolute()
PDF = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk"]
TESTS = ["postgresql", "redis-server", "chromium", "poppler-utils"]
# Checked where there is no dpkg, or the packages came another way.
PROOFS = {"postgresql": "initdb", "redis-server": "redis-server", "chromium": "chromium"}
WITHOUT = {
    "run": "未安装 Pango 与中文字体：不能生成 PDF，公文可下载 docx。其余功能不受影响。",
    "test": "未装齐测试用软件：缺少的部分将跳过（REQUIRE_SERVERS=1 时算失败）。",
}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def stop(reason: str) -> None:
    say(f"无法安装：{reason}")
    raise SystemExit(1)


def make_environment() -> None:
    """The virtual environment, with pip; a half-made one is made again."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the system's Python may be any
        stop(f"需要 Python 3.11 或更高版本，当前为 {sys.version.split()[0]}。")
    if (ENVIRONMENT / "bin" / "pip").exists():
        return
    say("正在建立 Python 环境……")
    try:
        venv.EnvBuilder(with_pip=True, symlinks=True, clear=ENVIRONMENT.exists()).create(
            ENVIRONMENT
        )
    except subprocess.CalledProcessError:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        stop("系统的 Python 缺少 venv：apt-get install python3-venv")


def fingerprint(names: list[str]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install_packages(requirements: str) -> bool:
    """Whether anything had to be installed. One stamp per requirements file."""
    # The development file includes the other.
    names = ["requirements.txt", "constraints.txt"]
    wanted = fingerprint(names if requirements in names else [requirements, *names])
    stamp = ENVIRONMENT / f".installed-{requirements}"
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    say(f"正在安装 {requirements} ……")
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    command = [*pip, "install", "-qq", "-r", requirements, "-c", "constraints.txt"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        stop("pip 安装失败，原因见上。离线安装见 docs/production.md。")
    stamp.write_text(wanted)
    return True


def missing(packages: list[str]) -> list[str]:
    """Those Debian packages that are neither installed nor replaced by something on the path."""
    return [name for name in packages if not _present(name)]


def _present(package: str) -> bool:
    if package in PROOFS and shutil.which(PROOFS[package]):
        return True
    if shutil.which("dpkg-query") is None:
        return False
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"


def install_debian(packages: list[str]) -> list[str]:
    """Those still missing after trying, which only root on a Debian system can."""
    wanted = missing(packages)
    if not wanted or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return wanted
    say(f"正在安装系统软件：{' '.join(wanted)} ……")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    for command in (["apt-get", "update", "-qq"], [*install, *wanted]):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            say(done.stdout[-1500:])
            break
    return missing(packages)


def main(purpose: str) -> None:
    make_environment()
    requirements = "requirements.txt" if purpose == "run" else "requirements-dev.txt"
    fresh = install_packages(requirements)
    packages = PDF if purpose == "run" else PDF + TESTS
    # On later starts without a network the attempt would only cost time.
    lacking = missing(packages)
    if lacking and (fresh or purpose == "test"):
        lacking = install_debian(packages)
    if lacking:
        say(WITHOUT[purpose])
        say(f"  缺少：{' '.join(lacking)}（root 执行 apt-get install 可补装）")


if __name__ == "__main__":
    main(sys.argv[1])
