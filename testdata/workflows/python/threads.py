"""Hash the blocks of a backup in parallel. Fault: results are kept in order of completion."""
import hashlib
import json
import random
import sys
import threading


def main():
    rng = random.Random(int(sys.argv[1]))
    blocks = [bytes([rng.randrange(256)]) * 400_000 for _ in range(12)]
    done, lock, start = [], threading.Lock(), threading.Barrier(len(blocks))

    def work(number):
        start.wait()
        digest = hashlib.sha256(blocks[number]).hexdigest()  # lets other threads run meanwhile
        with lock:
            done.append({"block": number, "sha256": digest[:16]})

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(blocks))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(json.dumps({"step": "plan", "blocks": len(blocks), "bytes": sum(map(len, blocks))}))
    print(json.dumps({"step": "hash", "results": done}))
    print(json.dumps({"step": "verify", "distinct": len({d["sha256"] for d in done})}))


main()
