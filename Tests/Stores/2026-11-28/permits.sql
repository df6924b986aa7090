BEGIN TRANSACTION;
CREATE TABLE attempt (digest BLOB PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE backup (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    requestedBy TEXT NOT NULL,
    -- system time
    requestedAt INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('requested', 'done', 'failed', 'superseded')),
    finishedAt INTEGER,
    manifest TEXT,
    error TEXT,
    CHECK ((state = 'done') = (manifest IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;
CREATE TABLE businessKey (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE dayMark (day INTEGER PRIMARY KEY, outbox INTEGER NOT NULL, reply INTEGER NOT NULL) STRICT;
INSERT INTO "dayMark" VALUES(20489,0,0);
CREATE TABLE expiryNotice (
    permitId TEXT NOT NULL REFERENCES permit (permitId),
    daysLeft INTEGER NOT NULL CHECK (daysLeft IN (180, 90, 30, 7)),
    announcedOn INTEGER NOT NULL,
    PRIMARY KEY (permitId, daysLeft)
) STRICT, WITHOUT ROWID;
CREATE TABLE facet (
    source INTEGER NOT NULL,
    subject TEXT NOT NULL,
    facet TEXT NOT NULL,
    sequence INTEGER NOT NULL, life INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, subject, facet)
) STRICT, WITHOUT ROWID;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('messaging-1');
INSERT INTO "grdb_migrations" VALUES('messaging-traces');
INSERT INTO "grdb_migrations" VALUES('messaging-lives');
INSERT INTO "grdb_migrations" VALUES('messaging-backups');
INSERT INTO "grdb_migrations" VALUES('messaging-resyncs');
INSERT INTO "grdb_migrations" VALUES('permits-1');
INSERT INTO "grdb_migrations" VALUES('permits-2 corrected numbers');
CREATE TABLE inbox (
    position INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    messageId TEXT NOT NULL,
    type TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    receivedAt INTEGER NOT NULL,
    outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3),
    subject TEXT NOT NULL,
    correlationId TEXT NOT NULL,
    -- position of the last event published before this message; its own events follow, with cause = position
    eventsAfter INTEGER NOT NULL,
    -- position of its reply, for commands
    reply INTEGER,
    UNIQUE (source, messageId)
) STRICT;
CREATE TABLE life (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, startsAfter INTEGER NOT NULL CHECK (startsAfter >= 0)
) STRICT;
INSERT INTO "life" VALUES(0,'/permits',0);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('running','0');
INSERT INTO "meta" VALUES('source','/permits');
INSERT INTO "meta" VALUES('storeId','01a2221b-f673-7000-ba6d-63ebb4b19308');
CREATE TABLE numberCorrection (
    position INTEGER PRIMARY KEY,
    permitId TEXT NOT NULL REFERENCES permit (permitId),
    previousNumber TEXT NOT NULL,
    number TEXT NOT NULL CHECK (number <> previousNumber),
    -- The command's data in canonical form: the same again is a duplicate.
    data BLOB NOT NULL,
    reason TEXT NOT NULL,
    officer TEXT NOT NULL,
    correctedAt INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    routingKey TEXT NOT NULL,
    messageId TEXT NOT NULL,
    type TEXT NOT NULL,
    correlationId TEXT NOT NULL,
    traceparent TEXT,
    -- inbox position of the causing message; 0: the clock
    cause INTEGER NOT NULL,
    body BLOB
, tracestate TEXT) STRICT;
CREATE TABLE parked (
    position INTEGER PRIMARY KEY,
    parkedId TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('parked', 'replaying', 'replayed', 'discarded')),
    channel TEXT NOT NULL,
    routingKey TEXT NOT NULL,
    contentType TEXT,
    correlationId TEXT,
    replyTo TEXT,
    traceparent TEXT,
    source TEXT,
    messageId TEXT,
    type TEXT,
    reason TEXT NOT NULL,
    error TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    firstAt INTEGER NOT NULL,
    lastAt INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    body BLOB NOT NULL,
    decidedBy TEXT,
    decision TEXT
) STRICT;
CREATE TABLE permit (
    permitId TEXT NOT NULL PRIMARY KEY CHECK (length(permitId) BETWEEN 1 AND 64),
    permitKind TEXT NOT NULL,
    agency TEXT NOT NULL,
    regency TEXT NOT NULL CHECK (regency GLOB '53.[0-9][0-9]'),
    sellerId TEXT NOT NULL CHECK (length(sellerId) BETWEEN 1 AND 64),
    productId TEXT CHECK (length(productId) BETWEEN 1 AND 64),
    documents TEXT NOT NULL CHECK (json_type(documents) = 'array'),
    appliedAt INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('applied', 'repair-requested', 'approved', 'refused', 'suspended', 'expired', 'revoked')),
    -- The row of permitTransition that led to the state.
    transitionNumber INTEGER NOT NULL CHECK (transitionNumber >= 1),
    -- The grant; days since 1970-01-01.
    number TEXT,
    validFrom INTEGER,
    validUntil INTEGER,
    approvedBy TEXT,
    warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_type(warnings) = 'array'),
    -- The next day on which the calendar has something to do.
    dueOn INTEGER,
    CHECK ((permitKind = 'nib') = (productId IS NULL)),
    CHECK (permitKind || ' ' || agency IN (
        'nib dinas-perdagangan', 'spp-irt dinas-kesehatan', 'hygiene dinas-kesehatan', 'bpom-md bpom', 'bpom-na bpom',
        'bpom-tr bpom', 'halal bpjph', 'psat dinas-pangan', 'sni lspro', 'pkrt kemenkes', 'school-letter dinas-pendidikan')),
    CHECK ((state IN ('approved', 'suspended', 'expired', 'revoked')) = (number IS NOT NULL)),
    CHECK ((number IS NULL) = (validFrom IS NULL)),
    CHECK ((number IS NULL) = (approvedBy IS NULL)),
    CHECK (number IS NOT NULL OR validUntil IS NULL),
    CHECK (validUntil >= validFrom),
    CHECK (state <> 'expired' OR validUntil IS NOT NULL),
    CHECK (dueOn IS NULL OR state IN ('approved', 'suspended')),
    CHECK (dueOn IS NOT NULL OR validUntil IS NULL OR state NOT IN ('approved', 'suspended'))
) STRICT;
CREATE TABLE permitTransition (
    permitId TEXT NOT NULL REFERENCES permit (permitId),
    number INTEGER NOT NULL CHECK (number >= 1),
    action TEXT NOT NULL,
    fromState TEXT,
    toState TEXT NOT NULL,
    -- The command's data in canonical form: the same again is a duplicate.
    data BLOB NOT NULL,
    reason TEXT,
    officer TEXT,
    effectiveOn INTEGER NOT NULL,
    occurredAt INTEGER NOT NULL,
    PRIMARY KEY (permitId, number),
    CHECK ((number = 1) = (fromState IS NULL)),
    CHECK (coalesce(fromState, '') || ' ' || action || ' ' || toState IN (
        ' apply applied', 'repair-requested resubmit applied', 'applied request-repair repair-requested',
        'applied approve approved', 'applied refuse refused', 'approved suspend suspended', 'suspended reinstate approved',
        'approved revoke revoked', 'suspended revoke revoked', 'approved expire expired', 'suspended expire expired'))
) STRICT, WITHOUT ROWID;
CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    eventsSent INTEGER NOT NULL,
    repliesSent INTEGER NOT NULL,
    businessInstant INTEGER NOT NULL
) STRICT;
INSERT INTO "progress" VALUES(1,0,0,1770256800097);
CREATE TABLE reply (
    position INTEGER PRIMARY KEY,
    -- leaves once the events up to this position are confirmed
    afterEvent INTEGER NOT NULL,
    exchange TEXT NOT NULL,
    -- NULL: nobody asked
    routingKey TEXT,
    correlationId TEXT NOT NULL,
    messageId TEXT NOT NULL,
    status TEXT NOT NULL,
    code TEXT NOT NULL,
    body BLOB
, traceparent TEXT, tracestate TEXT) STRICT;
CREATE TABLE resync (
    number INTEGER PRIMARY KEY,
    consumer TEXT NOT NULL,
    startsAfter INTEGER NOT NULL CHECK (startsAfter >= 0),
    endsAt INTEGER NOT NULL,
    sent INTEGER NOT NULL CHECK (sent BETWEEN startsAfter AND endsAt),
    requestedBy TEXT NOT NULL,
    -- system time
    requestedAt INTEGER NOT NULL
) STRICT;
CREATE TABLE retention (
    id INTEGER PRIMARY KEY CHECK (id = 1), outbox INTEGER NOT NULL, reply INTEGER NOT NULL
) STRICT;
INSERT INTO "retention" VALUES(1,0,0);
CREATE TABLE scheduledDecision (
    permitId TEXT NOT NULL REFERENCES permit (permitId),
    position INTEGER NOT NULL CHECK (position >= 1),
    action TEXT NOT NULL CHECK (action IN ('suspend', 'reinstate', 'revoke')),
    data BLOB NOT NULL,
    reason TEXT NOT NULL,
    officer TEXT NOT NULL,
    effectiveOn INTEGER NOT NULL,
    acceptedAt INTEGER NOT NULL,
    -- Of the command, so that what happens on the day is found by it.
    correlationId TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'dropped')),
    PRIMARY KEY (permitId, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE source (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE INDEX inboxByCorrelation ON inbox (correlationId);
CREATE INDEX inboxBySubject ON inbox (subject);
CREATE UNIQUE INDEX parkedOnce ON parked (channel, sha256, routingKey) WHERE state IN ('parked', 'replaying');
CREATE INDEX backupWanted ON backup (number) WHERE state = 'requested';
CREATE INDEX resyncUnfinished ON resync (number) WHERE sent < endsAt;
CREATE INDEX permitBySeller ON permit (sellerId);
CREATE INDEX permitByProduct ON permit (productId) WHERE productId IS NOT NULL;
CREATE INDEX permitByEnd ON permit (validUntil) WHERE validUntil IS NOT NULL;
CREATE INDEX permitByDue ON permit (dueOn, permitId) WHERE dueOn IS NOT NULL;
CREATE TRIGGER permitTransitionFollows BEFORE INSERT ON permitTransition
WHEN NEW.number > 1 AND NEW.fromState IS NOT
    (SELECT toState FROM permitTransition WHERE permitId = NEW.permitId AND number = NEW.number - 1)
BEGIN SELECT RAISE(ABORT, 'a transition must begin where the last one ended'); END;
CREATE TRIGGER permitTransitionStays BEFORE UPDATE ON permitTransition
BEGIN SELECT RAISE(ABORT, 'a transition is never changed'); END;
CREATE TRIGGER permitTransitionRemains BEFORE DELETE ON permitTransition
BEGIN SELECT RAISE(ABORT, 'a transition is never deleted'); END;
CREATE TRIGGER permitStateFollows BEFORE UPDATE OF state, transitionNumber ON permit
WHEN NEW.state IS NOT (SELECT toState FROM permitTransition WHERE permitId = NEW.permitId AND number = NEW.transitionNumber)
BEGIN SELECT RAISE(ABORT, 'a state is what its transition led to'); END;
CREATE UNIQUE INDEX scheduledDecisionOnce ON scheduledDecision (permitId, action, data) WHERE status = 'pending';
CREATE INDEX numberCorrectionOfPermit ON numberCorrection (permitId, position);
CREATE TRIGGER numberCorrectionFollows BEFORE INSERT ON numberCorrection
WHEN NEW.previousNumber IS NOT (SELECT number FROM permit WHERE permitId = NEW.permitId AND state IN ('approved', 'suspended'))
BEGIN SELECT RAISE(ABORT, 'the number of a permit that is granted and not over is corrected'); END;
CREATE TRIGGER numberCorrectionStays BEFORE UPDATE ON numberCorrection
BEGIN SELECT RAISE(ABORT, 'a correction is never changed'); END;
CREATE TRIGGER numberCorrectionRemains BEFORE DELETE ON numberCorrection
BEGIN SELECT RAISE(ABORT, 'a correction is never deleted'); END;
CREATE TRIGGER permitNumberIsCorrected BEFORE UPDATE OF number ON permit
WHEN OLD.number IS NOT NULL AND NEW.number IS NOT OLD.number
    AND NEW.number IS NOT (SELECT number FROM numberCorrection WHERE permitId = NEW.permitId ORDER BY position DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'a number changes by a correction'); END;
COMMIT;
