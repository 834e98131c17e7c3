"""Calibrate sensors. Fault: the noise of one stage comes from the module's unseeded generator."""
import json
import random
import statistics
import sys


def sample(rng, sensor):
    truth = rng.uniform(10, 90)
    return {"sensor": sensor, "truth": truth, "readings": [rng.gauss(truth, 0.5) for _ in range(8)]}


def calibrate(reading):
    offset = statistics.mean(reading["readings"]) - reading["truth"]
    return {"sensor": reading["sensor"], "offset": offset, "accepted": abs(offset) < 0.4}


def main():
    rng = random.Random(int(sys.argv[1]))
    calibrations = [calibrate(sample(rng, "S%02d" % n)) for n in range(12)]
    dither = random.random()  # meant to be rng.random()
    report = {
        "calibrations": calibrations,
        "accepted": sum(c["accepted"] for c in calibrations),
        "quantiser": {"bits": rng.choice((10, 12, 14)), "deterministic_dither": dither},
    }
    print(json.dumps(report))


main()
