-- The Directory: units with dates, accounts, devices, the audit log. Never an answer.

-- Numbers of the deployment: `restore` (rule L12), `clock_ahead_ms` (a settable clock's offset), `night_ms`
-- (when the last nightly round began, V3).
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

-- A unit's code in the agencies' own system.
CREATE TABLE IF NOT EXISTS agency (
    unit TEXT PRIMARY KEY,
    code TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Dossiers that ended at a unit in a month, as people handed them in.
CREATE TABLE IF NOT EXISTS dossier (
    unit TEXT NOT NULL,
    month TEXT NOT NULL,
    dossiers INTEGER NOT NULL,
    PRIMARY KEY (unit, month)
) STRICT, WITHOUT ROWID;

-- What a unit wants to reach in a year: a share in hundredths of a percentage point.
CREATE TABLE IF NOT EXISTS target (
    unit TEXT NOT NULL,
    year INTEGER NOT NULL,
    share INTEGER NOT NULL,
    PRIMARY KEY (unit, year)
) STRICT, WITHOUT ROWID;

-- The State's counts for QĐ 766 from January to the end of a month, as people handed them in.
CREATE TABLE IF NOT EXISTS portal_count (
    unit TEXT NOT NULL,
    month TEXT NOT NULL,
    dossiers INTEGER NOT NULL,
    overdue INTEGER NOT NULL,
    disliked INTEGER NOT NULL,
    petitions INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    satisfied INTEGER NOT NULL,
    PRIMARY KEY (unit, month)
) STRICT, WITHOUT ROWID;

-- Dossiers that ended at and below a unit in a quarter, by group of fields, as people handed them in.
CREATE TABLE IF NOT EXISTS field_dossier (
    unit TEXT NOT NULL,
    quarter TEXT NOT NULL,
    place INTEGER NOT NULL,
    dossiers INTEGER NOT NULL,
    PRIMARY KEY (unit, quarter, place)
) STRICT, WITHOUT ROWID;

-- Who follows a closed unit.
CREATE TABLE IF NOT EXISTS successor (
    unit TEXT NOT NULL,
    heir TEXT NOT NULL,
    PRIMARY KEY (unit, heir)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS successor_heir ON successor (heir);

-- What a unit was until it was changed on a day, as JSON: names, places, codes are never lost.
CREATE TABLE IF NOT EXISTS unit_was (
    no INTEGER PRIMARY KEY,
    unit TEXT NOT NULL,
    until TEXT NOT NULL,
    was TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS unit_was_unit ON unit_was (unit);

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

-- When the one behind a session last proved who they are, where that is later than its beginning.
CREATE TABLE IF NOT EXISTS proof (
    digest TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sessions that got a new token with a proof: what was on its way with the old one still arrives.
CREATE TABLE IF NOT EXISTS replaced (
    digest TEXT PRIMARY KEY,
    ends_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Browsers in which an account signed in before: strangers' wrong passwords do not hold them up.
CREATE TABLE IF NOT EXISTS browser (
    digest TEXT NOT NULL,
    account TEXT NOT NULL,
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (account, digest)
) STRICT, WITHOUT ROWID;

-- Wrong passwords in a row, by the digest of the name, whether such an account exists or not; in a
-- known browser by the digest of both.
CREATE TABLE IF NOT EXISTS attempt (
    name_digest TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    next_try_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Passkeys: public keys, and what each has counted (rule S5).
CREATE TABLE IF NOT EXISTS passkey (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    key TEXT NOT NULL,
    count INTEGER NOT NULL,
    since TEXT NOT NULL,
    used TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passkey_account ON passkey (account);

-- Challenges that a passkey has answered, until they are too old to be answered again.
CREATE TABLE IF NOT EXISTS answered (
    challenge TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Secrets of this server's own, in hexadecimal: what its challenges are known by. Never logged.
CREATE TABLE IF NOT EXISTS secret (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- API keys: what is kept of each, whose right it rests on, where it reads figures (`node` null is the whole
-- deployment) and until which day; a revoked one is gone (rule UM15).
CREATE TABLE IF NOT EXISTS api_key (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    node TEXT,
    maker TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    used TEXT
) STRICT, WITHOUT ROWID;

-- Alerts (rule UM13): who is told of what needs a look at and below `node` (null is the whole deployment),
-- where to and in which words, on whose right. `target` and `secret` are in no answer but the first and in no
-- log. `night` is the last one whose digest
-- was made, or that was over before; `told` what needed a look then.
CREATE TABLE IF NOT EXISTS alert (
    id TEXT PRIMARY KEY,
    node TEXT,
    language TEXT NOT NULL,
    coverage_below INTEGER,
    target TEXT NOT NULL,
    secret TEXT NOT NULL,
    origin TEXT NOT NULL,
    maker TEXT NOT NULL,
    since TEXT NOT NULL,
    night TEXT NOT NULL,
    told TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the objects of a unit said in a night, as JSON.
CREATE TABLE IF NOT EXISTS alert_fact (
    unit TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    told TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is sent of alerts: `waiting` until it is `sent` or `failed`, each try under the same id.
CREATE TABLE IF NOT EXISTS alert_delivery (
    id TEXT PRIMARY KEY,
    alert TEXT NOT NULL,
    day TEXT NOT NULL,
    is_test INTEGER NOT NULL,
    body TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    outcome TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alert_delivery_next ON alert_delivery (next_ms) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS alert_delivery_alert ON alert_delivery (alert, made_ms);

-- When passwords were checked that came from browsers nobody knows (rule S5).
CREATE TABLE IF NOT EXISTS stranger (
    at_ms INTEGER NOT NULL
) STRICT;

-- `tries` is what wrong tries wore off the code (rule S2).
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

-- `unit` and `post` are where the device stands and what it asks, the post as JSON. `told` is what
-- `stay` says since it is there.
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

-- Every unit at which a device stood: that unit's Ledger goes on taking what was answered there.
-- `told` says whether it has the device's key and state: 0 no, 1 yes, 2 yes, but not the newest form.
CREATE TABLE IF NOT EXISTS stay (
    device TEXT NOT NULL,
    unit TEXT NOT NULL,
    told INTEGER NOT NULL,
    PRIMARY KEY (device, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stay_unit ON stay (unit);
CREATE INDEX IF NOT EXISTS stay_untold ON stay (unit) WHERE told = 0;
CREATE INDEX IF NOT EXISTS stay_unformed ON stay (unit) WHERE told = 2;
INSERT OR IGNORE INTO stay SELECT id, unit, told FROM device;

-- The key pairs that rescue files are sealed to (rule O14); the one with the highest number is given
-- to devices, each opens what was sealed to it. `private` never leaves this object and is never logged.
CREATE TABLE IF NOT EXISTS sealing_key (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    public TEXT NOT NULL,
    private TEXT NOT NULL
) STRICT;

-- What the last nightly recount of each Ledger found (rule V3): how many sums and rows are not as they
-- must be, -1 where it could not be recounted.
CREATE TABLE IF NOT EXISTS recount (
    unit TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    differences INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the machine that the server runs on said of itself last (rule V2), as JSON.
CREATE TABLE IF NOT EXISTS machine (
    name TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    told TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Forms that were added (rule F7), in the order in which they came; never changed, never removed.
-- `starts` is the first day on which a device may show one.
CREATE TABLE IF NOT EXISTS form (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL UNIQUE,
    starts TEXT NOT NULL,
    file TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS form_keeps_rows BEFORE DELETE ON form
    BEGIN SELECT raise(ABORT, 'a form is kept for ever'); END;
CREATE TRIGGER IF NOT EXISTS form_keeps_words BEFORE UPDATE ON form
    BEGIN SELECT raise(ABORT, 'a form is frozen'); END;

-- Append-only (rule S13), but for what is five years older than the newest line (P14).
CREATE TABLE IF NOT EXISTS audit (
    no INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;
DROP TRIGGER IF EXISTS audit_keeps_rows;
CREATE TRIGGER IF NOT EXISTS audit_keeps_five_years BEFORE DELETE ON audit
    WHEN old.at_ms > (SELECT at_ms FROM audit ORDER BY no DESC LIMIT 1) - 157852800000
    BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_keeps_words BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;

-- What is public of a unit (rule UM17); a row is there while it is.
CREATE TABLE IF NOT EXISTS publication (
    unit TEXT PRIMARY KEY,
    form TEXT NOT NULL,
    level TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What managers tell that they did (rule UM16). Never removed: what was public once can be read again here.
CREATE TABLE IF NOT EXISTS action (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    unit TEXT NOT NULL,
    said TEXT NOT NULL,
    done TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    published TEXT,
    withdrawn TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS action_unit ON action (unit);
