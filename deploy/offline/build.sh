#!/usr/bin/env bash
# 在能联网的机器上制作离线安装包：deploy/offline/build.sh [--with-debs]
# 须与目标机器同为 Debian 12、同一处理器架构、同一 Python 小版本。结果在 deploy/offline/dist/。
# --with-debs 另下载系统软件（须 root，且本机尚未安装这些软件，否则依赖不全）。
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
version=$(git -C "$root" rev-parse --short HEAD)
name="duban-offline-$version"
out="$here/dist/$name"
debs="python3-venv make libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk postgresql redis-server nginx-light"

rm -rf "$out"
mkdir -p "$out/wheels"
git -C "$root" archive --format=tar.gz --prefix=duban/ -o "$out/source.tar.gz" HEAD
builder=$(mktemp -d)
trap 'rm -rf "$builder"' EXIT
"${PYTHON:-python3}" -m venv "$builder"
# 只收编译好的包：目标机器没有编译器，也不能联网取编译所需的东西。
"$builder/bin/pip" --disable-pip-version-check download -qq --only-binary=:all: \
    -r "$root/requirements.txt" -c "$root/constraints.txt" -d "$out/wheels"
"$builder/bin/python" -c 'import platform, sys; print("%d.%d" % sys.version_info[:2], platform.machine())' \
    > "$out/PLATFORM"
if [ "${1:-}" = --with-debs ]; then
    mkdir -p "$out/debs/partial"
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends --download-only \
        -o Dir::Cache::archives="$out/debs" $debs
    rm -rf "$out/debs/partial" "$out/debs/lock"
fi
cp "$here/install.sh" "$out/"
(cd "$out" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS)
tar -C "$here/dist" -cf "$here/dist/$name.tar" "$name"
echo "已生成：deploy/offline/dist/$name.tar（$(du -h "$here/dist/$name.tar" | cut -f1)）"
