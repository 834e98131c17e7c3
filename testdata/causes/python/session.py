"""A session whose id is half clock, half entropy, and is handed on from step to step."""
import base64
import json
import random
import secrets
import sys
import time

rng = random.Random(int(sys.argv[1]))
ident = f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
print(json.dumps({"step": "open", "id": ident, "user": f"u{rng.randrange(1_000)}"}))
cart = [{"sku": rng.randrange(10_000), "n": rng.randrange(1, 5)} for _ in range(3)]
print(json.dumps({"step": "cart", "items": cart, "units": sum(c["n"] for c in cart)}))
print(json.dumps({"step": "pay", "reference": "pay/" + ident.upper(), "amount": rng.randrange(10_000)}))
token = base64.urlsafe_b64encode(ident.encode()).decode()
print(json.dumps({"step": "close", "token": token, "receipt": f"{rng.getrandbits(64):016x}"}))
