#!/usr/bin/env bash
# 离线安装或升级：解开安装包，以 root 在其目录中执行 ./install.sh
# 程序装入 /opt/duban（PREFIX 可改），不启动、不改动数据库；后续步骤见 docs/production.md。
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=${PREFIX:-/opt/duban}
python=${PYTHON:-python3}
cd "$here"
sha256sum --check --quiet SHA256SUMS || { echo "安装包不完整，请重新拷贝" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "请以 root 执行" >&2; exit 1; }

if [ -d debs ] && [ "$(find debs -name '*.deb' | wc -l)" -gt 0 ]; then
    DEBIAN_FRONTEND=noninteractive dpkg --install --skip-same-version debs/*.deb
fi
found=$("$python" -c 'import platform, sys; print("%d.%d" % sys.version_info[:2], platform.machine())')
[ "$found" = "$(cat PLATFORM)" ] || { echo "安装包用于 $(cat PLATFORM)，本机为 $found" >&2; exit 1; }

id duban >/dev/null 2>&1 || useradd --system --home-dir /var/lib/duban --shell /usr/sbin/nologin duban
# 新旧版本各在自己的目录：装好之后才切换，失败时旧版本不受影响。
staging="$prefix.new"
rm -rf "$staging"
mkdir -p "$staging"
tar -C "$staging" --strip-components=1 -xzf source.tar.gz
rm -rf "$prefix.old"
[ ! -d "$prefix" ] || mv "$prefix" "$prefix.old"
mv "$staging" "$prefix"
if ! { "$python" -m venv "$prefix/.venv" &&
    "$prefix/.venv/bin/pip" --disable-pip-version-check install -qq --no-index --find-links wheels \
        -r "$prefix/requirements.txt" -c "$prefix/constraints.txt"; }; then
    rm -rf "$prefix"
    [ ! -d "$prefix.old" ] || mv "$prefix.old" "$prefix"
    echo "安装失败，已退回原版本" >&2
    exit 1
fi
install -d -o duban -g duban -m 0750 /var/lib/duban
install -d -o root -g duban -m 0750 /etc/duban
[ -e /etc/duban/env ] || install -o root -g duban -m 0640 "$prefix/deploy/env.example" /etc/duban/env
if [ -d /etc/systemd/system ]; then
    install -m 0644 "$prefix"/deploy/systemd/duban-*.service /etc/systemd/system/
fi
echo "已安装到 $prefix。下一步见 $prefix/docs/production.md。"
