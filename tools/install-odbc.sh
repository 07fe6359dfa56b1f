#!/bin/sh
# Prepare a machine for the ODBC tests: the ODBC manager, and a driver for SQLite as a data source. Safe to run again.
set -eu

if command -v odbcinst >/dev/null 2>&1 && odbcinst -q -d 2>/dev/null | grep -q '^\[SQLite3\]'; then
    echo "ODBC is ready: the manager and the SQLite3 driver are installed."
    exit 0
fi
# CI skips nothing; elsewhere the tests of this one route are skipped where the driver can't be had.
if [ "${CI:-}" = true ]; then without=1; else without=0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Install unixODBC and an ODBC driver for SQLite named SQLite3; without them the ODBC tests are skipped." >&2
    exit "$without"
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Run this as root: apt-get install unixodbc odbcinst libsqliteodbc. Without it the ODBC tests are skipped." >&2
    exit "$without"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends unixodbc odbcinst libsqliteodbc
echo "ODBC is ready."
