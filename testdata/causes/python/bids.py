"""An auction between processes: who comes first is nobody's decision. The highest bid is."""
import json
import os
import random
import sys

rng = random.Random(int(sys.argv[1]))
offers = {name: rng.randrange(100, 9_999) for name in ("ada", "bo", "cy", "di", "ed", "flo")}
gate_r, gate_w = os.pipe()
out_r, out_w = os.pipe()
children = []
for name in offers:
    child = os.fork()
    if child == 0:
        os.close(gate_w)
        os.read(gate_r, 1)  # all wait here, until the gate closes for good
        spin = 0
        for i in range(20_000):
            spin += i
        os.write(out_w, (name + "\n").encode())
        os._exit(0)
    children.append(child)
os.close(out_w)
os.close(gate_r)
os.close(gate_w)
with os.fdopen(out_r) as lines:
    arrivals = lines.read().split()
for child in children:
    os.waitpid(child, 0)
print(json.dumps({
    "offers": offers,
    "arrivals": arrivals,
    "winner": arrivals[0],
    "highest": max(offers, key=lambda n: (offers[n], n)),
    "seats": len(arrivals),
}))
