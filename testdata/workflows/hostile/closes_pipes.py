"""Prints a document, closes its pipes, works on for a second, leaves an artifact, exits 0."""
import os
import sys
import time

os.write(1, b'{"seed": %d}\n' % int(sys.argv[1] if len(sys.argv) > 1 else 0))
os.close(1)
os.close(2)
time.sleep(1)
if os.environ.get("SHADOWRUN_OUT"):
    with open(os.path.join(os.environ["SHADOWRUN_OUT"], "late.txt"), "w") as f:
        f.write("written after the pipes were closed\n")
os._exit(0)
