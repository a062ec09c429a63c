#!/usr/bin/env bash
# 备份数据库、附件与密钥：deploy/backup.sh 目标目录（每次在其中新建一个以时间命名的目录）
# 读取 /etc/duban/env（可用 DUBAN_ENV 指定其他文件，没有则用当前环境变量）。
set -euo pipefail
umask 077
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/deploy/read-env.sh"
[ $# -eq 1 ] || { echo "用法：deploy/backup.sh 目标目录" >&2; exit 2; }

into="$1/$(date +%Y%m%d-%H%M%S)"
mkdir -p "$into"
if [ -n "${DATABASE_URL:-}" ]; then
    pg_dump --format=custom --no-owner --file="$into/database.pgdump" "$DATABASE_URL"
else
    # 联机复制：VACUUM INTO 得到一致的副本，不妨碍正在进行的写入。
    "$python" - "$var/db.sqlite3" "$into/database.sqlite3" <<'PY'
import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("VACUUM INTO ?", (sys.argv[2],))
PY
fi
# 数据库在前、附件在后：数据库里有的附件一定在备份里。
mkdir -p "$var/media"
tar -C "$var" -cf "$into/media.tar" media
if [ -n "${DUBAN_SECRET_KEY:-}" ]; then
    printf '%s' "$DUBAN_SECRET_KEY" > "$into/secret_key"
else
    cp "$var/secret_key" "$into/secret_key"
fi
(cd "$into" && sha256sum -- * > SHA256SUMS)
echo "已备份：$into（$(du -sh "$into" | cut -f1)）"
