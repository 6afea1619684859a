#!/usr/bin/env bash
# SQLite: a database file that has become empty (a full disk, a broken copy, a file that was made anew) takes its WAL with it.
# Expected: the WAL holds the whole database, page 1 included, and passes every checksum, so it is played or at least kept.
# Seen: the first connection takes the file for a new database and deletes the WAL. Everything is gone, and no error is told.
# Ends with 0 while SQLite behaves so, with 1 when it does not. Needs sqlite3 (Debian: apt-get install sqlite3).
set -euo pipefail
command -v sqlite3 >/dev/null || { apt-get update -qq && apt-get install -y -qq sqlite3 >/dev/null; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "sqlite3 $(sqlite3 --version | cut -d' ' -f1)"

# A writer that is killed leaves its WAL: copied while it is open
sqlite3 live.db <<'SQL'
.bail on
PRAGMA journal_mode=WAL;
CREATE TABLE mail (id INTEGER PRIMARY KEY, bytes BLOB);
INSERT INTO mail (bytes) SELECT randomblob(500) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n);
.shell cp live.db copy.db; cp live.db-wal copy.db-wal
SQL

cp copy.db control.db; cp copy.db-wal control.db-wal
echo "with its file:  $(sqlite3 control.db 'SELECT COUNT(*) FROM mail') rows"

: >copy.db
echo "WAL before:     $(stat -c %s copy.db-wal) bytes"
answer="$(sqlite3 copy.db 'SELECT COUNT(*) FROM sqlite_master' 2>&1)"
left="$(stat -c %s copy.db-wal 2>/dev/null || echo none)"
echo "file emptied:   $answer tables, no error; WAL afterwards: $left"
[ "$answer" = 0 ] && { [ "$left" = none ] || [ "$left" = 0 ]; }
