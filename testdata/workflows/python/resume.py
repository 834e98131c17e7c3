"""Train a tiny model in epochs. Steady until it is resumed. Fault: the checkpoint keeps the epoch
and the weights and forgets the generator, which starts over in a resumed run."""
import json
import os
import random
import sys

EPOCHS, STEPS = 8, 2000


def load(folder):
    name = os.path.join(folder, "epoch.json")
    if not folder or not os.path.exists(name):
        return {"epoch": 0, "weights": [0.0, 0.0], "printed": []}
    with open(name) as f:
        return json.load(f)


def save(folder, state):
    name = os.path.join(folder, "epoch.json")
    with open(name + ".tmp", "w") as f:
        json.dump(state, f)
    os.replace(name + ".tmp", name)


def epoch(rng, weights):
    loss = 0.0
    for _ in range(STEPS):
        x = rng.uniform(-1, 1)
        error = weights[0] * x + weights[1] - (3 * x - 0.5 + rng.gauss(0, 0.1))
        weights[0] -= 0.02 * error * x
        weights[1] -= 0.02 * error
        loss += error * error / STEPS
    return loss


def main():
    rng, folder = random.Random(int(sys.argv[1])), os.environ.get("SHADOWRUN_CHECKPOINT", "")
    state = load(folder)
    for event in state["printed"]:
        print(json.dumps(event), flush=True)
    while state["epoch"] < EPOCHS:
        loss = epoch(rng, state["weights"])
        state["epoch"] += 1
        event = {"epoch": state["epoch"], "loss": loss, "weights": list(state["weights"])}
        state["printed"].append(event)
        print(json.dumps(event), flush=True)
        if folder:
            save(folder, state)


main()
