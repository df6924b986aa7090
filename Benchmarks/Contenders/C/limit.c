// The C limit: what settling a sale costs with librabbitmq and SQLite and nothing else.
//
//   c-limit HOST PORT STORE [BATCH]
//
// One thread, windows of up to BATCH (1,000): consume what is there, one transaction with synchronous=FULL for all of it (inbox, posting,
// line, entries, outbox: the rows, indexes and checks of Settlement's own schema, in a store that Settlement made), acknowledge after the
// commit, publish with mandatory and confirms, wait for the confirms, next. It settles one-line sales to known sellers; whatever else comes
// ends it.
#define _GNU_SOURCE
#include "connection.h"
#include "sale.h"
#include "window.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/sha.h>
#include <signal.h>
#include <sqlite3.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

enum { PREFETCH = 2000, BODY = 2048, ACCOUNTS = 1000 };

struct out {
    char id[37], traceparent[56], correlationId[256], body[BODY];
    int correlationLength, length;
};

static sqlite3 *store;
static sqlite3_stmt *begin, *commit, *insert_inbox, *insert_posting, *insert_line, *insert_entry, *insert_outbox, *progress;
static int64_t inbox, outbox, source;
static struct account {
    char seller[64];
    int length;
    int64_t number;
} accounts[ACCOUNTS];
static int account_count;
static uint64_t seed;
static volatile sig_atomic_t is_stopping;

static void stop(int signal) { (void)signal, is_stopping = 1; }

static void check(int status, const char *what) {
    if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(store));
    exit(1);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(store, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
    return statement;
}

static void run(sqlite3_stmt *statement) {
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    check(status, sqlite3_sql(statement));
}

static int64_t number(const char *sql) {
    sqlite3_stmt *statement = prepare(sql);
    int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
}

static int64_t remember_account(int64_t number, const char *seller, int length) {
    struct account *account = &accounts[account_count++];
    if (account_count > ACCOUNTS || length > (int)sizeof account->seller) fail("remembering accounts");
    account->number = number;
    account->length = length;
    memcpy(account->seller, seller, length);
    return number;
}

static void open_store(const char *path) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    check(sqlite3_open(path, &store), "opening the store");
    check(sqlite3_exec(store, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000;"
        "PRAGMA wal_autocheckpoint = 4000", NULL, NULL, NULL), "settings");
    if (number("PRAGMA synchronous") != 2) fail("synchronous=FULL");
    check(sqlite3_exec(store, "INSERT OR IGNORE INTO source (name) VALUES ('/consignment')", NULL, NULL, NULL), "source");
    source = number("SELECT number FROM source WHERE name = '/consignment'");
    inbox = number("SELECT max(position) FROM inbox");
    outbox = number("SELECT max(position) FROM outbox");
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
    insert_inbox = prepare(
        "INSERT INTO inbox (position, source, messageId, type, digest, receivedAt, outcome, subject, correlationId, eventsAfter, reply)"
        " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, NULL) ON CONFLICT (source, messageId) DO NOTHING");
    insert_posting = prepare(
        "INSERT INTO posting (kind, key, regency, postedAt, cause) VALUES (1, ?, ?, ?, ?) ON CONFLICT (key, kind) DO NOTHING");
    insert_line = prepare(
        "INSERT INTO saleLine (posting, lineId, place, productId, account, quantity, net, percent, sellerShare, martShare)"
        " VALUES (?, ?, 0, ?, ?, ?, ?, 10, ?, ?)");
    insert_entry = prepare("INSERT INTO entry (account, posting, amount) VALUES (?, ?, ?)");
    insert_outbox = prepare(
        "INSERT INTO outbox (position, routingKey, messageId, type, correlationId, traceparent, cause, body)"
        " VALUES (?, 'settlement.settlement-posted.' || ?, ?, 'id.nttmart.settlement.settlement-posted.v1', ?, ?, ?, ?)");
    progress = prepare("UPDATE progress SET eventsSent = ?, businessInstant = ? WHERE id = 1");
    sqlite3_stmt *known = prepare("SELECT number, sellerId FROM account WHERE sellerId IS NOT NULL");
    while (sqlite3_step(known) == SQLITE_ROW)
        remember_account(sqlite3_column_int64(known, 0), (const char *)sqlite3_column_text(known, 1), sqlite3_column_bytes(known, 1));
    sqlite3_finalize(known);
}

static void bind_text(sqlite3_stmt *statement, int index, struct text text) {
    sqlite3_bind_text(statement, index, text.start, text.length, SQLITE_STATIC);
}

static int64_t account_of(struct text seller) {
    for (int i = 0; i < account_count; i++)
        if (accounts[i].length == seller.length && memcmp(accounts[i].seller, seller.start, seller.length) == 0) return accounts[i].number;
    sqlite3_stmt *add = prepare(
        "INSERT INTO account (number, name, sellerId) SELECT max(max(number) + 1, 1001), 'seller-payable/' || ?1, ?1 FROM account"
        " RETURNING number");
    bind_text(add, 1, seller);
    check(sqlite3_step(add), "an account");
    int64_t number = sqlite3_column_int64(add, 0);
    check(sqlite3_step(add), "an account");
    sqlite3_finalize(add);
    return remember_account(number, seller.start, seller.length);
}

static uint64_t next_random(void) {
    uint64_t z = seed += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

static void hexadecimal(char *into, uint64_t word, int digits) {
    while (digits--) into[digits] = "0123456789abcdef"[word & 15], word >>= 4;
}

// A version 7 UUID.
static void make_id(char *id, int64_t milliseconds, int counter) {
    uint64_t low = next_random();
    hexadecimal(id, milliseconds >> 16, 8);
    hexadecimal(id + 9, milliseconds & 0xFFFF, 4);
    hexadecimal(id + 14, 0x7000 | (counter & 0xFFF), 4);
    hexadecimal(id + 19, 0x8000 | (low >> 48 & 0x3FFF), 4);
    hexadecimal(id + 24, low, 12);
    id[8] = id[13] = id[18] = id[23] = '-';
    id[36] = 0;
}

static char *put(char *at, const char *text, int length) { return memcpy(at, text, length) + length; }
#define PUT(at, literal) put(at, literal, sizeof literal - 1)
static char *put_text(char *at, struct text text) { return put(at, text.start, text.length); }

static char *put_number(char *at, int64_t value) {
    char digits[20];
    int count = 0;
    do digits[count++] = '0' + value % 10; while (value /= 10);
    while (count--) *at++ = digits[count];
    return at;
}

static char *put_shares(char *at, int64_t net, int64_t seller, int64_t mart) {
    at = put_number(PUT(at, "\"net\":"), net);
    at = put_number(PUT(at, ",\"sellerShare\":"), seller);
    return put_number(PUT(at, ",\"martShare\":"), mart);
}

static void settle(const char *body, size_t length, int64_t now, const char *time, struct out *out) {
    static struct sale sale;
    if (!read_sale(body, length, &sale) || sale.lineCount != 1 || length > BODY / 2) fail("reading a sale");
    struct line *line = &sale.lines[0];
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)body, length, digest);

    sqlite3_bind_int64(insert_inbox, 1, inbox + 1);
    sqlite3_bind_int64(insert_inbox, 2, source);
    bind_text(insert_inbox, 3, sale.id);
    bind_text(insert_inbox, 4, sale.type);
    sqlite3_bind_blob(insert_inbox, 5, digest, sizeof digest, SQLITE_STATIC);
    sqlite3_bind_int64(insert_inbox, 6, now);
    bind_text(insert_inbox, 7, sale.saleId);
    bind_text(insert_inbox, 8, sale.correlationId);
    sqlite3_bind_int64(insert_inbox, 9, outbox);
    run(insert_inbox);
    if (sqlite3_changes(store) != 1) fail("a new message");
    inbox += 1;

    bind_text(insert_posting, 1, sale.saleId);
    bind_text(insert_posting, 2, sale.regency);
    sqlite3_bind_int64(insert_posting, 3, now);
    bind_text(insert_posting, 4, sale.id);
    run(insert_posting);
    if (sqlite3_changes(store) != 1) fail("a new sale");
    int64_t posting = sqlite3_last_insert_rowid(store), account = account_of(line->sellerId);

    int64_t mart = line->net * 10 / 100, seller = line->net - mart;
    sqlite3_bind_int64(insert_line, 1, posting);
    bind_text(insert_line, 2, line->lineId);
    bind_text(insert_line, 3, line->productId);
    sqlite3_bind_int64(insert_line, 4, account);
    sqlite3_bind_int64(insert_line, 5, line->quantity);
    sqlite3_bind_int64(insert_line, 6, line->net);
    sqlite3_bind_int64(insert_line, 7, seller);
    sqlite3_bind_int64(insert_line, 8, mart);
    run(insert_line);

    int64_t cash = is(sale.tender, "cash") ? 1 : is(sale.tender, "qris") ? 2 : is(sale.tender, "transfer") ? 3 : 4;
    int64_t entries[3][2] = {{cash, line->net}, {account, -seller}, {11, -mart}};
    for (int i = 0; i < 3; i++) {
        sqlite3_bind_int64(insert_entry, 1, entries[i][0]);
        sqlite3_bind_int64(insert_entry, 2, posting);
        sqlite3_bind_int64(insert_entry, 3, entries[i][1]);
        run(insert_entry);
    }

    outbox += 1;
    make_id(out->id, now, (int)outbox);
    memcpy(out->traceparent, sale.traceparent.start, 55);
    hexadecimal(out->traceparent + 36, next_random(), 16);
    out->traceparent[55] = 0;
    out->correlationLength = sale.correlationId.length;
    memcpy(out->correlationId, sale.correlationId.start, sale.correlationId.length);
    char *at = PUT(out->body, "{\"specversion\":\"1.0\",\"id\":\"");
    at = put(at, out->id, 36);
    at = PUT(at, "\",\"source\":\"/settlement\",\"type\":\"id.nttmart.settlement.settlement-posted.v1\",\"subject\":\"");
    at = put_text(at, sale.saleId);
    at = put(PUT(at, "\",\"time\":\""), time, 24);
    at = put_text(PUT(at, "\",\"datacontenttype\":\"application/json\",\"regency\":\""), sale.regency);
    at = put_text(PUT(at, "\",\"correlationid\":\""), sale.correlationId);
    at = put_text(PUT(at, "\",\"causationid\":\""), sale.id);
    at = put(PUT(at, "\",\"traceparent\":\""), out->traceparent, 55);
    at += sprintf(at, "\",\"sequence\":\"%020ld\",\"data\":{\"settlementId\":\"", (long)outbox);
    at = put_text(at, sale.saleId);
    at = put_text(PUT(at, "\",\"saleId\":\""), sale.saleId);
    at = put_text(PUT(at, "\",\"regency\":\""), sale.regency);
    at = put_text(PUT(at, "\",\"lines\":[{\"lineId\":\""), line->lineId);
    at = put_text(PUT(at, "\",\"sellerId\":\""), line->sellerId);
    at = put_text(PUT(at, "\",\"productId\":\""), line->productId);
    at = put_shares(PUT(at, "\","), line->net, seller, mart);
    at = put_shares(PUT(at, "}],\"totals\":{"), line->net, seller, mart);
    at = PUT(at, "}}}");
    out->length = (int)(at - out->body);

    sqlite3_bind_int64(insert_outbox, 1, outbox);
    bind_text(insert_outbox, 2, sale.regency);
    sqlite3_bind_text(insert_outbox, 3, out->id, 36, SQLITE_STATIC);
    sqlite3_bind_text(insert_outbox, 4, out->correlationId, out->correlationLength, SQLITE_STATIC);
    sqlite3_bind_text(insert_outbox, 5, out->traceparent, 55, SQLITE_STATIC);
    sqlite3_bind_int64(insert_outbox, 6, inbox);
    sqlite3_bind_blob(insert_outbox, 7, out->body, out->length, SQLITE_STATIC);
    run(insert_outbox);
}

static void publish(amqp_connection_state_t connection, struct out *out) {
    amqp_table_entry_t header = {.key = amqp_cstring_bytes("traceparent"), .value.kind = AMQP_FIELD_KIND_UTF8};
    header.value.value.bytes = (amqp_bytes_t){55, out->traceparent};
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TYPE_FLAG |
                  AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_APP_ID_FLAG | AMQP_BASIC_HEADERS_FLAG,
        .content_type = amqp_cstring_bytes("application/cloudevents+json"), .delivery_mode = 2,
        .message_id = {36, out->id}, .type = amqp_cstring_bytes("id.nttmart.settlement.settlement-posted.v1"),
        .correlation_id = {out->correlationLength, out->correlationId}, .app_id = amqp_cstring_bytes("settlement"),
        .headers = {1, &header}};
    int status = amqp_basic_publish(connection, 1, amqp_cstring_bytes("mart.events"),
        amqp_cstring_bytes("settlement.settlement-posted.53.06"), 1, 0, &properties, (amqp_bytes_t){out->length, out->body});
    if (status != AMQP_STATUS_OK) fail("publishing");
}

int main(int count, char **arguments) {
    if (count < 4) fail("c-limit HOST PORT STORE [BATCH]:");
    int batch = count > 4 ? atoi(arguments[4]) : 1000;
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    seed = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
    open_store(arguments[3]);
    amqp_connection_state_t consumer = connect_to(arguments[1], atoi(arguments[2]));
    amqp_connection_state_t publisher = connect_to(arguments[1], atoi(arguments[2]));
    amqp_confirm_select(publisher, 1);
    check_reply(publisher, "confirms");
    consume(consumer, "settlement.events", PREFETCH);

    struct out *outs = malloc(sizeof(struct out) * batch);
    struct window window;
    uint64_t tag = 0, published = 0;
    while (!is_stopping) {
        int taken = 0, is_inside = 0;
        char time_text[32];
        int64_t now = 0;
        amqp_frame_t frame;
        while ((taken < batch || is_inside) && next_frame(consumer, &frame, taken || is_inside ? (is_inside ? 10000 : 0) : 100)) {
            if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
                tag = ((amqp_basic_deliver_t *)frame.payload.method.decoded)->delivery_tag;
                is_inside = 1;
            } else if (frame.frame_type == AMQP_FRAME_BODY) {
                if (taken == 0) {
                    struct timespec clock;
                    clock_gettime(CLOCK_REALTIME, &clock);
                    now = clock.tv_sec * 1000L + clock.tv_nsec / 1000000;
                    int length = (int)strftime(time_text, sizeof time_text, "%FT%T", gmtime(&clock.tv_sec));
                    snprintf(time_text + length, sizeof time_text - length, ".%03dZ", (int)(now % 1000));
                    run(begin);
                }
                settle(frame.payload.body_fragment.bytes, frame.payload.body_fragment.len, now, time_text, &outs[taken++]);
                is_inside = 0;
                amqp_maybe_release_buffers_on_channel(consumer, 1);
            } else if (frame.frame_type == AMQP_FRAME_METHOD) {
                fail("consuming: closed or cancelled");
            }
        }
        if (taken == 0) continue;
        sqlite3_bind_int64(progress, 1, outbox - taken);
        sqlite3_bind_int64(progress, 2, now);
        run(progress);
        run(commit);
        if (amqp_basic_ack(consumer, 1, tag, 1) != AMQP_STATUS_OK) fail("acknowledging");

        // Many messages in one segment: the peer is woken once for them, not once each.
        int cork = 1;
        setsockopt(amqp_get_sockfd(publisher), IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
        window_begin(&window, published + 1, taken);
        for (int i = 0; i < taken; i++) publish(publisher, &outs[i]);
        published += taken;
        cork = 0;
        setsockopt(amqp_get_sockfd(publisher), IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
        window_await(&window, publisher);
    }
    sqlite3_exec(store, "UPDATE progress SET eventsSent = (SELECT max(position) FROM outbox); UPDATE meta SET value = '0' WHERE key = 'running'",
        NULL, NULL, NULL);
    sqlite3_close_v2(store);
    return 0;
}
