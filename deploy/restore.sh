#!/usr/bin/env bash
# 从备份恢复：先停止全部服务，再执行 deploy/restore.sh 备份目录
# 现有的数据库内容与附件会被替换；现有附件改名保留为 media.before-restore-时间。
set -euo pipefail
umask 027
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/deploy/read-env.sh"
[ $# -eq 1 ] && [ -f "$1/SHA256SUMS" ] || { echo "用法：deploy/restore.sh 备份目录" >&2; exit 2; }
from=$(cd "$1" && pwd)
(cd "$from" && sha256sum --check --quiet SHA256SUMS)

stamp=$(date +%Y%m%d-%H%M%S)
mkdir -p "$var"
if [ -n "${DATABASE_URL:-}" ]; then
    [ -f "$from/database.pgdump" ] || { echo "备份中没有 PostgreSQL 数据" >&2; exit 1; }
    pg_restore --clean --if-exists --no-owner --single-transaction \
        --dbname="$DATABASE_URL" "$from/database.pgdump"
else
    [ -f "$from/database.sqlite3" ] || { echo "备份中没有 SQLite 数据" >&2; exit 1; }
    rm -f "$var/db.sqlite3-wal" "$var/db.sqlite3-shm"
    cp "$from/database.sqlite3" "$var/db.sqlite3.new"
    mv "$var/db.sqlite3.new" "$var/db.sqlite3"
fi
[ ! -e "$var/media" ] || mv "$var/media" "$var/media.before-restore-$stamp"
tar -C "$var" -xf "$from/media.tar"
if [ -z "${DUBAN_SECRET_KEY:-}" ]; then
    install -m 0600 "$from/secret_key" "$var/secret_key"
fi
# 以 root 恢复时，文件仍归服务的账号。
if [ "$(id -u)" = 0 ] && id duban >/dev/null 2>&1; then
    chown -R duban:duban "$var"
fi
echo "已恢复：$from。请执行 manage.py migrate 后启动服务。"
