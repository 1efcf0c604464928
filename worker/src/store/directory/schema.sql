-- The Directory: units with dates, accounts, devices, the audit log. Never an answer.

-- Numbers of the deployment: `restore` (rule L12), `clock_ahead_ms` (a settable clock's offset).
CREATE TABLE IF NOT EXISTS number (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS unit (
    id TEXT PRIMARY KEY,
    parent TEXT,
    kind TEXT NOT NULL,
    name_vi TEXT NOT NULL,
    name_en TEXT NOT NULL,
    gso TEXT,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    collects INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unit_parent ON unit (parent);

CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `node` null is the whole deployment.
CREATE TABLE IF NOT EXISTS granted (
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    node TEXT,
    valid_from TEXT NOT NULL,
    valid_to TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS granted_account ON granted (account);

CREATE TABLE IF NOT EXISTS session (
    digest TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    began_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong passwords in a row, by the digest of the name, whether such an account exists or not.
CREATE TABLE IF NOT EXISTS attempt (
    name_digest TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    next_try_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS code (
    handle TEXT PRIMARY KEY,
    secret_digest TEXT NOT NULL,
    ends_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    is_used INTEGER NOT NULL,
    unit TEXT NOT NULL,
    post TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS code_failure (
    at_ms INTEGER NOT NULL
) STRICT;

-- `post` is where the device stands and what it asks, as JSON. `told` says whether the unit's
-- Ledger has this row's key and state.
CREATE TABLE IF NOT EXISTS device (
    id TEXT PRIMARY KEY,
    unit TEXT NOT NULL,
    key TEXT NOT NULL,
    post TEXT NOT NULL,
    enrolled TEXT NOT NULL,
    revoked TEXT,
    told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS device_unit ON device (unit);

-- Append-only (privacy-and-security.md S13).
CREATE TABLE IF NOT EXISTS audit (
    no INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_keeps_rows BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_keeps_words BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
