"""A report out of a template: when it was made and in what time stand in the middle of the page."""
import hashlib
import json
import platform
import string
import sys
import time
from random import Random

PAGE = string.Template("""<h1>Stock of week $week</h1>
<table>$rows</table>
<p class=made>$made UTC, in $took ms</p>
<p>Page $page of $pages</p>""")

begun = time.perf_counter()
rng = Random(int(sys.argv[1]))
rows = "".join(f"<tr><td>{rng.choice('ABCDEF')}{rng.randrange(100):02d}<td>{rng.randrange(900)}" for _ in range(6))
page = PAGE.substitute(
    week=rng.randrange(1, 53), rows=rows, page=1, pages=rng.randrange(1, 9),
    made=time.strftime("%F %T", time.gmtime()), took=f"{(time.perf_counter() - begun) * 1e3:.4f}",
)
print(json.dumps({
    "subject": f"Stock report {rng.randrange(1000)}",
    "body": page,
    "rows": hashlib.sha256(rows.encode()).hexdigest(),
    "digest": hashlib.sha256(page.encode()).hexdigest(),
    "sender": f"reports@{platform.node()}",
    "timestamp": f"{2020 + rng.randrange(5)}-{rng.randrange(1, 13):02d}-01 00:00:00",
}))
