BEGIN TRANSACTION;
CREATE TABLE appliedRules (id INTEGER PRIMARY KEY CHECK (id = 1), rules TEXT NOT NULL) STRICT;
INSERT INTO "appliedRules" VALUES(1,'food-dry: nib + spp-irt
food-dry: halal from 2026-10-17
food-high-risk: nib + bpom-md
salt-iodised: nib + sni + bpom-md
food-fresh-plant: nib + psat
food-short-life: nib + hygiene
cosmetic: nib + bpom-na
traditional-medicine: nib + bpom-tr
household: nib + pkrt
textile: nib
craft: nib
agri-input: nib
book: nib|school-letter
alcohol-refined: nib + bpom-md while alcoholRefined
alcohol-unrefined: prohibited');
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
CREATE TABLE evaluationCause (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    sequence INTEGER,
    correlationId TEXT NOT NULL,
    traceparent TEXT,
    regency TEXT,
    inboxPosition INTEGER NOT NULL
) STRICT;
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
INSERT INTO "grdb_migrations" VALUES('catalog-1');
INSERT INTO "grdb_migrations" VALUES('catalog-2 corrections');
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
INSERT INTO "life" VALUES(0,'/catalog',0);
CREATE TABLE mart (
    regency TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    openedOn INTEGER NOT NULL,
    -- 1 once mart-opened is published, on openedOn
    isOpen INTEGER NOT NULL CHECK (isOpen IN (0, 1))
, closedOn INTEGER CHECK (closedOn IS NULL OR (isOpen = 0 AND closedOn >= openedOn))) STRICT, WITHOUT ROWID;
CREATE TABLE martOrder (
    position INTEGER PRIMARY KEY,
    regency TEXT NOT NULL REFERENCES mart (regency),
    action TEXT NOT NULL CHECK (action IN ('close', 'reopen')),
    effectiveOn INTEGER NOT NULL,
    -- The command's data in canonical form: the same again is a duplicate.
    data BLOB NOT NULL,
    reason TEXT NOT NULL,
    orderedBy TEXT NOT NULL,
    -- Of the command, so that what happens on the day is found by it.
    correlationId TEXT NOT NULL,
    acceptedAt INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('planned', 'done', 'dropped'))
) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('running','0');
INSERT INTO "meta" VALUES('source','/catalog');
INSERT INTO "meta" VALUES('storeId','01a2221b-eab7-7000-839b-d7527240c26e');
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
CREATE TABLE pendingEvaluation (
    position INTEGER PRIMARY KEY,
    productId TEXT NOT NULL UNIQUE REFERENCES product (productId),
    cause INTEGER NOT NULL REFERENCES evaluationCause (number)
) STRICT;
CREATE TABLE permit (
    permitId TEXT PRIMARY KEY,
    permitKind TEXT NOT NULL,
    sellerId TEXT NOT NULL,
    productId TEXT,
    number TEXT,
    validFrom INTEGER,
    validUntil INTEGER,
    suspendedFrom INTEGER,
    suspendedUntil INTEGER,
    ending TEXT CHECK (ending IN ('revoked', 'expired')),
    endedOn INTEGER, correctedNumber TEXT,
    CHECK ((permitKind = 'nib') = (productId IS NULL)),
    CHECK ((number IS NULL) = (validFrom IS NULL)),
    CHECK (validFrom IS NOT NULL OR validUntil IS NULL),
    CHECK (suspendedUntil IS NULL OR (suspendedFrom IS NOT NULL AND suspendedUntil >= suspendedFrom)),
    CHECK ((ending IS NULL) = (endedOn IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE price (
    position INTEGER PRIMARY KEY,
    productId TEXT NOT NULL REFERENCES product (productId),
    effectiveOn INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991)
) STRICT;
CREATE TABLE product (
    productId TEXT PRIMARY KEY,
    sellerId TEXT NOT NULL,
    -- the seller's, for ever
    regency TEXT NOT NULL,
    name TEXT NOT NULL,
    -- in lower case, to be searched
    searchName TEXT NOT NULL,
    programme TEXT NOT NULL CHECK (programme IN ('ovop', 'ocop', 'osop')),
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    net TEXT,
    shelfLifeDays INTEGER CHECK (shelfLifeDays >= 1),
    barcode TEXT,
    villageCode TEXT CHECK (substr(villageCode, 1, 6) = regency || '.'),
    community TEXT,
    communityKind TEXT,
    school TEXT,
    schoolLevel TEXT,
    npsn TEXT,
    registeredAt INTEGER NOT NULL,
    -- what was last found and published
    state TEXT NOT NULL CHECK (state IN ('awaiting-permits', 'listed', 'held', 'withdrawn')),
    holdReason TEXT,
    withdrawalReason TEXT,
    -- kinds joined by commas, alternatives by bars
    missingPermits TEXT NOT NULL,
    listedUntil INTEGER,
    -- the next day on which something else may be found
    reviewOn INTEGER,
    FOREIGN KEY (sellerId, regency) REFERENCES seller (sellerId, regency),
    CHECK ((state = 'held') = (holdReason IS NOT NULL)),
    CHECK ((state = 'withdrawn') = (withdrawalReason IS NOT NULL)),
    CHECK (state IN ('awaiting-permits', 'held') OR missingPermits = ''),
    CHECK (state = 'listed' OR listedUntil IS NULL),
    CHECK (state <> 'withdrawn' OR reviewOn IS NULL),
    CHECK (state <> 'listed' OR reviewOn IS listedUntil + 1),
    CHECK (programme <> 'ovop' OR villageCode IS NOT NULL),
    CHECK (programme <> 'ocop' OR (community IS NOT NULL AND communityKind IS NOT NULL)),
    CHECK (programme <> 'osop' OR (school IS NOT NULL AND schoolLevel IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    eventsSent INTEGER NOT NULL,
    repliesSent INTEGER NOT NULL,
    businessInstant INTEGER NOT NULL
) STRICT;
INSERT INTO "progress" VALUES(1,0,0,1770256800095);
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
CREATE TABLE seller (
    sellerId TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    regency TEXT NOT NULL,
    phone TEXT,
    nib TEXT,
    UNIQUE (sellerId, regency)
) STRICT, WITHOUT ROWID;
CREATE TABLE sellerChange (
    position INTEGER PRIMARY KEY,
    sellerId TEXT NOT NULL REFERENCES seller (sellerId),
    oldName TEXT NOT NULL,
    oldPhone TEXT,
    oldNib TEXT,
    changedBy TEXT,
    changedAt INTEGER NOT NULL
) STRICT;
CREATE TABLE source (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE INDEX inboxByCorrelation ON inbox (correlationId);
CREATE INDEX inboxBySubject ON inbox (subject);
CREATE UNIQUE INDEX parkedOnce ON parked (channel, sha256, routingKey) WHERE state IN ('parked', 'replaying');
CREATE INDEX backupWanted ON backup (number) WHERE state = 'requested';
CREATE INDEX resyncUnfinished ON resync (number) WHERE sent < endsAt;
CREATE INDEX productBySeller ON product (sellerId, productId);
CREATE INDEX productByRegency ON product (regency, productId);
CREATE INDEX productToReview ON product (reviewOn) WHERE reviewOn IS NOT NULL;
CREATE TRIGGER productStaysWithdrawn BEFORE UPDATE OF state ON product WHEN OLD.state = 'withdrawn'
BEGIN SELECT RAISE(ABORT, 'a withdrawal is final'); END;
CREATE TRIGGER productNeverAwaitsAgain BEFORE UPDATE OF state ON product
WHEN OLD.state <> 'awaiting-permits' AND NEW.state = 'awaiting-permits'
BEGIN SELECT RAISE(ABORT, 'a product that was judged does not await permits again'); END;
CREATE TRIGGER productStays BEFORE DELETE ON product BEGIN SELECT RAISE(ABORT, 'products are withdrawn, never deleted'); END;
CREATE INDEX priceInForce ON price (productId, effectiveOn, position);
CREATE TRIGGER priceIsNotEdited BEFORE UPDATE ON price BEGIN SELECT RAISE(ABORT, 'prices are only added'); END;
CREATE TRIGGER priceStays BEFORE DELETE ON price BEGIN SELECT RAISE(ABORT, 'prices are only added'); END;
CREATE INDEX permitBySeller ON permit (sellerId, productId);
CREATE TRIGGER permitStaysEnded BEFORE UPDATE OF ending, endedOn ON permit
WHEN OLD.ending IS NOT NULL AND (NEW.ending IS NULL OR NEW.endedOn > OLD.endedOn)
BEGIN SELECT RAISE(ABORT, 'revoked and expired permits stay so'); END;
CREATE INDEX martToOpen ON mart (openedOn) WHERE isOpen = 0 AND closedOn IS NULL;
CREATE INDEX martOrderOfMart ON martOrder (regency, effectiveOn, position);
CREATE INDEX martOrderDue ON martOrder (effectiveOn) WHERE status = 'planned';
CREATE UNIQUE INDEX martOrderOnce ON martOrder (regency, action, data) WHERE status = 'planned';
CREATE TRIGGER martOrderIsFixed
BEFORE UPDATE OF regency, action, effectiveOn, data, reason, orderedBy, correlationId, acceptedAt ON martOrder
BEGIN SELECT RAISE(ABORT, 'an order is never changed'); END;
CREATE TRIGGER martOrderEndsOnce BEFORE UPDATE OF status ON martOrder WHEN OLD.status <> 'planned'
BEGIN SELECT RAISE(ABORT, 'an order ends once'); END;
CREATE TRIGGER martOrderStays BEFORE DELETE ON martOrder BEGIN SELECT RAISE(ABORT, 'an order is never deleted'); END;
CREATE TRIGGER martFollowsOrders BEFORE UPDATE OF isOpen, closedOn ON mart
WHEN (OLD.isOpen = 1 OR OLD.closedOn IS NOT NULL) AND (NEW.isOpen <> OLD.isOpen OR NEW.closedOn IS NOT OLD.closedOn)
    AND CASE WHEN NEW.isOpen = 1 THEN 'reopen' WHEN NEW.closedOn IS NOT NULL THEN 'close' ELSE 'none' END
    IS NOT (SELECT action FROM martOrder WHERE regency = NEW.regency AND status = 'done' ORDER BY effectiveOn DESC, position DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'an open mart stays open, and a closed one closed, until somebody orders otherwise'); END;
CREATE INDEX sellerChangeOfSeller ON sellerChange (sellerId, position);
CREATE TRIGGER sellerChangeIsFixed BEFORE UPDATE ON sellerChange BEGIN SELECT RAISE(ABORT, 'changes are only added'); END;
CREATE TRIGGER sellerChangeStays BEFORE DELETE ON sellerChange BEGIN SELECT RAISE(ABORT, 'changes are only added'); END;
CREATE TRIGGER sellerKeepsItsRegency BEFORE UPDATE OF sellerId, regency ON seller
BEGIN SELECT RAISE(ABORT, 'a seller keeps its regency'); END;
CREATE TRIGGER sellerRemembers BEFORE UPDATE OF name, phone, nib ON seller
WHEN NOT EXISTS (
    SELECT 1 FROM (SELECT * FROM sellerChange WHERE sellerId = OLD.sellerId ORDER BY position DESC LIMIT 1)
    WHERE oldName = OLD.name AND oldPhone IS OLD.phone AND oldNib IS OLD.nib)
BEGIN SELECT RAISE(ABORT, 'what was known before a change is kept'); END;
COMMIT;
