BEGIN TRANSACTION;
CREATE TABLE account (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sellerId TEXT UNIQUE,
    CHECK (sellerId IS NULL OR name = 'seller-payable/' || sellerId)
) STRICT;
INSERT INTO "account" VALUES(1,'cash-clearing/cash',NULL);
INSERT INTO "account" VALUES(2,'cash-clearing/qris',NULL);
INSERT INTO "account" VALUES(3,'cash-clearing/transfer',NULL);
INSERT INTO "account" VALUES(4,'cash-clearing/kkpd',NULL);
INSERT INTO "account" VALUES(11,'mart-margin',NULL);
INSERT INTO "account" VALUES(12,'loss-expense',NULL);
INSERT INTO "account" VALUES(13,'suspense',NULL);
CREATE TABLE assignment (
    sale INTEGER NOT NULL,
    lineId TEXT NOT NULL,
    posting INTEGER NOT NULL UNIQUE REFERENCES posting (number),
    account INTEGER NOT NULL REFERENCES account (number),
    assignedBy TEXT NOT NULL,
    -- what moved: the line's share less what refunds had taken back
    sellerShare INTEGER NOT NULL CHECK (sellerShare >= 0),
    PRIMARY KEY (sale, lineId),
    FOREIGN KEY (sale, lineId) REFERENCES saleLine (posting, lineId)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE entry (
    account INTEGER NOT NULL REFERENCES account (number),
    posting INTEGER NOT NULL REFERENCES posting (number),
    amount INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (account, posting)
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
INSERT INTO "grdb_migrations" VALUES('settlement-1');
INSERT INTO "grdb_migrations" VALUES('settlement-2 changed sellers');
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
INSERT INTO "life" VALUES(0,'/settlement',0);
CREATE TABLE loss (
    posting INTEGER PRIMARY KEY REFERENCES posting (number),
    lotId TEXT NOT NULL,
    productId TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account (number),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    -- what a sale would have brought
    net INTEGER NOT NULL CHECK (net BETWEEN 0 AND 9007199254740991),
    percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 10),
    sellerShare INTEGER NOT NULL CHECK (sellerShare = net - net * percent / 100)
) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('running','0');
INSERT INTO "meta" VALUES('source','/settlement');
INSERT INTO "meta" VALUES('storeId','01a2221c-0e03-7000-aaf2-063c05c3789a');
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
CREATE TABLE posting (
    number INTEGER PRIMARY KEY,
    -- 1 sale, 2 refund, 3 write-off, 4 assignment of a line in suspense
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    -- saleId, refundId, writeOffId or assignmentId
    key TEXT NOT NULL,
    -- the posting of the sale that a refund or an assignment is about
    sale INTEGER REFERENCES posting (number),
    regency TEXT NOT NULL,
    -- business time in milliseconds, and its WITA date in days
    postedAt INTEGER NOT NULL,
    date INTEGER NOT NULL GENERATED ALWAYS AS ((postedAt + 28800000) / 86400000) VIRTUAL,
    -- id of the causing message
    cause TEXT NOT NULL,
    -- at most one settlement of a sale, for ever
    UNIQUE (key, kind),
    CHECK ((sale IS NOT NULL) = (kind IN (2, 4)))
) STRICT;
CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    eventsSent INTEGER NOT NULL,
    repliesSent INTEGER NOT NULL,
    businessInstant INTEGER NOT NULL
) STRICT;
INSERT INTO "progress" VALUES(1,0,0,1770256800094);
CREATE TABLE refundLine (
    sale INTEGER NOT NULL,
    lineId TEXT NOT NULL,
    refundedBefore INTEGER NOT NULL CHECK (refundedBefore >= 0),
    posting INTEGER NOT NULL REFERENCES posting (number),
    place INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES account (number),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    net INTEGER NOT NULL CHECK (net >= 0),
    sellerShare INTEGER NOT NULL CHECK (sellerShare >= 0),
    martShare INTEGER NOT NULL CHECK (martShare >= 0),
    PRIMARY KEY (sale, lineId, refundedBefore),
    FOREIGN KEY (sale, lineId) REFERENCES saleLine (posting, lineId),
    CHECK (sellerShare + martShare = net)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE saleLine (
    posting INTEGER NOT NULL REFERENCES posting (number),
    lineId TEXT NOT NULL,
    place INTEGER NOT NULL,
    productId TEXT NOT NULL,
    -- the seller's, or suspense
    account INTEGER NOT NULL REFERENCES account (number),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    net INTEGER NOT NULL CHECK (net BETWEEN 0 AND 9007199254740991),
    -- frozen
    percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 10),
    sellerShare INTEGER NOT NULL,
    martShare INTEGER NOT NULL CHECK (martShare = net * percent / 100),
    PRIMARY KEY (posting, lineId),
    CHECK (sellerShare + martShare = net)
) STRICT, WITHOUT ROWID;
CREATE TABLE seller (sellerId TEXT PRIMARY KEY, name TEXT NOT NULL, regency TEXT NOT NULL, registeredName TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE source (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE waitingRefund (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    refundId TEXT NOT NULL UNIQUE,
    saleId TEXT NOT NULL,
    regency TEXT NOT NULL,
    -- the delivery as it came, to be parked should it not fit
    routingKey TEXT NOT NULL,
    contentType TEXT,
    body BLOB NOT NULL,
    correlationId TEXT NOT NULL,
    traceparent TEXT,
    inboxPosition INTEGER NOT NULL,
    receivedAt INTEGER NOT NULL
) STRICT;
CREATE INDEX inboxByCorrelation ON inbox (correlationId);
CREATE INDEX inboxBySubject ON inbox (subject);
CREATE UNIQUE INDEX parkedOnce ON parked (channel, sha256, routingKey) WHERE state IN ('parked', 'replaying');
CREATE INDEX backupWanted ON backup (number) WHERE state = 'requested';
CREATE INDEX resyncUnfinished ON resync (number) WHERE sent < endsAt;
CREATE TRIGGER refundLineFollows BEFORE INSERT ON refundLine
WHEN NEW.refundedBefore <> COALESCE((SELECT max(refundedBefore + quantity) FROM refundLine WHERE sale = NEW.sale AND lineId = NEW.lineId), 0)
    OR NEW.refundedBefore + NEW.quantity > (SELECT quantity FROM saleLine WHERE posting = NEW.sale AND lineId = NEW.lineId)
BEGIN SELECT RAISE(ABORT, 'a refund takes back units that are there, one after the other'); END;
CREATE TRIGGER accountIsNeverUpdated BEFORE UPDATE ON account BEGIN SELECT RAISE(ABORT, 'account is never updated'); END;
CREATE TRIGGER accountIsNeverDeleted BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'account is never deleted from'); END;
CREATE TRIGGER postingIsNeverUpdated BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'posting is never updated'); END;
CREATE TRIGGER postingIsNeverDeleted BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'posting is never deleted from'); END;
CREATE TRIGGER entryIsNeverUpdated BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entry is never updated'); END;
CREATE TRIGGER entryIsNeverDeleted BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry is never deleted from'); END;
CREATE TRIGGER saleLineIsNeverUpdated BEFORE UPDATE ON saleLine BEGIN SELECT RAISE(ABORT, 'saleLine is never updated'); END;
CREATE TRIGGER saleLineIsNeverDeleted BEFORE DELETE ON saleLine BEGIN SELECT RAISE(ABORT, 'saleLine is never deleted from'); END;
CREATE TRIGGER refundLineIsNeverUpdated BEFORE UPDATE ON refundLine BEGIN SELECT RAISE(ABORT, 'refundLine is never updated'); END;
CREATE TRIGGER refundLineIsNeverDeleted BEFORE DELETE ON refundLine BEGIN SELECT RAISE(ABORT, 'refundLine is never deleted from'); END;
CREATE TRIGGER lossIsNeverUpdated BEFORE UPDATE ON loss BEGIN SELECT RAISE(ABORT, 'loss is never updated'); END;
CREATE TRIGGER lossIsNeverDeleted BEFORE DELETE ON loss BEGIN SELECT RAISE(ABORT, 'loss is never deleted from'); END;
CREATE TRIGGER assignmentIsNeverUpdated BEFORE UPDATE ON assignment BEGIN SELECT RAISE(ABORT, 'assignment is never updated'); END;
CREATE TRIGGER assignmentIsNeverDeleted BEFORE DELETE ON assignment BEGIN SELECT RAISE(ABORT, 'assignment is never deleted from'); END;
CREATE VIEW unbalancedPosting AS SELECT posting, sum(amount) AS amount FROM entry GROUP BY posting HAVING sum(amount) <> 0;
CREATE INDEX waitingRefundBySale ON waitingRefund (saleId);
DELETE FROM "sqlite_sequence";
COMMIT;
