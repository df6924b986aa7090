"""The books a second time, in Python, from the events alone; then held against what Settlement published and the read sides say."""

from collections import Counter, defaultdict

RATE = 10


def mart_share(net):
    """The mart keeps a tenth, rounded down; the seller gets the rest."""
    return net * RATE // 100


def left_of(net, quantity, refunded):
    """What is left of a line's net when so many of its units came back."""
    return net - net * refunded // quantity


def reversal(net, quantity, before, units):
    """What taking back so many more units reverses: net and the mart's part of it."""
    then, now = left_of(net, quantity, before), left_of(net, quantity, before + units)
    return then - now, mart_share(then) - mart_share(now)


class Books:
    """What must be, by the facts of Consignment (and of who injected in its place): Settlement's own words count for nothing here."""

    def __init__(self, events):
        self.sales, self.refunds, self.losses, self.lots, self.assignments = {}, {}, {}, {}, []
        # Whose a line in suspense has become, whose it was when a refund took of it, and what reversals took of its share.
        self._owners, self._owner_of_refund, self._taken_back = {}, {}, Counter()
        self._back = defaultdict(Counter)
        self.findings = []
        self.expected_posted, self.expected_reversed = {}, {}
        self.accounts, self.sellers = Counter(), defaultdict(Counter)
        for event in _firsts(events):
            self._learn(event)
        for sale in self.sales.values():
            self._post_sale(sale)
        for refund in self.refunds.values():
            self._reverse(refund)
        for loss in self.losses.values():
            self._post_loss(loss)
        self._assign()

    def _learn(self, event):
        data, name = event.data, event.name
        # Of two facts about one thing the first counts; the other is a duplicate or parked.
        if name == "consignment.sale-recorded":
            self.sales.setdefault(data["saleId"], data)
        elif name == "consignment.sale-refunded":
            self.refunds.setdefault(data["refundId"], data)
        elif name in ("settlement.suspense-assigned", "settlement.suspense-reassigned"):
            self._assigned(data)
        elif name == "settlement.settlement-reversed":
            for line in data["lines"]:
                place = (data["saleId"], line["lineId"])
                self._owner_of_refund[(data["refundId"], line["lineId"])] = self._owners.get(place)
                self._taken_back[place] += line["sellerShare"]
        elif name == "consignment.goods-written-off" and data["liability"] == "mart":
            self.losses.setdefault(data["writeOffId"], data)
        if event.source == "/consignment":
            self._move_goods(name, data)

    def _assigned(self, data):
        """A person gave a line in suspense to a seller, or took it from one and gave it to another."""
        place = (data["saleId"], data["lineId"])
        if self._owners.get(place) != data.get("fromSellerId"):
            self.findings.append(f"assignment {data['assignmentId']}: from {data.get('fromSellerId')}, it was {self._owners.get(place)}'s")
        self._owners[place] = data["sellerId"]
        self.assignments.append((data, self._taken_back[place]))

    def _move_goods(self, name, data):
        """Units on hand by lot, from what Consignment itself reported."""
        if name == "consignment.goods-received":
            self.lots[data["lotId"]] = data["quantity"]
        elif name in ("consignment.goods-returned", "consignment.goods-written-off"):
            self.lots[data["lotId"]] -= data["quantity"]
        elif name == "consignment.stock-adjusted":
            self.lots[data["lotId"]] += data["difference"]
        elif name == "consignment.sale-recorded":
            for line in data["lines"]:
                taken = sum(lot["quantity"] for lot in line["lots"])
                if taken + line["unallocated"] != line["quantity"]:
                    self.findings.append(f"sale {data['saleId']} line {line['lineId']}: units {line['quantity']}, accounted for otherwise")
                for lot in line["lots"]:
                    self.lots[lot["lotId"]] -= lot["quantity"]
        elif name == "consignment.sale-refunded" and data["restock"]:
            self._restock(data)

    def _restock(self, refund):
        """Units go back to the line's lots, last taken first, each up to what it gave."""
        lines = {line["lineId"]: line for line in self.sales[refund["saleId"]]["lines"]}
        for part in refund["lines"]:
            line, units = lines[part["lineId"]], part["quantity"]
            back = self._back[(refund["saleId"], part["lineId"])]
            for lot in reversed(line["lots"]):
                taken = min(units, lot["quantity"] - back[lot["lotId"]])
                back[lot["lotId"]] += taken
                self.lots[lot["lotId"]] += taken
                units -= taken

    def _post_sale(self, sale):
        lines = []
        for line in sale["lines"]:
            if line["net"] != line["quantity"] * line["unitPrice"]:
                self.findings.append(f"sale {sale['saleId']} line {line['lineId']}: net {line['net']} is not quantity times price")
            mart = mart_share(line["net"])
            seller = line["net"] - mart
            if seller * 10 < line["net"] * 9:
                self.findings.append(f"sale {sale['saleId']}: less than 90 % for the seller")
            lines.append((line["lineId"], line.get("sellerId"), line["net"], seller, mart))
            self._enter(f"cash-clearing/{sale['tender']}", line["net"], line.get("sellerId"), seller, mart)
        if sale["total"] != sum(line["net"] for line in sale["lines"]):
            self.findings.append(f"sale {sale['saleId']}: total {sale['total']} is not the sum of its lines")
        self.expected_posted[sale["saleId"]] = lines

    def _enter(self, debit, net, seller, seller_share, mart):
        self.accounts[debit] += net
        self.accounts["mart-margin"] -= mart
        self.accounts[f"seller-payable/{seller}" if seller else "suspense"] -= seller_share
        if seller:
            self.sellers[seller]["earned"] += seller_share

    def _reverse(self, refund):
        sale = self.sales.get(refund["saleId"])
        if sale is None:
            return  # waits
        lines = {line["lineId"]: line for line in sale["lines"]}
        reversed_ = []
        for part in refund["lines"]:
            line = lines[part["lineId"]]
            net, mart = reversal(line["net"], line["quantity"], part["refundedBefore"], part["quantity"])
            if net != part["net"]:
                self.findings.append(f"refund {refund['refundId']} line {part['lineId']}: {part['net']} where {net} is due")
            seller = line.get("sellerId") or self._owner_of_refund.get((refund["refundId"], part["lineId"]))
            self.accounts[f"cash-clearing/{sale['tender']}"] -= net
            self.accounts["mart-margin"] += mart
            self.accounts[f"seller-payable/{seller}" if seller else "suspense"] += net - mart
            if seller:
                self.sellers[seller]["reversed"] += net - mart
            reversed_.append((part["lineId"], seller, net, net - mart, mart))
        self.expected_reversed[refund["refundId"]] = reversed_

    def _post_loss(self, loss):
        """Goods lost under the mart's liability are settled as if sold, without a margin."""
        share = loss["net"] - mart_share(loss["net"])
        self.expected_posted[loss["writeOffId"]] = [(loss["lotId"], loss["sellerId"], share, share, 0)]
        self._enter("loss-expense", share, loss["sellerId"], share, 0)

    def _assign(self):
        """A line in suspense that a person gave to its seller: what no refund has taken of it moves."""
        for assignment, taken_back in self.assignments:
            line = next(line for line in self.sales[assignment["saleId"]]["lines"] if line["lineId"] == assignment["lineId"])
            share = line["net"] - mart_share(line["net"]) - taken_back
            if assignment["sellerShare"] != share:
                self.findings.append(f"assignment {assignment['assignmentId']}: {assignment['sellerShare']} where {share} was left")
            former = assignment.get("fromSellerId")
            self.accounts[f"seller-payable/{former}" if former else "suspense"] += share
            if former:
                self.sellers[former]["reversed"] += share
            self.accounts[f"seller-payable/{assignment['sellerId']}"] -= share
            self.sellers[assignment["sellerId"]]["earned"] += share


def audit(events):
    """What is wrong with a stream of events, from the first one on; empty if nothing."""
    books = Books(events)
    findings = list(books.findings) + _sequences(events)
    own = [event for event in _firsts(events) if event.source == "/settlement"]
    posted = [event for event in own if event.name == "settlement.settlement-posted"]
    reversed_ = [event for event in own if event.name == "settlement.settlement-reversed"]
    findings += _hold("settlement", books.expected_posted, posted, "settlementId")
    findings += _hold("reversal", books.expected_reversed, reversed_, "refundId")
    findings += _causes(events, posted + reversed_)
    if sum(books.accounts.values()) != 0:
        findings.append(f"the accounts sum to {sum(books.accounts.values())}")
    return findings


def compare(events, mart):
    """What the read sides say otherwise than the books."""
    books, findings = Books(events), []

    def must_be(what, stated, own):
        if stated != own:
            findings.append(f"{what}: the service says {stated}, the books {own}")

    trial = mart.get("settlement", "/v1/ledger/trial-balance")
    must_be("the sum of all accounts", trial["sum"], 0)
    must_be("the accounts", {row["account"]: row["balance"] for row in trial["accounts"] if row["balance"]},
            {name: balance for name, balance in books.accounts.items() if balance})
    for seller, own in books.sellers.items():
        stated = mart.balance(seller)
        must_be(f"what {seller} earned", (stated["earned"], stated["reversed"]), (own["earned"], own["reversed"]))
        must_be(f"what {seller} is owed", stated["payable"], own["earned"] - own["reversed"])
    for lot, on_hand in books.lots.items():
        must_be(f"units of {lot}", mart.get("consignment", f"/v1/lots/{lot}")["onHand"], on_hand)
    for service in mart.services:
        seen = [event.sequence for event in events if event.source == f"/{service}"]
        must_be(f"the last sequence of {service}", mart.get(service, "/v1/status")["lastSequence"], max(seen, default=0))
    return findings


def _firsts(events):
    """Each message once, by source and id; what is not even readable is nobody's fact."""
    seen = set()
    for event in events:
        if event.id and (event.source, event.id) not in seen:
            seen.add((event.source, event.id))
            yield event


def _sequences(events):
    """Within one source from 1, without a gap, in order, and each number one event."""
    findings, numbers = [], defaultdict(dict)
    for event in events:
        if event.is_of_service:
            known = numbers[event.source].setdefault(event.sequence, event.id)
            if known != event.id:
                findings.append(f"{event.source}: {event.sequence} is both {known} and {event.id}")
    for source, found in numbers.items():
        if list(found) != list(range(1, len(found) + 1)):
            findings.append(f"{source}: sequences do not come as 1 to {len(found)}: {list(found)[:20]} …")
    return findings


def _hold(what, expected, published, key):
    """Each expected one was published once, with exactly these amounts, and nothing else was."""
    findings, seen = [], Counter(event.data[key] for event in published)
    for id_ in expected:
        if seen[id_] != 1:
            findings.append(f"{what} {id_} was published {seen[id_]} times")
    for event in published:
        data = event.data
        lines = [(line["lineId"], line.get("sellerId"), line["net"], line["sellerShare"], line["martShare"]) for line in data["lines"]]
        if expected.get(data[key]) != lines:
            findings.append(f"{what} {data[key]}: {lines} where {expected.get(data[key])} is due")
        totals = {"net": 2, "sellerShare": 3, "martShare": 4}
        if data["totals"] != {name: sum(line[place] for line in lines) for name, place in totals.items()}:
            findings.append(f"{what} {data[key]}: {data['totals']} is not the sum of its lines")
    return findings


def _causes(events, settled):
    """Every settlement names the event that caused it, and that is one about the same sale."""
    known = {event.id: event for event in events if event.id}
    return [
        f"{event.name} {event.subject} is caused by {event.body.get('causationid')}" for event in settled
        if getattr(known.get(event.body.get("causationid")), "name", "").split(".")[0] != "consignment"]
