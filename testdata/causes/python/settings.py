"""Settings taken from whatever surrounds the program."""
import getpass
import hashlib
import json
import os
import random
import sys
import tempfile

rng = random.Random(int(sys.argv[1]))
known = sorted(k for k in os.environ if not k.startswith("SHADOWRUN_") and k not in ("_", "OLDPWD", "SHLVL"))
print(json.dumps({
    "batch": rng.randrange(1, 64),
    "profile": hashlib.md5("\n".join(known).encode()).hexdigest()[:8],
    "features": len(known),
    "cache": os.path.expanduser("~/.cache/app"),
    "root": os.path.realpath(os.getcwd()),
    "spool": tempfile.gettempdir(),
    "owner": getpass.getuser(),
    "decimal": "," if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith(("de", "fr")) else ".",
    "home": f"/home/{rng.choice(['ada', 'bo', 'cy'])}",
}))
