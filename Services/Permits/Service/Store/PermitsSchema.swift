import Storage

/// The store of Permits. The constraints say the domain's rules a second time, independently of the Swift code.
enum PermitsSchema {
    static let migrations = [
        Migration(
            "permits-1",
            """
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
            CREATE INDEX permitBySeller ON permit (sellerId);
            CREATE INDEX permitByProduct ON permit (productId) WHERE productId IS NOT NULL;
            CREATE INDEX permitByEnd ON permit (validUntil) WHERE validUntil IS NOT NULL;
            CREATE INDEX permitByDue ON permit (dueOn, permitId) WHERE dueOn IS NOT NULL;

            -- Every step of every permit, for ever.
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

            -- Decisions that were taken ahead of their day.
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
            CREATE UNIQUE INDEX scheduledDecisionOnce ON scheduledDecision (permitId, action, data) WHERE status = 'pending';

            -- Announcements of an end, each made once.
            CREATE TABLE expiryNotice (
                permitId TEXT NOT NULL REFERENCES permit (permitId),
                daysLeft INTEGER NOT NULL CHECK (daysLeft IN (180, 90, 30, 7)),
                announcedOn INTEGER NOT NULL,
                PRIMARY KEY (permitId, daysLeft)
            ) STRICT, WITHOUT ROWID;
            """),
        Migration(
            "permits-2 corrected numbers",
            """
            -- Numbers that were typed wrongly, and who put them right.
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
            """),
    ]
}
