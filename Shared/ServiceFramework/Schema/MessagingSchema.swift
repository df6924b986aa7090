import Storage

/// The tables that every service has: who said what, what was answered, what is to be sent.
enum MessagingSchema {
    static let migrations = [
        Migration(
            "messaging-1",
            """
            -- storeId, source, and whether the last stop was clean
            CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

            CREATE TABLE source (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

            -- Every message that was judged, for ever. A second one with the same (source, messageId) has no second effect.
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
            CREATE INDEX inboxByCorrelation ON inbox (correlationId);
            CREATE INDEX inboxBySubject ON inbox (subject);

            -- What an accepted command claimed, for ever.
            CREATE TABLE businessKey (
                kind TEXT NOT NULL,
                id TEXT NOT NULL,
                digest BLOB NOT NULL CHECK (length(digest) = 32),
                PRIMARY KEY (kind, id)
            ) STRICT, WITHOUT ROWID;

            -- The last state event applied, by source, subject and facet.
            CREATE TABLE facet (
                source INTEGER NOT NULL,
                subject TEXT NOT NULL,
                facet TEXT NOT NULL,
                sequence INTEGER NOT NULL,
                PRIMARY KEY (source, subject, facet)
            ) STRICT, WITHOUT ROWID;

            -- Events in the order of their sequence, which is the position.
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
            ) STRICT;

            -- The first reply to every command, sent or not, and repeats of it.
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
            ) STRICT;

            -- How far the broker has confirmed, and the last business instant: the one row that is updated.
            CREATE TABLE progress (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                eventsSent INTEGER NOT NULL,
                repliesSent INTEGER NOT NULL,
                businessInstant INTEGER NOT NULL
            ) STRICT;
            INSERT INTO progress VALUES (1, 0, 0, 0);

            -- Where outbox and replies stood when each business date began, and how far bodies have been let go of.
            CREATE TABLE dayMark (day INTEGER PRIMARY KEY, outbox INTEGER NOT NULL, reply INTEGER NOT NULL) STRICT;
            CREATE TABLE retention (
                id INTEGER PRIMARY KEY CHECK (id = 1), outbox INTEGER NOT NULL, reply INTEGER NOT NULL
            ) STRICT;
            INSERT INTO retention VALUES (1, 0, 0);

            -- Deliveries of a message that may have killed the process, committed before each attempt.
            CREATE TABLE attempt (digest BLOB PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;

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
            CREATE UNIQUE INDEX parkedOnce ON parked (channel, sha256, routingKey) WHERE state IN ('parked', 'replaying');
            """),
        // What goes into the headers besides what the body says.
        Migration(
            "messaging-traces",
            """
            ALTER TABLE outbox ADD COLUMN tracestate TEXT;
            ALTER TABLE reply ADD COLUMN traceparent TEXT;
            ALTER TABLE reply ADD COLUMN tracestate TEXT;
            """),
        Migration(
            "messaging-lives",
            """
            -- The sources under which this store has published. After a restore it goes on as another one, whose sequence begins again behind
            -- that position of the outbox.
            CREATE TABLE life (
                number INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, startsAfter INTEGER NOT NULL CHECK (startsAfter >= 0)
            ) STRICT;
            INSERT INTO life SELECT 0, value, 0 FROM meta WHERE key = 'source';
            ALTER TABLE facet ADD COLUMN life INTEGER NOT NULL DEFAULT 0;
            """),
        Migration(
            "messaging-backups",
            """
            -- Backups that were asked for; superseded: wanted when this very store was backed up, and then restored.
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
            CREATE INDEX backupWanted ON backup (number) WHERE state = 'requested';
            """),
        Migration(
            "messaging-resyncs",
            """
            -- Ranges of the outbox that are to be sent once more: behind one position and up to another, done up to a third.
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
            CREATE INDEX resyncUnfinished ON resync (number) WHERE sent < endsAt;
            """),
        Migration(
            "messaging-clock",
            """
            -- Leaps of business time that a person let through: from one instant to what the system's clock said.
            CREATE TABLE acceptedClock (
                number INTEGER PRIMARY KEY,
                acceptedBy TEXT NOT NULL,
                reason TEXT NOT NULL,
                businessInstant INTEGER NOT NULL,
                systemInstant INTEGER NOT NULL CHECK (systemInstant > businessInstant)
            ) STRICT;
            """),
        Migration(
            "messaging-parked-tracestate",
            """
            ALTER TABLE parked ADD COLUMN tracestate TEXT;
            -- What a replay came to: accepted, duplicate or rejected, and why it was refused.
            ALTER TABLE parked ADD COLUMN replayOutcome TEXT;
            ALTER TABLE parked ADD COLUMN replayCode TEXT;
            CREATE INDEX parkedReplaying ON parked (state) WHERE state = 'replaying';
            """),
        Migration(
            "messaging-heard",
            """
            -- Which sequences of the services' sources were heard, a bit for each: chunk n has those from 512 n on.
            CREATE TABLE heard (
                source INTEGER NOT NULL,
                chunk INTEGER NOT NULL CHECK (chunk >= 0),
                bits BLOB NOT NULL CHECK (length(bits) = 64),
                PRIMARY KEY (source, chunk)
            ) STRICT, WITHOUT ROWID;
            """),
        Migration(
            "messaging-set-aside",
            """
            -- Messages of ours that the broker takes no way, each alone; the relay has passed over them.
            CREATE TABLE setAside (
                number INTEGER PRIMARY KEY,
                -- where it is kept: outbox or reply
                kind TEXT NOT NULL CHECK (kind IN ('event', 'reply')),
                position INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('set-aside', 'sending', 'sent')),
                reason TEXT NOT NULL,
                -- how often it was set aside
                times INTEGER NOT NULL,
                -- system time
                firstAt INTEGER NOT NULL,
                lastAt INTEGER NOT NULL,
                decidedBy TEXT,
                decision TEXT,
                UNIQUE (kind, position)
            ) STRICT;
            -- Position of the last event before the message that is answered; its own lie between it and afterEvent. NULL: not known.
            ALTER TABLE reply ADD COLUMN eventsAfter INTEGER;
            """),
    ]
}
