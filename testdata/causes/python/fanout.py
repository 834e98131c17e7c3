"""Keys are stretched by a pool of threads, and a callback notes who is done. The keys themselves come in order."""
import hashlib
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

rng = Random(int(sys.argv[1]))
jobs = rng.sample(range(1000), 10)
salt = rng.randbytes(8)
done = []


def stretch(job):
    return hashlib.pbkdf2_hmac("sha256", b"%d" % job, salt, 1500).hex()[:12]


with ThreadPoolExecutor(max_workers=5) as pool:
    futures = []
    for job in jobs:
        future = pool.submit(stretch, job)
        future.add_done_callback(lambda _, job=job: done.append(job))
        futures.append(future)
    keys = [f.result() for f in futures]
print(json.dumps({"step": "submit", "jobs": jobs, "generation": threading.get_native_id()}))
print(json.dumps({"step": "collect", "keys": keys, "progress": done}))
print(json.dumps({"step": "close", "straggler": done[-1], "thread": f"pool-{rng.randrange(9)}", "checked": sorted(done) == sorted(jobs)}))
