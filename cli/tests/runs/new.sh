#!/bin/sh
# Stands for a benchmark of abreast-compare: saves what lies beside it, or does what an argument says.
case "$*" in
*disagree*) exit 1 ;;
*stranger*) exit 0 ;;
*broken*) echo "error: group dot: no size is left" >&2 && exit 2 ;;
*unreadable*) bytes='{"schema": "another/1"}' ;;
esac
while [ $# -gt 0 ]; do
    [ "$1" = --save ] && file=$2
    shift
done
if [ -n "$bytes" ]; then
    echo "$bytes" >"$file"
else
    cp "${0%.sh}.json" "$file"
fi
