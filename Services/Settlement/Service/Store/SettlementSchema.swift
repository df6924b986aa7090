import SettlementDomain
import Storage

/// The tables of Settlement. Those that hold money refuse every change: what was wrong is put right by a new posting.
enum SettlementSchema {
    static let migrations = [
        Migration("settlement-1", ledger + appendOnly + audit + others),
        Migration("settlement-2 changed sellers", changedSellers),
        Migration("settlement-3 reassigned lines", reassignments),
        Migration("settlement-4 traces of waiting refunds", "ALTER TABLE waitingRefund ADD COLUMN tracestate TEXT;"),
    ]

    private static let ledger = """
        CREATE TABLE account (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            sellerId TEXT UNIQUE,
            CHECK (sellerId IS NULL OR name = 'seller-payable/' || sellerId)
        ) STRICT;
        INSERT INTO account (number, name) VALUES (1, 'cash-clearing/cash'), (2, 'cash-clearing/qris'), (3, 'cash-clearing/transfer'), (4, 'cash-clearing/kkpd'), (11, 'mart-margin'), (12, 'loss-expense'), (13, 'suspense');

        -- One row for each thing that moved money, in the order of posting.
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

        -- Debit positive, credit negative. The key lets one account be summed without reading the others.
        CREATE TABLE entry (
            account INTEGER NOT NULL REFERENCES account (number),
            posting INTEGER NOT NULL REFERENCES posting (number),
            amount INTEGER NOT NULL CHECK (amount <> 0),
            PRIMARY KEY (account, posting)
        ) STRICT, WITHOUT ROWID;

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

        -- Units from refundedBefore on; the key keeps any unit from being taken back twice.
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
        CREATE TRIGGER refundLineFollows BEFORE INSERT ON refundLine
        WHEN NEW.refundedBefore <> COALESCE((SELECT max(refundedBefore + quantity) FROM refundLine WHERE sale = NEW.sale AND lineId = NEW.lineId), 0)
            OR NEW.refundedBefore + NEW.quantity > (SELECT quantity FROM saleLine WHERE posting = NEW.sale AND lineId = NEW.lineId)
        BEGIN SELECT RAISE(ABORT, 'a refund takes back units that are there, one after the other'); END;

        -- Goods lost under the mart's liability.
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

        -- A line in suspense finds its seller once.
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

        """

    private static let appendOnly = """
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

        """

    private static let audit = """
        -- Must be empty, always.
        CREATE VIEW unbalancedPosting AS SELECT posting, sum(amount) AS amount FROM entry GROUP BY posting HAVING sum(amount) <> 0;

        """

    private static let others = """
        -- Names, for the read side only.
        CREATE TABLE seller (sellerId TEXT PRIMARY KEY, name TEXT NOT NULL, regency TEXT NOT NULL) STRICT, WITHOUT ROWID;

        -- Refunds whose sale, or an earlier refund of the same line, has not arrived; in the order of their arrival. They leave when they are applied.
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
        CREATE INDEX waitingRefundBySale ON waitingRefund (saleId);
        """

    private static let reassignments = """
        -- An assignment was wrong, and the line goes to another seller. Its posting is of kind 4 too: both have one space of ids.
        CREATE TABLE reassignment (
            posting INTEGER PRIMARY KEY REFERENCES posting (number),
            sale INTEGER NOT NULL,
            lineId TEXT NOT NULL,
            -- the posting of the assignment or reassignment that it puts right; each is put right once
            replaces INTEGER NOT NULL UNIQUE REFERENCES posting (number),
            fromAccount INTEGER NOT NULL REFERENCES account (number),
            account INTEGER NOT NULL REFERENCES account (number),
            reason TEXT NOT NULL,
            assignedBy TEXT NOT NULL,
            approvedBy TEXT NOT NULL,
            -- what moved: the line's share less what refunds had taken back
            sellerShare INTEGER NOT NULL CHECK (sellerShare >= 0),
            FOREIGN KEY (sale, lineId) REFERENCES saleLine (posting, lineId),
            CHECK (account <> fromAccount),
            -- two people, as far as SQL can tell them apart
            CHECK (lower(trim(assignedBy)) <> lower(trim(approvedBy)))
        ) STRICT;
        CREATE INDEX reassignmentOfLine ON reassignment (sale, lineId, posting);

        -- Every assignment of a line; the one with the highest posting says whose the line is.
        CREATE VIEW lineAssignment (sale, lineId, posting, account) AS
        SELECT sale, lineId, posting, account FROM assignment UNION ALL SELECT sale, lineId, posting, account FROM reassignment;

        CREATE TRIGGER reassignmentFollows BEFORE INSERT ON reassignment
        WHEN (NEW.replaces, NEW.fromAccount) IS NOT (
                SELECT posting, account FROM lineAssignment WHERE sale = NEW.sale AND lineId = NEW.lineId ORDER BY posting DESC LIMIT 1)
            OR NEW.sellerShare IS NOT (SELECT sellerShare FROM saleLine WHERE posting = NEW.sale AND lineId = NEW.lineId)
                - (SELECT COALESCE(sum(sellerShare), 0) FROM refundLine WHERE sale = NEW.sale AND lineId = NEW.lineId)
        BEGIN SELECT RAISE(ABORT, 'what is left of a line moves from the seller it was last assigned to'); END;
        CREATE TRIGGER reassignmentIsNeverUpdated BEFORE UPDATE ON reassignment
        BEGIN SELECT RAISE(ABORT, 'reassignment is never updated'); END;
        CREATE TRIGGER reassignmentIsNeverDeleted BEFORE DELETE ON reassignment
        BEGIN SELECT RAISE(ABORT, 'reassignment is never deleted from'); END;
        """

    private static let changedSellers = """
        -- The name in the registration; NULL as long as only a change of the seller has come.
        ALTER TABLE seller ADD COLUMN registeredName TEXT;
        UPDATE seller SET registeredName = name;
        """
}
