-- A Rollup: the newest snapshot of each child, and what of their sum the node above has.

-- `closed` is the last closed year, `version` and `restore` are of the sum; `acknowledged` is the version that the Rollup above has.
CREATE TABLE IF NOT EXISTS number (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `unit`, and `above`: the nodes above it as a JSON list, nearest first.
CREATE TABLE IF NOT EXISTS word (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What this node made of what was left below it when it closed a year, as JSON: shown here as an atom
-- (`is_shown`), or passed up.
CREATE TABLE IF NOT EXISTS pool (
    form TEXT NOT NULL,
    year INTEGER NOT NULL,
    is_shown INTEGER NOT NULL,
    sum TEXT NOT NULL,
    PRIMARY KEY (form, year)
) STRICT, WITHOUT ROWID;

-- What was left of a child's year, and the year in whose closing it was used here: never twice.
CREATE TABLE IF NOT EXISTS used (
    child TEXT NOT NULL,
    form TEXT NOT NULL,
    year INTEGER NOT NULL,
    closing INTEGER NOT NULL,
    PRIMARY KEY (child, form, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS child (
    id TEXT PRIMARY KEY,
    restore INTEGER NOT NULL,
    version INTEGER NOT NULL,
    snapshot TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Forms that were added to the house, as their files.
CREATE TABLE IF NOT EXISTS form (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed quarters by field, mode and channel, as JSON: the sums of all children (P7).
CREATE TABLE IF NOT EXISTS quarter (
    quarter INTEGER PRIMARY KEY,
    parts TEXT NOT NULL
) STRICT;

-- The children that may show one, as a JSON list, if this node may.
CREATE TABLE IF NOT EXISTS broken (
    quarter INTEGER NOT NULL,
    form TEXT NOT NULL,
    dimension TEXT NOT NULL,
    shown TEXT NOT NULL,
    PRIMARY KEY (quarter, form, dimension)
) STRICT, WITHOUT ROWID;
