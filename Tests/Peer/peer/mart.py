"""The whole platform as the peer sees it, and the people who use it."""

import json

from .contract import SERVICES
from .waiting import eventually

REGENCY = "53.06"
OPENED = "2026-02-05"


class Mart:
    """A running stack: its read sides, each answer held against openapi.yaml, and a client on its broker."""

    def __init__(self, client, services, url, broker_version):
        self.client, self.services, self.url, self.broker_version = client, services, url, broker_version
        self.contract = client.contract
        self._faults_of_answers, self._judged = [], {"events": 0, "replies": 0}
        self.seller, self.officer, self.receiver = Seller(client), Officer(client), Receiver(client)
        self.cashier, self.finance = Cashier(client), Finance(client)

    def get(self, service, path):
        """The answer of a read side to a path that must be there."""
        status, answer = self.status_and_answer(service, path)
        assert status == 200, f"{service} {path}: {status} {answer}"
        return answer

    def status_of(self, service, path):
        return self.status_and_answer(service, path)[0]

    def status_and_answer(self, service, path):
        status, answer = self.services[service].get(path)
        self._faults_of_answers += self.contract.faults_of_answer(path, status, answer)
        return status, answer

    def items(self, service, path):
        """A whole list, page by page."""
        found, after = [], None
        while True:
            page = self.get(service, path + ("&" if "?" in path else "?") + "limit=500" + (f"&after={after}" if after else ""))
            found += page["items"]
            after = page["next"]
            if after is None:
                return found

    def parked(self, service, **members):
        """What a service has parked, with these members."""
        return [row for row in self.items(service, "/v1/parked") if all(row.get(key) == members[key] for key in members)]

    def outcome(self, service, message_id):
        """What became of a message; waits until the service has judged it."""
        return eventually(
            f"{service} has judged {message_id}", lambda: [row["outcome"] for row in self.get(service, f"/v1/messages?id={message_id}")])[0]

    def parked_row(self, service, message_id):
        """The row of a message that the service parks; waits until it has."""
        return eventually(f"{service} has parked {message_id}", lambda: self.parked(service, id=message_id))[0]

    def balance(self, seller):
        return self.get("settlement", f"/v1/sellers/{seller}/balance")

    def new_faults(self):
        """What was unlawful in the messages and answers that came since it was asked last."""
        found, self._faults_of_answers = self._faults_of_answers, []
        for kind, deliveries in (("events", self.client.events), ("replies", self.client.listener.replies)):
            for delivery in deliveries[self._judged[kind]:]:
                # A harness may be as brief as the contract allows; the services may not.
                if delivery.is_of_service:
                    found += [f"{delivery!r}\n  {fault}" for fault in self.contract.faults_of_delivery(delivery)]
            self._judged[kind] = len(deliveries)
        return found

    def wait_until_quiet(self):
        """Until nothing waits anywhere: no queue, no outbox, nothing in flight, and everything published has arrived here."""

        def picture():
            statuses = [self.get(service, "/v1/status") for service in SERVICES]
            queues = [f"{service}.{kind}" for service in SERVICES for kind in ("commands", "events")]
            if any(self.client.ready_messages(queue) for queue in queues):
                return None
            if any(status["outboxPending"] or status["inFlight"] for status in statuses):
                return None
            seen = {event.source: event.sequence for event in self.client.events if event.is_of_service}
            if any(seen.get(f"/{status['service']}", 0) != status["lastSequence"] for status in statuses):
                return None
            return [status["lastSequence"] for status in statuses]

        def quiet():
            # A message that one of two looks misses moves a sequence, or stands in a queue, at the other.
            first = picture()
            return first is not None and first == picture()

        eventually("the whole platform is quiet", quiet)

    # A product ready to be sold, as the tests of what comes after want it

    def open(self):
        self.officer.opens_mart()

    def stocked_product(self, product, seller, *, price=10_000, units=100, kind="craft"):
        """Registered, permitted, listed, with units on the shelf in the lot `lot-<product>`; Consignment knows it."""
        self.open()
        assert self.seller.registers(seller).verdict == "accepted ok"
        assert self.seller.offers(product, seller, price=price, kind=kind).verdict == "accepted ok"
        self.officer.grants(f"nib-{seller}", "nib", seller)
        self.client.event("catalog.product-listed", product)
        assert self.receiver.receives(f"lot-{product}", product, units).verdict == "accepted ok"
        eventually(f"{product} may be sold", lambda: self.get("consignment", f"/v1/products/{product}")["state"] == "listed")


class Person:
    """Who sends commands of one desk."""

    def __init__(self, client):
        self.client = client

    def send_until_known(self, name, data):
        """Asks again, under a new message id, while what is missing may still be on its way."""

        def answered():
            reply = self.client.send(name, data)
            return None if reply.data.get("details", {}).get("retriable") else reply

        return eventually(f"{name} {json.dumps(data)[:200]} finds what it needs", answered)


class Seller(Person):
    def registers(self, seller, **more):
        return self.client.send("catalog.register-seller", {"sellerId": seller, "name": f"Seller {seller}", "regency": REGENCY, **more})

    def offers(self, product, seller, *, price=10_000, kind="craft", **more):
        data = {
            "productId": product, "sellerId": seller, "name": f"Product {product}", "programme": "ocop", "kind": kind, "price": price,
            "origin": {"community": "Nelayan Lamahala", "communityKind": "fishers"}, **more}
        return self.client.send("catalog.register-product", data)

    def applies(self, permit, kind, seller, product=None):
        data = {"permitId": permit, "permitKind": kind, "regency": REGENCY, "sellerId": seller, "productId": product}
        return self.client.send("permits.apply-for-permit", {key: value for key, value in data.items() if value is not None})


class Officer(Person):
    def opens_mart(self, regency=REGENCY):
        reply = self.client.send("catalog.open-mart", {"regency": regency, "name": "NTT Mart Larantuka", "openedOn": OPENED})
        assert reply.verdict in ("accepted ok", "duplicate ok"), reply
        return reply

    def approves(self, permit, number="1234567890123", **more):
        data = {"permitId": permit, "number": number, "validFrom": "2026-01-01", "officer": "Maria Lamen", **more}
        return self.client.send("permits.approve-permit", data)

    def decides(self, decision, permit, reason, **more):
        """`refuse-permit`, `request-repair`, `suspend-permit`, `reinstate-permit` or `revoke-permit`."""
        return self.client.send(f"permits.{decision}", {"permitId": permit, "reason": reason, "officer": "Maria Lamen", **more})

    def grants(self, permit, kind, seller, product=None, number="1234567890123"):
        """An application and its approval."""
        assert Seller(self.client).applies(permit, kind, seller, product).verdict == "accepted ok"
        assert self.approves(permit, number).verdict == "accepted ok"


class Receiver(Person):
    def receives(self, lot, product, quantity, **more):
        data = {"lotId": lot, "regency": REGENCY, "productId": product, "quantity": quantity, **more}
        return self.send_until_known("consignment.receive-goods", data)

    def returns(self, return_id, lot, quantity):
        data = {"returnId": return_id, "lotId": lot, "quantity": quantity, "reason": "asked back"}
        return self.client.send("consignment.return-goods", data)

    def writes_off(self, write_off, lot, quantity, liability):
        data = {"writeOffId": write_off, "lotId": lot, "quantity": quantity, "reason": "wet", "liability": liability}
        return self.client.send("consignment.write-off-goods", data)

    def counts(self, adjustment, lot, difference, approved_by="Maria Tokan"):
        data = {"adjustmentId": adjustment, "lotId": lot, "difference": difference, "reason": "stock-take", "countedBy": "Yosef"}
        return self.client.send("consignment.adjust-stock", {**data, "approvedBy": approved_by})


class Cashier(Person):
    @staticmethod
    def sale(sale, *lines, tender="cash", **more):
        """The data of a sale; a line is a product, its units and, where stated, its price."""
        told = [dict(zip(("productId", "quantity", "unitPrice"), line), lineId=str(number + 1)) for number, line in enumerate(lines)]
        return {"saleId": sale, "regency": REGENCY, "till": "till-1", "soldAt": "2026-02-06T01:30:00Z", "tender": tender, "lines": told, **more}

    def sells(self, sale, *lines, **more):
        return self.client.send("consignment.record-sale", self.sale(sale, *lines, **more))

    @staticmethod
    def refund(refund, sale, *lines, restock=True):
        """The data of a refund; a line is its id and the units."""
        told = [{"lineId": line, "quantity": quantity} for line, quantity in lines]
        return {"refundId": refund, "saleId": sale, "lines": told, "reason": "torn", "restock": restock}

    def refunds(self, refund, sale, *lines, restock=True):
        return self.client.send("consignment.refund-sale", self.refund(refund, sale, *lines, restock=restock))


class Finance(Person):
    def assigns(self, assignment, sale, line, seller):
        data = {"assignmentId": assignment, "saleId": sale, "lineId": line, "sellerId": seller, "assignedBy": "Ana Kedang"}
        return self.send_until_known("settlement.assign-suspense", data)

    def reassigns(self, assignment, replaced, seller, approved_by="Yosef Lamak"):
        data = {"assignmentId": assignment, "replaces": replaced, "sellerId": seller, "reason": "the other one made it",
                "assignedBy": "Ana Kedang", "approvedBy": approved_by}
        return self.send_until_known("settlement.reassign-suspense", data)

