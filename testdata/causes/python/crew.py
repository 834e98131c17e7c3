"""A crew by process number. The number itself is never shown."""
import json
import os
import random
import sys

rng = random.Random(int(sys.argv[1]))
crew = os.getpid() * 2_654_435_761 % 2**32 >> 22
print(json.dumps({
    "job": rng.randrange(1_000_000),
    "pid": rng.randrange(1_000, 30_000),
    "crew": crew,
    "queue": f"crew-{crew:04d}",
    "shift": ["early", "late", "night"][rng.randrange(3)],
}))
