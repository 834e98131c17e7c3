"""Steady. A queue between threads, weak references, sets, a temporary file, a fixed zone: all of it is put in order."""
import csv
import hashlib
import io
import json
import queue
import sys
import tempfile
import threading
import weakref
from datetime import datetime, timedelta, timezone
from random import Random


class Row:
    def __init__(self, key):
        self.key = key


rng = Random(int(sys.argv[1]))
rows = [Row(f"k{rng.randrange(10**6):06d}") for _ in range(40)]
alive = weakref.WeakSet(rows)
todo, done = queue.Queue(), queue.Queue()


def work():
    while (row := todo.get()) is not None:
        done.put((row.key, hashlib.sha1(row.key.encode()).hexdigest()[:6]))


threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads:
    t.start()
for row in rows:
    todo.put(row)
for _ in threads:
    todo.put(None)
for t in threads:
    t.join()
loaded = dict(sorted(done.get() for _ in rows))
with tempfile.TemporaryFile("w+", newline="") as f:
    csv.writer(f).writerows(loaded.items())
    f.seek(0)
    text = f.read()
start = datetime(2026, 3, 29, 0, 30, tzinfo=timezone(timedelta(hours=1)))
print(json.dumps({
    "unordered": sorted({r.key[:3] for r in alive}),
    "distinct": len({id(r) for r in rows}),
    "random": text.count("a") + len(list(csv.reader(io.StringIO(text)))),
    "digest": hashlib.sha256(text.encode()).hexdigest(),
    "loaded_at": (start + timedelta(seconds=rng.randrange(10**6))).isoformat(),
    "duration_s": rng.random() * 3,
    "worker": f"ip-10-0-{rng.randrange(256)}-{rng.randrange(256)}:{rng.randrange(300, 33_000)}",
    "object": f"<Row object at 0x{rng.getrandbits(47):012x}>",
}))
