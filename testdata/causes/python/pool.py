"""Steady. Threads that finish as they like are joined in order; children are told to be equal; it sleeps."""
import concurrent.futures
import json
import random
import subprocess
import sys
import time

seed = int(sys.argv[1])


def work(i):
    rng = random.Random(f"{seed}/{i}")
    time.sleep(0.002 * ((i * 7) % 5))
    return {"worker": i, "sum": sum(rng.randrange(1_000) for _ in range(200))}


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    results = list(pool.map(work, range(8)))
child = subprocess.run(["sh", "-c", 'echo $(( $1 * 3 + 1 ))', "sh", str(seed)], capture_output=True, text=True, check=True)
for r in results:
    print(json.dumps(r))
print(json.dumps({"total": sum(r["sum"] for r in results), "child": int(child.stdout)}))
