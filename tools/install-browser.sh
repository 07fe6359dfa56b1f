#!/bin/sh
# Prepare a machine for the browser tests and the screenshots: Debian's Chromium and a font. Safe to run again.
set -eu

# The same places as tests/browsing.py has.
for browser in "${ERP_BRIDGE_BROWSER:-}" /usr/bin/chromium /usr/bin/google-chrome; do
    if [ -x "$browser" ]; then
        echo "The browser is ready."
        exit 0
    fi
done
# CI skips nothing; elsewhere the browser's tests say what is missing.
if [ "${CI:-}" = true ]; then without=1; else without=0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Install Chromium and name it: ERP_BRIDGE_BROWSER=/path/to/chromium; without it the browser tests are skipped." >&2
    exit "$without"
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
        echo "Run this as root: apt-get install chromium fonts-dejavu-core. Without it the browser tests are skipped." >&2
        exit "$without"
    fi
    as_root="sudo -n"
fi
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
echo "The browser is ready."
