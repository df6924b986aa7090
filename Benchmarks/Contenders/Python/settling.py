"""What both Python contenders do with sales: the store that Settlement made, and the events that follow."""

import datetime
import hashlib
import json
import os
import secrets
import sqlite3
import time

import pika

POSTED = "id.nttmart.settlement.settlement-posted.v1"
ACCOUNTS = {"cash": 1, "qris": 2, "transfer": 3, "kkpd": 4}
MART_MARGIN = 11
INBOX = (
    "INSERT INTO inbox (position, source, messageId, type, digest, receivedAt, outcome, subject, correlationId, eventsAfter)"
    " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)"
)
POSTING = "INSERT INTO posting (number, kind, key, regency, postedAt, cause) VALUES (?, 1, ?, ?, ?, ?)"
LINE = (
    "INSERT INTO saleLine (posting, lineId, place, productId, account, quantity, net, percent, sellerShare, martShare)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 10, ?, ?)"
)
ENTRY = "INSERT INTO entry (account, posting, amount) VALUES (?, ?, ?)"
OUTBOX = (
    "INSERT INTO outbox (position, routingKey, messageId, type, correlationId, traceparent, cause, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def new_id(milliseconds):
    """A version 7 UUID."""
    digits = f"{milliseconds:012x}7{secrets.token_hex(2)[1:]}{8 + secrets.randbelow(4):x}{secrets.token_hex(8)[1:]}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        for setting in ("foreign_keys = ON", "synchronous = FULL", "cache_size = -8000", "wal_autocheckpoint = 4000"):
            self.db.execute(f"PRAGMA {setting}")
        self.db.execute("INSERT OR IGNORE INTO source (name) VALUES ('/consignment')")
        self.source = self._number("SELECT number FROM source WHERE name = '/consignment'")
        self.inbox = self._number("SELECT coalesce(max(position), 0) FROM inbox")
        self.outbox = self._number("SELECT coalesce(max(position), 0) FROM outbox")
        self.posting = self._number("SELECT coalesce(max(number), 0) FROM posting")
        self.accounts = dict(self.db.execute("SELECT sellerId, number FROM account WHERE sellerId IS NOT NULL"))

    def _number(self, sql, *values):
        row = self.db.execute(sql, values).fetchone()
        return row and row[0]

    def _account(self, seller):
        if seller not in self.accounts:
            self.accounts[seller] = self._number(
                "INSERT INTO account (number, name, sellerId) SELECT max(max(number) + 1, 1001), 'seller-payable/' || ?1, ?1 FROM account"
                " RETURNING number",
                seller,
            )
        return self.accounts[seller]

    def settle(self, bodies):
        """Settles the sales in one transaction; answers (routing key, properties, body) of each event."""
        now = time.time_ns() // 1_000_000
        stamp = datetime.datetime.fromtimestamp(now / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        inbox, outbox, posting = self.inbox, self.outbox, self.posting
        rows = {INBOX: [], POSTING: [], LINE: [], ENTRY: [], OUTBOX: []}
        events = []
        self.db.execute("BEGIN IMMEDIATE")
        try:
            for body in bodies:
                sale = json.loads(body)
                data = sale["data"]
                inbox, posting = inbox + 1, posting + 1
                digest = hashlib.sha256(body).digest()
                rows[INBOX].append(
                    (inbox, self.source, sale["id"], sale["type"], digest, now, data["saleId"], sale["correlationid"], outbox)
                )
                rows[POSTING].append((posting, data["saleId"], data["regency"], now, sale["id"]))
                lines, amounts, totals = [], {ACCOUNTS[data["tender"]]: 0, MART_MARGIN: 0}, [0, 0, 0]
                for place, line in enumerate(data["lines"]):
                    net = line["net"]
                    mart = net * 10 // 100
                    account = self._account(line["sellerId"])
                    rows[LINE].append(
                        (posting, line["lineId"], place, line["productId"], account, line["quantity"], net, net - mart, mart)
                    )
                    amounts[ACCOUNTS[data["tender"]]] += net
                    amounts[account] = amounts.get(account, 0) - (net - mart)
                    amounts[MART_MARGIN] -= mart
                    totals = [totals[0] + net, totals[1] + net - mart, totals[2] + mart]
                    lines.append({
                        "lineId": line["lineId"], "sellerId": line["sellerId"], "productId": line["productId"],
                        "net": net, "sellerShare": net - mart, "martShare": mart,
                    })
                rows[ENTRY].extend((account, posting, amount) for account, amount in amounts.items())
                outbox += 1
                trace = sale["traceparent"]
                trace = f"{trace[:36]}{os.urandom(8).hex()}{trace[52:]}"
                event = {
                    "specversion": "1.0", "id": new_id(now), "source": "/settlement", "type": POSTED, "subject": data["saleId"],
                    "time": stamp, "datacontenttype": "application/json", "regency": data["regency"],
                    "correlationid": sale["correlationid"], "causationid": sale["id"], "traceparent": trace, "sequence": f"{outbox:020d}",
                    "data": {
                        "settlementId": data["saleId"], "saleId": data["saleId"], "regency": data["regency"], "lines": lines,
                        "totals": dict(zip(("net", "sellerShare", "martShare"), totals)),
                    },
                }
                encoded = json.dumps(event, separators=(",", ":")).encode()
                key = f"settlement.settlement-posted.{data['regency']}"
                rows[OUTBOX].append((outbox, key, event["id"], POSTED, sale["correlationid"], trace, inbox, encoded))
                properties = pika.BasicProperties(
                    content_type="application/cloudevents+json", delivery_mode=2, message_id=event["id"], type=POSTED,
                    correlation_id=sale["correlationid"], app_id="settlement", headers={"traceparent": trace},
                )
                events.append((key, properties, encoded))
            for sql, values in rows.items():
                self.db.executemany(sql, values)
            self.db.execute("UPDATE progress SET eventsSent = ?, businessInstant = ? WHERE id = 1", (self.outbox, now))
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.inbox, self.outbox, self.posting = inbox, outbox, posting
        return events
