BEGIN TRANSACTION;
CREATE TABLE allocation (
    saleNumber INTEGER NOT NULL,
    lineId TEXT NOT NULL,
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    lotNumber INTEGER NOT NULL REFERENCES lot,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    PRIMARY KEY (saleNumber, lineId, ordinal),
    FOREIGN KEY (saleNumber, lineId) REFERENCES saleLine
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
CREATE TABLE facet (
    source INTEGER NOT NULL,
    subject TEXT NOT NULL,
    facet TEXT NOT NULL,
    sequence INTEGER NOT NULL, life INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, subject, facet)
) STRICT, WITHOUT ROWID;
CREATE TABLE goodsReturn (
    returnId TEXT NOT NULL PRIMARY KEY,
    lotNumber INTEGER NOT NULL REFERENCES lot,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    reason TEXT NOT NULL,
    returnedAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('messaging-1');
INSERT INTO "grdb_migrations" VALUES('messaging-traces');
INSERT INTO "grdb_migrations" VALUES('messaging-lives');
INSERT INTO "grdb_migrations" VALUES('messaging-backups');
INSERT INTO "grdb_migrations" VALUES('messaging-resyncs');
INSERT INTO "grdb_migrations" VALUES('v1 consignment');
INSERT INTO "grdb_migrations" VALUES('v2 closed marts');
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
INSERT INTO "life" VALUES(0,'/consignment',0);
CREATE TABLE lot (
    lotNumber INTEGER PRIMARY KEY,
    lotId TEXT NOT NULL UNIQUE,
    productId TEXT NOT NULL REFERENCES product,
    sellerId TEXT NOT NULL,
    regency TEXT NOT NULL,
    offered INTEGER NOT NULL,
    accepted INTEGER NOT NULL CHECK (accepted BETWEEN 1 AND offered),
    refusedReason TEXT,
    expiresOn INTEGER,
    lastSaleDay INTEGER NOT NULL GENERATED ALWAYS AS (ifnull(expiresOn, 9999999)) VIRTUAL,
    receivedAt INTEGER NOT NULL,
    onHand INTEGER NOT NULL CHECK (onHand >= 0),
    sold INTEGER NOT NULL DEFAULT 0,
    restocked INTEGER NOT NULL DEFAULT 0 CHECK (restocked BETWEEN 0 AND sold),
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
    writtenOff INTEGER NOT NULL DEFAULT 0 CHECK (writtenOff >= 0),
    adjusted INTEGER NOT NULL DEFAULT 0,
    emptiedBy TEXT CHECK (emptiedBy IN ('sold', 'returned', 'written-off', 'adjusted')),
    CHECK (accepted + adjusted = onHand + sold - restocked + returned + writtenOff),
    CHECK ((onHand = 0) = (emptiedBy IS NOT NULL)),
    CHECK (offered = accepted OR refusedReason IS NOT NULL)
) STRICT;
CREATE TABLE mart (
    regency TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    openedOn INTEGER NOT NULL
, closedOn INTEGER, reopenedOn INTEGER CHECK (reopenedOn IS NULL OR closedOn IS NOT NULL)) STRICT, WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('running','0');
INSERT INTO "meta" VALUES('source','/consignment');
INSERT INTO "meta" VALUES('storeId','01a2221c-0239-7000-ab2c-2c8afbd1b038');
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
CREATE TABLE price (
    productId TEXT NOT NULL,
    effectiveOn INTEGER NOT NULL,
    price INTEGER NOT NULL CHECK (price BETWEEN 1 AND 9007199254740991),
    origin TEXT NOT NULL CHECK (origin IN ('registered', 'listed', 'changed')),
    PRIMARY KEY (productId, effectiveOn)
) STRICT, WITHOUT ROWID;
CREATE TABLE product (
    productId TEXT NOT NULL PRIMARY KEY,
    sellerId TEXT,
    regency TEXT,
    name TEXT,
    programme TEXT,
    kind TEXT,
    unit TEXT,
    state TEXT NOT NULL DEFAULT 'awaiting-permits' CHECK (state IN ('awaiting-permits', 'listed', 'held', 'withdrawn')),
    reason TEXT,
    missingPermits TEXT NOT NULL DEFAULT '',
    listedUntil INTEGER,
    knownOn INTEGER,
    firstReceivedOn INTEGER,
    CHECK ((sellerId IS NULL) = (regency IS NULL) AND (sellerId IS NULL) = (knownOn IS NULL)),
    CHECK (sellerId IS NOT NULL OR (state = 'awaiting-permits' AND firstReceivedOn IS NULL)),
    CHECK (listedUntil IS NULL OR state = 'listed')
) STRICT, WITHOUT ROWID;
CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    eventsSent INTEGER NOT NULL,
    repliesSent INTEGER NOT NULL,
    businessInstant INTEGER NOT NULL
) STRICT;
INSERT INTO "progress" VALUES(1,0,0,1770256800093);
CREATE TABLE refund (
    refundNumber INTEGER PRIMARY KEY,
    refundId TEXT NOT NULL UNIQUE,
    saleNumber INTEGER NOT NULL REFERENCES sale,
    refundedAt INTEGER NOT NULL,
    reason TEXT NOT NULL,
    restock INTEGER NOT NULL CHECK (restock IN (0, 1)),
    total INTEGER NOT NULL CHECK (total BETWEEN 0 AND 9007199254740991)
) STRICT;
CREATE TABLE refundLine (
    saleNumber INTEGER NOT NULL,
    lineId TEXT NOT NULL,
    refundedBefore INTEGER NOT NULL CHECK (refundedBefore >= 0),
    refundNumber INTEGER NOT NULL REFERENCES refund,
    position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 200),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    net INTEGER NOT NULL CHECK (net >= 0),
    restocked INTEGER NOT NULL CHECK (restocked BETWEEN 0 AND quantity),
    PRIMARY KEY (saleNumber, lineId, refundedBefore),
    FOREIGN KEY (saleNumber, lineId) REFERENCES saleLine
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
CREATE TABLE resolution (
    resolutionNumber INTEGER PRIMARY KEY,
    resolutionId TEXT NOT NULL UNIQUE,
    saleNumber INTEGER NOT NULL REFERENCES sale,
    lineId TEXT,
    flag TEXT NOT NULL,
    note TEXT NOT NULL,
    resolvedBy TEXT NOT NULL,
    resolvedAt INTEGER NOT NULL,
    FOREIGN KEY (saleNumber, lineId) REFERENCES saleLine
) STRICT;
CREATE TABLE resolvedFlag (
    saleNumber INTEGER NOT NULL,
    lineId TEXT NOT NULL,
    flag TEXT NOT NULL,
    resolutionNumber INTEGER NOT NULL REFERENCES resolution,
    PRIMARY KEY (saleNumber, lineId, flag),
    FOREIGN KEY (saleNumber, lineId) REFERENCES saleLine
) STRICT, WITHOUT ROWID;
CREATE TABLE restock (
    saleNumber INTEGER NOT NULL,
    lineId TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    refundNumber INTEGER NOT NULL REFERENCES refund,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    PRIMARY KEY (saleNumber, lineId, ordinal, refundNumber),
    FOREIGN KEY (saleNumber, lineId, ordinal) REFERENCES allocation
) STRICT, WITHOUT ROWID;
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
CREATE TABLE sale (
    saleNumber INTEGER PRIMARY KEY,
    saleId TEXT NOT NULL UNIQUE,
    regency TEXT NOT NULL,
    till TEXT NOT NULL,
    soldAt INTEGER NOT NULL,
    recordedAt INTEGER NOT NULL,
    tender TEXT NOT NULL CHECK (tender IN ('cash', 'qris', 'transfer', 'kkpd')),
    offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
    flags TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total BETWEEN 1 AND 9007199254740991),
    CHECK (offline = 1 OR flags = '')
) STRICT;
CREATE TABLE saleLine (
    saleNumber INTEGER NOT NULL REFERENCES sale,
    lineId TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 200),
    productId TEXT NOT NULL,
    sellerId TEXT,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    unitPrice INTEGER NOT NULL CHECK (unitPrice >= 1),
    net INTEGER NOT NULL,
    flags TEXT NOT NULL,
    unallocated INTEGER NOT NULL CHECK (unallocated BETWEEN 0 AND quantity),
    PRIMARY KEY (saleNumber, lineId),
    CHECK (net = quantity * unitPrice),
    CHECK (unallocated = 0 OR flags <> ''),
    CHECK (sellerId IS NOT NULL OR flags LIKE '%unknown-product%')
) STRICT, WITHOUT ROWID;
CREATE TABLE source (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE stockAdjustment (
    adjustmentNumber INTEGER PRIMARY KEY,
    adjustmentId TEXT NOT NULL UNIQUE,
    lotNumber INTEGER NOT NULL REFERENCES lot,
    difference INTEGER NOT NULL CHECK (difference <> 0),
    reason TEXT NOT NULL,
    countedBy TEXT NOT NULL,
    approvedBy TEXT NOT NULL,
    adjustedAt INTEGER NOT NULL,
    CHECK (lower(trim(countedBy)) <> lower(trim(approvedBy)))
) STRICT;
CREATE TABLE unallocated (
    productId TEXT NOT NULL PRIMARY KEY,
    regency TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE writeOff (
    writeOffId TEXT NOT NULL PRIMARY KEY,
    lotNumber INTEGER NOT NULL REFERENCES lot,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    unitPrice INTEGER NOT NULL CHECK (unitPrice >= 1),
    net INTEGER NOT NULL CHECK (net BETWEEN 1 AND 9007199254740991),
    reason TEXT NOT NULL,
    liability TEXT NOT NULL CHECK (liability IN ('mart', 'seller', 'none')),
    writtenOffAt INTEGER NOT NULL,
    CHECK (net = quantity * unitPrice)
) STRICT, WITHOUT ROWID;
CREATE INDEX inboxByCorrelation ON inbox (correlationId);
CREATE INDEX inboxBySubject ON inbox (subject);
CREATE UNIQUE INDEX parkedOnce ON parked (channel, sha256, routingKey) WHERE state IN ('parked', 'replaying');
CREATE INDEX backupWanted ON backup (number) WHERE state = 'requested';
CREATE INDEX resyncUnfinished ON resync (number) WHERE sent < endsAt;
CREATE TRIGGER productWithdrawnIsFinal BEFORE UPDATE OF state ON product WHEN OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn'
BEGIN SELECT RAISE(ABORT, 'a withdrawn product stays withdrawn'); END;
CREATE TRIGGER productKeepsItsSeller BEFORE UPDATE OF sellerId, regency ON product
WHEN OLD.sellerId IS NOT NULL AND (NEW.sellerId IS NOT OLD.sellerId OR NEW.regency IS NOT OLD.regency)
BEGIN SELECT RAISE(ABORT, 'a product keeps its seller and regency'); END;
CREATE INDEX lotShelf ON lot (productId, lastSaleDay, receivedAt, lotId) WHERE emptiedBy IS NULL;
CREATE TRIGGER lotReceiptIsFixed
BEFORE UPDATE OF lotId, productId, sellerId, regency, offered, accepted, refusedReason, expiresOn, receivedAt ON lot
BEGIN SELECT RAISE(ABORT, 'what was received is never changed'); END;
CREATE TRIGGER lotStays BEFORE DELETE ON lot BEGIN SELECT RAISE(ABORT, 'a lot is never deleted'); END;
CREATE INDEX adjustmentOfLot ON stockAdjustment (lotNumber);
CREATE INDEX saleTime ON sale (soldAt);
CREATE INDEX saleFlagged ON sale (saleId) WHERE flags <> '';
CREATE INDEX refundOfSale ON refund (saleNumber);
CREATE TRIGGER refundLineFits BEFORE INSERT ON refundLine
WHEN NEW.refundedBefore
        <> (SELECT ifnull(sum(quantity), 0) FROM refundLine WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId)
    OR NEW.refundedBefore + NEW.quantity
        > (SELECT quantity FROM saleLine WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId)
BEGIN SELECT RAISE(ABORT, 'a refund takes back what is left of its line, no more'); END;
CREATE TRIGGER restockFits BEFORE INSERT ON restock
WHEN NEW.quantity + (
        SELECT ifnull(sum(quantity), 0) FROM restock
        WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId AND ordinal = NEW.ordinal)
    > (SELECT quantity FROM allocation
        WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId AND ordinal = NEW.ordinal)
BEGIN SELECT RAISE(ABORT, 'a lot gets back what it gave, no more'); END;
CREATE INDEX resolutionOfSale ON resolution (saleNumber);
CREATE TRIGGER resolvedFlagIsCarried BEFORE INSERT ON resolvedFlag
WHEN NOT EXISTS (
    SELECT 1 FROM saleLine WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId
        AND instr(',' || flags || ',', ',' || NEW.flag || ',') > 0)
BEGIN SELECT RAISE(ABORT, 'only a flag that the line carries is resolved'); END;
CREATE VIEW lotMovement (lotNumber, kind, quantity) AS
SELECT lotNumber, 'received', accepted FROM lot
UNION ALL SELECT lotNumber, 'sold', -quantity FROM allocation
UNION ALL SELECT allocation.lotNumber, 'restocked', restock.quantity
    FROM restock JOIN allocation USING (saleNumber, lineId, ordinal)
UNION ALL SELECT lotNumber, 'returned', -quantity FROM goodsReturn
UNION ALL SELECT lotNumber, 'written-off', -quantity FROM writeOff
UNION ALL SELECT lotNumber, 'adjusted', difference FROM stockAdjustment;
CREATE TRIGGER saleIsNeverUpdated BEFORE UPDATE ON sale BEGIN SELECT RAISE(ABORT, 'sale is append-only'); END;
CREATE TRIGGER saleIsNeverDeleted BEFORE DELETE ON sale BEGIN SELECT RAISE(ABORT, 'sale is append-only'); END;
CREATE TRIGGER saleLineIsNeverUpdated BEFORE UPDATE ON saleLine BEGIN SELECT RAISE(ABORT, 'saleLine is append-only'); END;
CREATE TRIGGER saleLineIsNeverDeleted BEFORE DELETE ON saleLine BEGIN SELECT RAISE(ABORT, 'saleLine is append-only'); END;
CREATE TRIGGER allocationIsNeverUpdated BEFORE UPDATE ON allocation BEGIN SELECT RAISE(ABORT, 'allocation is append-only'); END;
CREATE TRIGGER allocationIsNeverDeleted BEFORE DELETE ON allocation BEGIN SELECT RAISE(ABORT, 'allocation is append-only'); END;
CREATE TRIGGER refundIsNeverUpdated BEFORE UPDATE ON refund BEGIN SELECT RAISE(ABORT, 'refund is append-only'); END;
CREATE TRIGGER refundIsNeverDeleted BEFORE DELETE ON refund BEGIN SELECT RAISE(ABORT, 'refund is append-only'); END;
CREATE TRIGGER refundLineIsNeverUpdated BEFORE UPDATE ON refundLine BEGIN SELECT RAISE(ABORT, 'refundLine is append-only'); END;
CREATE TRIGGER refundLineIsNeverDeleted BEFORE DELETE ON refundLine BEGIN SELECT RAISE(ABORT, 'refundLine is append-only'); END;
CREATE TRIGGER restockIsNeverUpdated BEFORE UPDATE ON restock BEGIN SELECT RAISE(ABORT, 'restock is append-only'); END;
CREATE TRIGGER restockIsNeverDeleted BEFORE DELETE ON restock BEGIN SELECT RAISE(ABORT, 'restock is append-only'); END;
CREATE TRIGGER goodsReturnIsNeverUpdated BEFORE UPDATE ON goodsReturn BEGIN SELECT RAISE(ABORT, 'goodsReturn is append-only'); END;
CREATE TRIGGER goodsReturnIsNeverDeleted BEFORE DELETE ON goodsReturn BEGIN SELECT RAISE(ABORT, 'goodsReturn is append-only'); END;
CREATE TRIGGER writeOffIsNeverUpdated BEFORE UPDATE ON writeOff BEGIN SELECT RAISE(ABORT, 'writeOff is append-only'); END;
CREATE TRIGGER writeOffIsNeverDeleted BEFORE DELETE ON writeOff BEGIN SELECT RAISE(ABORT, 'writeOff is append-only'); END;
CREATE TRIGGER stockAdjustmentIsNeverUpdated BEFORE UPDATE ON stockAdjustment BEGIN SELECT RAISE(ABORT, 'stockAdjustment is append-only'); END;
CREATE TRIGGER stockAdjustmentIsNeverDeleted BEFORE DELETE ON stockAdjustment BEGIN SELECT RAISE(ABORT, 'stockAdjustment is append-only'); END;
CREATE TRIGGER resolutionIsNeverUpdated BEFORE UPDATE ON resolution BEGIN SELECT RAISE(ABORT, 'resolution is append-only'); END;
CREATE TRIGGER resolutionIsNeverDeleted BEFORE DELETE ON resolution BEGIN SELECT RAISE(ABORT, 'resolution is append-only'); END;
CREATE TRIGGER resolvedFlagIsNeverUpdated BEFORE UPDATE ON resolvedFlag BEGIN SELECT RAISE(ABORT, 'resolvedFlag is append-only'); END;
CREATE TRIGGER resolvedFlagIsNeverDeleted BEFORE DELETE ON resolvedFlag BEGIN SELECT RAISE(ABORT, 'resolvedFlag is append-only'); END;
COMMIT;
