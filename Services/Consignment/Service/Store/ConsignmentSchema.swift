import Storage

/// The tables of Consignment. Each invariant of the domain is asserted here a second time.
///
/// Dates are days since 1970-01-01, instants milliseconds, money whole rupiah.
enum ConsignmentSchema {
    static let migrations = [
        Migration("v1 consignment", [catalog, lots, sales, refunds, resolutions, movements, appendOnly].joined(separator: "\n")),
        Migration("v2 closed marts", closings),
        Migration("v3 unallocated units without bound", carry),
    ]

    /// What the catalog's events have said.
    private static let catalog = """
        CREATE TABLE mart (
            regency TEXT NOT NULL PRIMARY KEY,
            name TEXT,
            openedOn INTEGER NOT NULL
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

        CREATE TRIGGER productWithdrawnIsFinal BEFORE UPDATE OF state ON product WHEN OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn'
        BEGIN SELECT RAISE(ABORT, 'a withdrawn product stays withdrawn'); END;
        CREATE TRIGGER productKeepsItsSeller BEFORE UPDATE OF sellerId, regency ON product
        WHEN OLD.sellerId IS NOT NULL AND (NEW.sellerId IS NOT OLD.sellerId OR NEW.regency IS NOT OLD.regency)
        BEGIN SELECT RAISE(ABORT, 'a product keeps its seller and regency'); END;

        -- May be known before its product is, so it refers to none.
        CREATE TABLE price (
            productId TEXT NOT NULL,
            effectiveOn INTEGER NOT NULL,
            price INTEGER NOT NULL CHECK (price BETWEEN 1 AND 9007199254740991),
            origin TEXT NOT NULL CHECK (origin IN ('registered', 'listed', 'changed')),
            PRIMARY KEY (productId, effectiveOn)
        ) STRICT, WITHOUT ROWID;
        """

    /// The last closing of a mart; before both dates and after the second it is open.
    private static let closings = """
        ALTER TABLE mart ADD COLUMN closedOn INTEGER;
        ALTER TABLE mart ADD COLUMN reopenedOn INTEGER CHECK (reopenedOn IS NULL OR closedOn IS NOT NULL);
        """

    /// An offline sale is recorded whatever it says, and a thousand absurd ones are more units than an integer holds: whole times 2^53 of them are
    /// counted apart.
    private static let carry = """
        ALTER TABLE unallocated ADD COLUMN carry INTEGER NOT NULL DEFAULT 0 CHECK (carry >= 0);
        UPDATE unallocated SET carry = quantity >> 53, quantity = quantity & 9007199254740991 WHERE quantity > 9007199254740991;
        """

    /// The index holds lots with stock only, in the order in which they leave; a sale that does not empty a lot leaves the index alone.
    private static let lots = """
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

        CREATE INDEX lotShelf ON lot (productId, lastSaleDay, receivedAt, lotId) WHERE emptiedBy IS NULL;

        CREATE TRIGGER lotReceiptIsFixed
        BEFORE UPDATE OF lotId, productId, sellerId, regency, offered, accepted, refusedReason, expiresOn, receivedAt ON lot
        BEGIN SELECT RAISE(ABORT, 'what was received is never changed'); END;
        CREATE TRIGGER lotStays BEFORE DELETE ON lot BEGIN SELECT RAISE(ABORT, 'a lot is never deleted'); END;

        CREATE TABLE goodsReturn (
            returnId TEXT NOT NULL PRIMARY KEY,
            lotNumber INTEGER NOT NULL REFERENCES lot,
            quantity INTEGER NOT NULL CHECK (quantity >= 1),
            reason TEXT NOT NULL,
            returnedAt INTEGER NOT NULL
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

        -- Counted minus booked. Two people, as far as SQL can tell them apart.
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
        CREATE INDEX adjustmentOfLot ON stockAdjustment (lotNumber);
        """

    /// Rows of a sale are keyed by its number, so that they are appended side by side whatever its id looks like.
    private static let sales = """
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
        CREATE INDEX saleTime ON sale (soldAt);
        CREATE INDEX saleFlagged ON sale (saleId) WHERE flags <> '';

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

        -- Units that a line took from a lot, in order.
        CREATE TABLE allocation (
            saleNumber INTEGER NOT NULL,
            lineId TEXT NOT NULL,
            ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
            lotNumber INTEGER NOT NULL REFERENCES lot,
            quantity INTEGER NOT NULL CHECK (quantity >= 1),
            PRIMARY KEY (saleNumber, lineId, ordinal),
            FOREIGN KEY (saleNumber, lineId) REFERENCES saleLine
        ) STRICT, WITHOUT ROWID;

        -- Units sold that no lot gave and that did not come back, by product.
        CREATE TABLE unallocated (
            productId TEXT NOT NULL PRIMARY KEY,
            regency TEXT NOT NULL,
            quantity INTEGER NOT NULL CHECK (quantity >= 0)
        ) STRICT, WITHOUT ROWID;
        """

    private static let refunds = """
        CREATE TABLE refund (
            refundNumber INTEGER PRIMARY KEY,
            refundId TEXT NOT NULL UNIQUE,
            saleNumber INTEGER NOT NULL REFERENCES sale,
            refundedAt INTEGER NOT NULL,
            reason TEXT NOT NULL,
            restock INTEGER NOT NULL CHECK (restock IN (0, 1)),
            total INTEGER NOT NULL CHECK (total BETWEEN 0 AND 9007199254740991)
        ) STRICT;
        CREATE INDEX refundOfSale ON refund (saleNumber);

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

        CREATE TRIGGER refundLineFits BEFORE INSERT ON refundLine
        WHEN NEW.refundedBefore
                <> (SELECT ifnull(sum(quantity), 0) FROM refundLine WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId)
            OR NEW.refundedBefore + NEW.quantity
                > (SELECT quantity FROM saleLine WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId)
        BEGIN SELECT RAISE(ABORT, 'a refund takes back what is left of its line, no more'); END;

        -- Units that came back to the lot they were taken from.
        CREATE TABLE restock (
            saleNumber INTEGER NOT NULL,
            lineId TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            refundNumber INTEGER NOT NULL REFERENCES refund,
            quantity INTEGER NOT NULL CHECK (quantity >= 1),
            PRIMARY KEY (saleNumber, lineId, ordinal, refundNumber),
            FOREIGN KEY (saleNumber, lineId, ordinal) REFERENCES allocation
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER restockFits BEFORE INSERT ON restock
        WHEN NEW.quantity + (
                SELECT ifnull(sum(quantity), 0) FROM restock
                WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId AND ordinal = NEW.ordinal)
            > (SELECT quantity FROM allocation
                WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId AND ordinal = NEW.ordinal)
        BEGIN SELECT RAISE(ABORT, 'a lot gets back what it gave, no more'); END;
        """

    private static let resolutions = """
        -- A person's word on a flag: of one line or, without a line, of all that carried it and were not resolved before.
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
        CREATE INDEX resolutionOfSale ON resolution (saleNumber);

        CREATE TABLE resolvedFlag (
            saleNumber INTEGER NOT NULL,
            lineId TEXT NOT NULL,
            flag TEXT NOT NULL,
            resolutionNumber INTEGER NOT NULL REFERENCES resolution,
            PRIMARY KEY (saleNumber, lineId, flag),
            FOREIGN KEY (saleNumber, lineId) REFERENCES saleLine
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER resolvedFlagIsCarried BEFORE INSERT ON resolvedFlag
        WHEN NOT EXISTS (
            SELECT 1 FROM saleLine WHERE saleNumber = NEW.saleNumber AND lineId = NEW.lineId
                AND instr(',' || flags || ',', ',' || NEW.flag || ',') > 0)
        BEGIN SELECT RAISE(ABORT, 'only a flag that the line carries is resolved'); END;
        """

    /// Everything that ever moved units into or out of a lot; its sum by lot is what the lot has on hand.
    private static let movements = """
        CREATE VIEW lotMovement (lotNumber, kind, quantity) AS
        SELECT lotNumber, 'received', accepted FROM lot
        UNION ALL SELECT lotNumber, 'sold', -quantity FROM allocation
        UNION ALL SELECT allocation.lotNumber, 'restocked', restock.quantity
            FROM restock JOIN allocation USING (saleNumber, lineId, ordinal)
        UNION ALL SELECT lotNumber, 'returned', -quantity FROM goodsReturn
        UNION ALL SELECT lotNumber, 'written-off', -quantity FROM writeOff
        UNION ALL SELECT lotNumber, 'adjusted', difference FROM stockAdjustment;
        """

    private static let appendOnly = """
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
        """
}
