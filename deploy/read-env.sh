# 供 backup.sh 与 restore.sh 读入配置；按字面读取，不当作脚本执行。
env_file=${DUBAN_ENV:-/etc/duban/env}
if [ -r "$env_file" ]; then
    while IFS= read -r line; do
        case $line in ''|'#'*) continue ;; *=*) export "${line?}" ;; esac
    done < "$env_file"
fi
var=${DUBAN_VAR:-$here/var}
python=${VENV:-$here/.venv}/bin/python
