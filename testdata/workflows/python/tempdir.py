"""Split a log into chunks through a scratch folder. Fault: /scratch names a temporary folder."""
import json
import os
import random
import shutil
import sys
import tempfile

LEVELS = ("debug", "info", "info", "info", "warn", "error")


def main():
    rng = random.Random(int(sys.argv[1]))
    scratch = tempfile.mkdtemp(prefix="chunks-")
    try:
        for n in range(6):
            with open(os.path.join(scratch, "chunk-%02d.log" % n), "w") as f:
                for _ in range(rng.randint(20, 60)):
                    print(rng.choice(LEVELS), "request", rng.randrange(1000), file=f)
        chunks = []
        for name in sorted(os.listdir(scratch)):
            with open(os.path.join(scratch, name)) as f:
                lines = f.read().splitlines()
            chunks.append({"file": name, "lines": len(lines), "errors": sum(l.startswith("error") for l in lines)})
    finally:
        shutil.rmtree(scratch)
    print(json.dumps({"scratch": scratch, "chunks": chunks, "errors": sum(c["errors"] for c in chunks)}))


main()
