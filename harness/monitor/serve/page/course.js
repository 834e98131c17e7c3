// How far the soak is, how it got there, and what each workflow came to.

function showCourse(s) {
  const f = s.figures;
  const limited = s.duration_seconds > 0;
  const bar = byId("course-bar");
  const share = limited ? s.active_seconds / s.duration_seconds : s.cycles_limit > 0 ? s.cycle / s.cycles_limit : null;
  bar.hidden = share == null;
  if (share != null) bar.value = Math.min(1, share);
  say("course-text", !s.soak ? "" : progressText(s, limited));
  const mismatches = f.violation + f.drift;
  const figures = [
    ["cycles", count(f.cycles), s.cycles_limit ? "of " + count(s.cycles_limit) : f.overruns ? plural(f.overruns, "overrun") : ""],
    ["runs", count(f.runs), rate(s)],
    ["replays", count(f.replays), plural(f.rechecks, "recheck")],
    ["mismatches", count(mismatches), f.drift ? plural(f.drift, "drift") : "", mismatches ? "bad" : ""],
    ["leaks", count(f.leak), ""],
    ["not checked", count(f.unknown + f.unfinished), ""],
  ];
  const list = byId("figures");
  const text = JSON.stringify(figures);
  if (list.dataset.content === text) return;
  list.dataset.content = text;
  list.replaceChildren(...figures.map(([name, value, more, look]) => make("div", {}, make("dt", {}, name),
    make("dd", { className: look ?? "" }, value, more ? make("small", {}, more) : null))));
}

function progressText(s, limited) {
  const parts = [];
  if (limited) parts.push(length(s.active_seconds) + " of " + length(s.duration_seconds) + " at work");
  else if (s.cycles_limit) parts.push("cycle " + count(s.cycle) + " of " + count(s.cycles_limit));
  else parts.push(length(s.active_seconds) + " at work, until it is stopped");
  if (limited && s.left_seconds > 0) parts.push(length(s.left_seconds) + " left");
  if (s.deadline) parts.push("until " + moment(s.deadline));
  if (s.last_progress) parts.push("last progress " + moment(s.last_progress));
  return parts.join(" · ");
}

function rate(s) {
  const perSecond = s.runs_per_second;
  if (!perSecond) return "";
  if (perSecond >= 1) return count(Math.round(perSecond)) + " a second";
  return perSecond * 60 >= 1 ? count(Math.round(perSecond * 60)) + " a minute" : count(Math.round(perSecond * 3600)) + " an hour";
}

const faults = (p) => p.violation + p.drift;
let drawn = null;

function showProgress(p) {
  drawn = p;
  const points = [{ at: p.started, cycle: 0, runs: 0, leak: 0, violation: 0, drift: 0 }, ...p.points];
  for (const point of points) point.time = Date.parse(point.at);
  byId("time-none").hidden = p.points.length > 0;
  byId("time-data").hidden = p.points.length === 0;
  if (p.points.length > 0) {
    drawPlots(points);
    const every = Math.ceil(points.length / 24);
    const rows = points.filter((_, i) => (points.length - 1 - i) % every === 0);
    byId("time-data").querySelector("tbody").replaceChildren(...rows.map((r) => make("tr", {}, make("th", { scope: "row" }, moment(r.at)),
      ...[r.cycle, r.runs, r.leak, faults(r)].map((n) => make("td", { className: "n" }, count(n))))));
  }
  showWorkflows(p.workflows);
  showLengths(p);
}

function drawPlots(points) {
  const box = byId("time-plots");
  if (!box.firstChild) box.append(make("figure", { className: "plot" }), make("figure", { className: "plot" }));
  const last = points.at(-1);
  const [above, below] = box.children;
  plot(above, points, [{ name: "runs", look: "runs", value: (q) => q.runs, filled: true }], 170,
    plural(last.runs, "run") + " from " + moment(points[0].at) + " to " + moment(last.at));
  plot(below, points, [{ name: "violations and drifts", look: "faults", value: faults }, { name: "leaks", look: "leaks", value: (q) => q.leak }], 120,
    plural(faults(last), "violation") + " or drifts and " + plural(last.leak, "leak") + " in the same time");
}

new ResizeObserver(() => drawn?.points.length && showProgress(drawn)).observe(byId("time-plots"));

const verdicts = ["match", "leak", "violation", "drift", "unknown"];

function showWorkflows(workflows) {
  keep(byId("workflows").tBodies[0], workflows, (w) => w.workflow, (w) => {
    const there = verdicts.filter((v) => w[v] > 0);
    const bar = make("div", { className: "bar", "aria-hidden": "true" }, there.map((v) => {
      const piece = make("i", { className: v });
      piece.style.flexGrow = w[v];
      return piece;
    }));
    return make("tr", {}, make("th", { scope: "row" }, visible(w.workflow, 100)), make("td", { className: "n" }, count(w.runs)),
      make("td", { className: "n" }, w.runs ? length(w.run_seconds / w.runs) : "–"),
      make("td", { className: "wide" }, bar, make("small", {}, there.map((v) => count(w[v]) + " " + v).join(", ") || "none yet")));
  });
}

function showLengths(p) {
  const runs = p.run_bounds_seconds.concat(Infinity).map((bound, i) => ({
    name: bound === Infinity ? "longer" : length(bound), runs: p.workflows.reduce((sum, w) => sum + w.histogram[i], 0),
  }));
  const first = runs.findIndex((r) => r.runs), last = runs.findLastIndex((r) => r.runs);
  byId("length").hidden = first < 0;
  byId("length-none").hidden = first >= 0;
  if (first < 0) return;
  const shown = runs.slice(first, last + 1);
  const most = Math.max(...shown.map((r) => r.runs)), all = shown.reduce((sum, r) => sum + r.runs, 0);
  keep(byId("length").tBodies[0], shown.map((r) => ({ ...r, most, all })), (r) => r.name, (r) => {
    const piece = make("i", {});
    piece.style.width = (100 * r.runs) / most + "%";
    return make("tr", {}, make("th", { scope: "row" }, r.name), make("td", { className: "n" }, count(r.runs)),
      make("td", {}, make("div", { className: "bar", "aria-hidden": "true" }, r.runs ? piece : null), make("small", {}, percent(r.runs / all))));
  });
}
