"""A janitor's settings, as the surroundings have them. Nothing is read but what is there anyway."""
import json
import os
import pwd
import stat
import sys
import tempfile
import time
import zlib
from pathlib import Path
from random import Random

rng = Random(int(sys.argv[1]))
with tempfile.TemporaryDirectory() as tmp:
    trash = Path(tmp) / f"trash-{rng.randrange(100)}"
    trash.mkdir()
    rights = stat.filemode(trash.stat().st_mode)
around = "\0".join(f"{k}={v}" for k, v in sorted(os.environ.items()) if not k.startswith("SHADOWRUN_") and k not in ("_", "OLDPWD", "SHLVL"))
print(json.dumps({
    "files": rng.randrange(5000),
    "keep_days": int(os.environ.get("JANITOR_KEEP_DAYS", 14)),
    "config_version": zlib.crc32(around.encode()),
    "trash": rights,
    "sweepers": min(8, len(os.sched_getaffinity(0))),
    "due": int(time.mktime((2026, 3, 1, 4, 30, 0, 0, 0, 0))),
    "runs_as": pwd.getpwuid(os.geteuid()).pw_name,
    "log": os.path.abspath("janitor.log"),
    "host": f"node{rng.randrange(40)}",
    "umask": f"{rng.choice([0o644, 0o600, 0o755]):o}",
}))
