// Room on the file systems, and what else there is to know.

function showRoom(s) {
  const disks = s.disks.filter((d) => !d.same_as).map((d) => ({ ...d, serves: [d.name, ...s.disks.filter((o) => o.same_as === d.name).map((o) => o.name)].join(", ") }));
  keep(byId("room").tBodies[0], disks, (d) => d.name, (d) => {
    const name = make("th", { scope: "row" }, d.serves, make("small", {}, visible(d.path, 200)));
    if (d.error) return make("tr", {}, name, make("td", { colSpan: 2 }, visible(d.error, 300)));
    const most = Math.max(d.used_percent, d.inodes_used_percent ?? 0);
    const piece = make("i", { className: d.free_bytes === 0 || most > 98 ? "full" : most > 90 ? "high" : "" });
    piece.style.width = most + "%";
    return make("tr", {}, name, make("td", { className: "n" }, bytes(d.free_bytes), make("small", {}, "of " + bytes(d.size_bytes))),
      make("td", {}, make("div", { className: "bar", "aria-hidden": "true" }, piece), make("small", {}, percent(most / 100) + (most > d.used_percent ? " of its inodes" : ""))));
  });
  say("goldens", s.soak ? `Goldens take ${bytes(s.golden_folder_bytes)}: ${count(s.figures.goldens)} of ${bytes(s.figures.trace_bytes)} of traces.` : "");
}

function showAbout(s) {
  const rows = [["state folder", visible(s.state, 500)]];
  const p = s.process;
  if (p.pid) rows.push(["process", p.pid + (p.alive ? (p.paused ? ", stopped by a signal" : ", alive") : ", gone") + (p.since ? ", since " + moment(p.since) : "")]);
  if (s.stop.on) rows.push(["emergency stop", [s.stop.since && "since " + moment(s.stop.since), s.stop.who && "by " + visible(s.stop.who, 100), s.stop.why && visible(s.stop.why, 300)].filter(Boolean).join(", ")]);
  if (s.outcome) rows.push([s.phase === "finished" ? "outcome" : "outcome so far", s.outcome + ": " + visible(s.why, 300)]);
  byId("about").replaceChildren(...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  keep(byId("blind"), s.not_seen, (text) => text, (text) => make("li", {}, "Not seen: " + visible(text, 300)));
}
