import GRDB
import Primitives
import Storage

/// What Catalog keeps. Every rule that a handler checks is asserted a second time here.
enum CatalogSchema {
    static let migrations = [
        Migration(
            "catalog-1",
            """
            CREATE TABLE mart (
                regency TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                openedOn INTEGER NOT NULL,
                -- 1 once mart-opened is published, on openedOn
                isOpen INTEGER NOT NULL CHECK (isOpen IN (0, 1))
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX martToOpen ON mart (openedOn) WHERE isOpen = 0;
            CREATE TRIGGER martStaysOpen BEFORE UPDATE OF isOpen ON mart WHEN OLD.isOpen = 1 AND NEW.isOpen = 0
            BEGIN SELECT RAISE(ABORT, 'an open mart stays open'); END;

            CREATE TABLE seller (
                sellerId TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                regency TEXT NOT NULL,
                phone TEXT,
                nib TEXT,
                UNIQUE (sellerId, regency)
            ) STRICT, WITHOUT ROWID;

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
            CREATE INDEX productBySeller ON product (sellerId, productId);
            CREATE INDEX productByRegency ON product (regency, productId);
            CREATE INDEX productToReview ON product (reviewOn) WHERE reviewOn IS NOT NULL;
            CREATE TRIGGER productStaysWithdrawn BEFORE UPDATE OF state ON product WHEN OLD.state = 'withdrawn'
            BEGIN SELECT RAISE(ABORT, 'a withdrawal is final'); END;
            CREATE TRIGGER productNeverAwaitsAgain BEFORE UPDATE OF state ON product
            WHEN OLD.state <> 'awaiting-permits' AND NEW.state = 'awaiting-permits'
            BEGIN SELECT RAISE(ABORT, 'a product that was judged does not await permits again'); END;
            CREATE TRIGGER productStays BEFORE DELETE ON product BEGIN SELECT RAISE(ABORT, 'products are withdrawn, never deleted'); END;

            -- Every price that was ever set; in force is the one with the latest effectiveOn reached, of several the last accepted.
            CREATE TABLE price (
                position INTEGER PRIMARY KEY,
                productId TEXT NOT NULL REFERENCES product (productId),
                effectiveOn INTEGER NOT NULL,
                amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991)
            ) STRICT;
            CREATE INDEX priceInForce ON price (productId, effectiveOn, position);
            CREATE TRIGGER priceIsNotEdited BEFORE UPDATE ON price BEGIN SELECT RAISE(ABORT, 'prices are only added'); END;
            CREATE TRIGGER priceStays BEFORE DELETE ON price BEGIN SELECT RAISE(ABORT, 'prices are only added'); END;

            -- What is known of every permit, also of those whose product or seller is not known yet.
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
                endedOn INTEGER,
                CHECK ((permitKind = 'nib') = (productId IS NULL)),
                CHECK ((number IS NULL) = (validFrom IS NULL)),
                CHECK (validFrom IS NOT NULL OR validUntil IS NULL),
                CHECK (suspendedUntil IS NULL OR (suspendedFrom IS NOT NULL AND suspendedUntil >= suspendedFrom)),
                CHECK ((ending IS NULL) = (endedOn IS NULL))
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX permitBySeller ON permit (sellerId, productId);
            CREATE TRIGGER permitStaysEnded BEFORE UPDATE OF ending, endedOn ON permit
            WHEN OLD.ending IS NOT NULL AND (NEW.ending IS NULL OR NEW.endedOn > OLD.endedOn)
            BEGIN SELECT RAISE(ABORT, 'revoked and expired permits stay so'); END;

            -- Products that a change has touched and that are still to be judged, with the message that brought it.
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
            CREATE TABLE pendingEvaluation (
                position INTEGER PRIMARY KEY,
                productId TEXT NOT NULL UNIQUE REFERENCES product (productId),
                cause INTEGER NOT NULL REFERENCES evaluationCause (number)
            ) STRICT;

            -- The requirement table by which every product was last judged.
            CREATE TABLE appliedRules (id INTEGER PRIMARY KEY CHECK (id = 1), rules TEXT NOT NULL) STRICT;
            """),
        Migration("catalog-2 corrections", closings + changes),
        Migration("catalog-3 names folded for the search", then: foldNames),
    ]

    /// `searchName` was the name in lower case; now it is what `SearchText` makes of it.
    private static func foldNames(_ db: Database) throws {
        let products = try Row.fetchAll(db, sql: "SELECT productId, name FROM product")
        let update = try db.makeStatement(sql: "UPDATE product SET searchName = ? WHERE productId = ?")
        for product in products {
            try update.execute(arguments: [SearchText.folded(product["name"]), product["productId"] as String])
        }
    }

    /// Marts close and open again, by somebody's order.
    private static let closings = """
        -- Since when it is closed; with isOpen = 0 and no such day it is planned.
        ALTER TABLE mart ADD COLUMN closedOn INTEGER CHECK (closedOn IS NULL OR (isOpen = 0 AND closedOn >= openedOn));
        DROP INDEX martToOpen;
        CREATE INDEX martToOpen ON mart (openedOn) WHERE isOpen = 0 AND closedOn IS NULL;

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
        CREATE INDEX martOrderOfMart ON martOrder (regency, effectiveOn, position);
        CREATE INDEX martOrderDue ON martOrder (effectiveOn) WHERE status = 'planned';
        CREATE UNIQUE INDEX martOrderOnce ON martOrder (regency, action, data) WHERE status = 'planned';
        CREATE TRIGGER martOrderIsFixed
        BEFORE UPDATE OF regency, action, effectiveOn, data, reason, orderedBy, correlationId, acceptedAt ON martOrder
        BEGIN SELECT RAISE(ABORT, 'an order is never changed'); END;
        CREATE TRIGGER martOrderEndsOnce BEFORE UPDATE OF status ON martOrder WHEN OLD.status <> 'planned'
        BEGIN SELECT RAISE(ABORT, 'an order ends once'); END;
        CREATE TRIGGER martOrderStays BEFORE DELETE ON martOrder BEGIN SELECT RAISE(ABORT, 'an order is never deleted'); END;

        DROP TRIGGER martStaysOpen;
        CREATE TRIGGER martFollowsOrders BEFORE UPDATE OF isOpen, closedOn ON mart
        WHEN (OLD.isOpen = 1 OR OLD.closedOn IS NOT NULL) AND (NEW.isOpen <> OLD.isOpen OR NEW.closedOn IS NOT OLD.closedOn)
            AND CASE WHEN NEW.isOpen = 1 THEN 'reopen' WHEN NEW.closedOn IS NOT NULL THEN 'close' ELSE 'none' END
            IS NOT (SELECT action FROM martOrder WHERE regency = NEW.regency AND status = 'done' ORDER BY effectiveOn DESC, position DESC LIMIT 1)
        BEGIN SELECT RAISE(ABORT, 'an open mart stays open, and a closed one closed, until somebody orders otherwise'); END;

        """

    private static let changes = """
        -- What was known of a seller before a change.
        CREATE TABLE sellerChange (
            position INTEGER PRIMARY KEY,
            sellerId TEXT NOT NULL REFERENCES seller (sellerId),
            oldName TEXT NOT NULL,
            oldPhone TEXT,
            oldNib TEXT,
            changedBy TEXT,
            changedAt INTEGER NOT NULL
        ) STRICT;
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

        -- A number that was typed wrongly; it may be known before the grant.
        ALTER TABLE permit ADD COLUMN correctedNumber TEXT;
        """
}
