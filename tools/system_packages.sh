#!/bin/sh
# Install Debian's chromium, bubblewrap and postgresql when that is possible without asking anybody;
# otherwise name the command, and go on: the tests that need them skip, visibly.
missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="chromium"
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

advice="sudo apt-get install chromium bubblewrap postgresql"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$(printf ' %s' $missing)"
    log=$(mktemp)
    if { apt-get update && DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends $missing; } </dev/null >"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 3 "$log"
    echo "That failed (all of it: $log). Later, by hand:  $advice"
else
    echo "Missing:$(printf ' %s' $missing). Tests that need them will be skipped.  $advice"
fi
