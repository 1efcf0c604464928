-- A unit's Ledger: de-identified responses, receipts, tallies, quarantine.

-- `version`, `restore`, `looked_ms` (the last look at what waits), `released` (the version of the
-- newest atom), `acknowledged` (the version that the Rollup above has), `refill` and `refill_ms` (this
-- Ledger was restored and holds back, since when), `strangers` and `strangers_ms` (records that devices
-- unknown here left in the quarantine, on which day), `rows_from_ms` (rows of earlier days are gone, P14),
-- `closed` (the last closed year), `quarter` (the last that was broken down: four times the year and the
-- quarters before it).
CREATE TABLE IF NOT EXISTS number (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `unit`; `above`: the nodes whose Rollups sum this Ledger, as a JSON list, nearest first; `told`:
-- the node that acknowledged last.
CREATE TABLE IF NOT EXISTS word (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `heard` is the last heartbeat as JSON; `unverified` counts that day's records without a valid key.
CREATE TABLE IF NOT EXISTS device (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    enrolled TEXT NOT NULL,
    heard TEXT,
    unverified_day TEXT,
    unverified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Uploads by number: the same number with other content betrays a copied device (rule W7).
CREATE TABLE IF NOT EXISTS upload (
    device TEXT NOT NULL,
    epoch TEXT NOT NULL,
    no INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (device, epoch, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS flag (
    kind TEXT NOT NULL,
    device TEXT NOT NULL,
    day TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (kind, device, day)
) STRICT, WITHOUT ROWID;

-- Surveys begun and left, by device and day: the greatest running total that was reported.
CREATE TABLE IF NOT EXISTS visit (
    device TEXT NOT NULL,
    epoch TEXT NOT NULL,
    day TEXT NOT NULL,
    opened INTEGER NOT NULL,
    abandoned INTEGER NOT NULL,
    PRIMARY KEY (device, epoch, day)
) STRICT, WITHOUT ROWID;

-- Never forgotten (rule L13). `verdict` is `counted` or the reason of the quarantine. `device` goes
-- when its quarter is sealed (P3), `hash` becomes empty when the row that it binds goes (P14).
CREATE TABLE IF NOT EXISTS receipt (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    verdict TEXT NOT NULL,
    device TEXT,
    PRIMARY KEY (id, hash)
) STRICT, WITHOUT ROWID;

-- No device, time of receipt or sequence; keyed by a random id, so no order of arrival remains.
-- `atom` 0 is waiting for release, `-year` was left when that year was closed. `commitment` binds the comment that is kept elsewhere.
CREATE TABLE IF NOT EXISTS response (
    id TEXT PRIMARY KEY,
    form TEXT NOT NULL,
    day TEXT NOT NULL,
    atom INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    commitment TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS response_waiting ON response (form) WHERE atom = 0;

-- The sums of `response` by form, day and atom: what waits (atom 0), a day and an atom are all sums
-- over this table.
CREATE TABLE IF NOT EXISTS cell (
    form TEXT NOT NULL,
    day TEXT NOT NULL,
    atom INTEGER NOT NULL,
    responses INTEGER NOT NULL,
    tally TEXT NOT NULL,
    PRIMARY KEY (form, atom, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cell_waiting ON cell (form, responses) WHERE atom = 0;

-- The first atom of a form after the server was restored, and the day of that restore: what is of later
-- days in it was in no figure before.
CREATE TABLE IF NOT EXISTS refilled (
    form TEXT NOT NULL,
    atom INTEGER NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (form, atom)
) STRICT, WITHOUT ROWID;

-- Responses counted, by the day of receipt: a count, never a level.
CREATE TABLE IF NOT EXISTS received (
    day TEXT PRIMARY KEY,
    responses INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Kept raw for a person to look at; the comment already redacted.
CREATE TABLE IF NOT EXISTS quarantine (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    day TEXT NOT NULL,
    raw TEXT NOT NULL,
    PRIMARY KEY (id, hash)
) STRICT, WITHOUT ROWID;

-- Records of the quarantine that somebody decided to keep as they are (rule L8).
CREATE TABLE IF NOT EXISTS kept (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (id, hash)
) STRICT, WITHOUT ROWID;

-- Comments that may be read: a month's in groups of five and more (P13).
CREATE TABLE IF NOT EXISTS comment_shown (
    key TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Comments whose answer is certainly of a day after `since`, the day of the server's last restore: only
-- these cannot have been read before it (P13). Nothing is written here where there was no restore.
CREATE TABLE IF NOT EXISTS comment_new (
    key TEXT PRIMARY KEY,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Comments that may name somebody and that a person may look at, in groups like those above; what was
-- decided of each, `show` or `keep`, once it is (P13).
CREATE TABLE IF NOT EXISTS comment_review (
    key TEXT PRIMARY KEY,
    decision TEXT
) STRICT, WITHOUT ROWID;

-- Redacted, under a key of its own: nothing leads back to the response (P10).
CREATE TABLE IF NOT EXISTS comment (
    key TEXT PRIMARY KEY,
    form TEXT NOT NULL,
    month TEXT NOT NULL,
    text TEXT NOT NULL,
    needs_review INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed quarters by field, mode and channel, as JSON (P7).
CREATE TABLE IF NOT EXISTS breakdown (
    quarter INTEGER PRIMARY KEY,
    parts TEXT NOT NULL
) STRICT;

-- Forms that were added to the house, as their files.
CREATE TABLE IF NOT EXISTS form (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL
) STRICT, WITHOUT ROWID;
