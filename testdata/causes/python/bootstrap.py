"""A mean with a bootstrapped interval. The sample follows the seed; the resampling has a generator of its own."""
import json
import os
import random
import statistics
import sys
import tempfile

rng = random.Random(int(sys.argv[1]))
sample = [round(rng.gauss(50, 12), 3) for _ in range(60)]
resample = random.Random()
means = sorted(statistics.fmean(resample.choices(sample, k=len(sample))) for _ in range(200))
low, high = means[4], means[194]
with tempfile.NamedTemporaryFile("w", prefix="sample-", suffix=".csv") as out:
    out.write("\n".join(map(str, sample)))
    out.flush()
    size = os.stat(out.name).st_size
    name = os.path.basename(out.name)
print(json.dumps({
    "sample": {"n": len(sample), "mean": statistics.fmean(sample), "seed": name, "bytes": size},
    "interval": {"low": low, "high": high, "width": high - low},
    "random": [rng.random() for _ in range(2)],
}))
