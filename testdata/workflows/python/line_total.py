"""Quote a kitchen. Fault: one line's surcharge is unseeded; /total, a sum over the lines, follows."""
import json
import random
import sys

PARTS = ("cabinet", "worktop", "sink", "hob", "lamp", "tiles", "plinth")


def main():
    rng = random.Random(int(sys.argv[1]))
    lines = [{"part": part, "cents": rng.randint(2000, 90000)} for part in PARTS]
    lines[2]["cents"] = random.SystemRandom().randint(2000, 90000)  # "urgent" parts are priced elsewhere
    quote = {
        "customer": "C%04d" % rng.randrange(10**4),
        "lines": lines,
        "total": sum(line["cents"] for line in lines),
        "valid_days": rng.choice((14, 30, 60)),
    }
    print(json.dumps(quote))


main()
