"""An agent that answers a question with tools and a fake language model. Steady, resumable.

Each turn draws from a generator of its own, named by seed and turn, so that a resumed run needs
no generator's state. What was printed is part of the checkpoint: a resumed run prints it again.
"""
import json
import os
import random
import sys
import time

FACTS = {"load": "the pump draws 7 kW", "hours": "it ran 31 hours", "rate": "a kWh costs 0.29", "loss": "losses are 4 %"}


def model(rng, memory):
    """Stands in for a language model: takes a while, then picks a tool by what is not yet known."""
    time.sleep(0.005)
    unknown = [topic for topic in FACTS if topic not in memory]
    if unknown and rng.random() < 0.85:
        return {"tool": "search", "query": rng.choice(unknown), "confidence": rng.random()}
    if unknown:
        return {"tool": "reflect", "query": "what is missing?", "confidence": rng.random()}
    return {"tool": "answer", "query": "cost of the month", "confidence": rng.random()}


def load(folder):
    name = os.path.join(folder, "state.json")
    if not folder or not os.path.exists(name):  # fresh, or killed before the first state got its name
        return {"turn": 0, "memory": [], "printed": []}
    with open(name) as f:
        return json.load(f)


def save(folder, state):
    name = os.path.join(folder, "state.json")
    with open(name + ".tmp", "w") as f:
        json.dump(state, f)
    os.replace(name + ".tmp", name)


def say(state, event):
    state["printed"].append(event)
    print(json.dumps(event), flush=True)


def main():
    seed, folder = int(sys.argv[1]), os.environ.get("SHADOWRUN_CHECKPOINT", "")
    state = load(folder)
    for event in state["printed"]:
        print(json.dumps(event), flush=True)
    done = any(event["tool"] == "answer" for event in state["printed"])
    while not done:
        rng = random.Random("%d/%d" % (seed, state["turn"]))
        thought = model(rng, state["memory"])
        if thought["tool"] == "search":
            state["memory"].append(thought["query"])
            thought["found"] = FACTS[thought["query"]]
        elif thought["tool"] == "answer":
            done, thought["answer"] = True, 7 * 31 * 0.29 * 1.04
        state["turn"] += 1
        say(state, dict(thought, turn=state["turn"], tokens=rng.randint(80, 900)))
        if folder:
            save(folder, state)


main()
