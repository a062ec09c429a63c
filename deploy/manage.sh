#!/usr/bin/env bash
# 以服务账号、按 /etc/duban/env 的配置执行管理命令：deploy/manage.sh migrate
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/deploy/read-env.sh"
cd "$here"
if [ "$(id -u)" = 0 ]; then
    exec runuser -u duban -- "$python" manage.py "$@"
fi
exec "$python" manage.py "$@"
