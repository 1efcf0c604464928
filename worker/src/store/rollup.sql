-- A Rollup: the newest snapshot of each child, and what of their sum the node above has.

-- `version`, `restore` of the sum; `acknowledged` is the version that the Rollup above has.
CREATE TABLE IF NOT EXISTS number (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `unit`, and `above`: the nodes above it as a JSON list, nearest first.
CREATE TABLE IF NOT EXISTS word (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS child (
    id TEXT PRIMARY KEY,
    restore INTEGER NOT NULL,
    version INTEGER NOT NULL,
    snapshot TEXT NOT NULL
) STRICT, WITHOUT ROWID;
