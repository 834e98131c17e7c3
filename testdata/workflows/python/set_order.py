"""Label support tickets. Fault: /labels lists a set of strings in the order of its hashes."""
import json
import random
import sys

KEYWORDS = {
    "login": ["access", "identity", "password"],
    "invoice": ["billing", "finance", "tax"],
    "slow": ["latency", "performance", "capacity"],
    "crash": ["stability", "crash-report", "severity-1"],
    "export": ["data", "csv", "integration"],
}


def ticket(rng, number):
    words = rng.sample(sorted(KEYWORDS), 3)
    return {"ticket": number, "text": " and ".join(words) + " problem", "words": words}


def main():
    rng = random.Random(int(sys.argv[1]))
    tickets = [ticket(rng, n) for n in range(1, 13)]
    labels = set()
    for t in tickets[:4]:
        for word in t["words"]:
            labels.update(KEYWORDS[word])
    counts = {word: sum(word in t["words"] for t in tickets) for word in sorted(KEYWORDS)}
    print(json.dumps({"tickets": tickets, "labels": [label for label in labels], "counts": counts}))


main()
