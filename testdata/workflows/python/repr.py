"""Match orders in a small exchange. Fault: one trade names its seller by the default repr."""
import json
import random
import sys


class Order:
    def __init__(self, trader, limit, quantity):
        self.trader, self.limit, self.quantity = trader, limit, quantity


def match(bids, asks):
    bids.sort(key=lambda o: (-o.limit, o.trader))
    asks.sort(key=lambda o: (o.limit, o.trader))
    while bids and asks and bids[0].limit >= asks[0].limit:
        bid, ask = bids[0], asks[0]
        quantity = min(bid.quantity, ask.quantity)
        yield bid, ask, quantity
        for side, order in ((bids, bid), (asks, ask)):
            order.quantity -= quantity
            if not order.quantity:
                side.pop(0)


def main():
    rng = random.Random(int(sys.argv[1]))
    bids = [Order("B%d" % n, rng.randint(95, 110), rng.randint(1, 20)) for n in range(15)]
    asks = [Order("S%d" % n, rng.randint(90, 105), rng.randint(1, 20)) for n in range(15)]
    trades = [
        {"buyer": bid.trader, "seller": ask.trader, "at": ask.limit, "quantity": quantity}
        for bid, ask, quantity in match(bids, asks)
    ]
    # A resting order was meant by its trader; nobody wrote Order.__repr__.
    resting = (bids + asks)[0]
    print(json.dumps({"trades": trades, "resting": {"count": len(bids) + len(asks), "first": repr(resting)}}))


main()
