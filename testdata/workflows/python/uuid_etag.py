"""Publish articles to a content store. Fault: a UUID of version 4, in a field called "etag"."""
import hashlib
import json
import random
import sys
import uuid

TOPICS = ("harbour", "tram", "library", "market", "bridge", "park")


def article(rng, number):
    title = "%s %s reopens" % (rng.choice(("Old", "New", "Upper")), rng.choice(TOPICS))
    body = " ".join(rng.choice(TOPICS) for _ in range(rng.randint(40, 90)))
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/%d/%s" % (number, title))),
        "title": title,
        "words": len(body.split()),
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
    }


def main():
    rng = random.Random(int(sys.argv[1]))
    articles = [article(rng, n) for n in range(8)]
    front = max(articles, key=lambda a: (a["words"], a["id"]))
    print(json.dumps({"articles": articles, "front_page": {"article": front["id"], "etag": str(uuid.uuid4())}}))


main()
