// The state, first of all, and what makes it so.

const states = {
  HEALTHY: { look: "good", mark: "✓", colour: "#2a6a3f" },
  WARNING: { look: "warn", mark: "!", colour: "#855400" },
  CRITICAL: { look: "bad", mark: "✕", colour: "#b02a20" },
  UNKNOWN: { look: "warn", mark: "?", colour: "#855400" },
  FINISHED: { look: "", mark: "■", colour: "#595e63" },
  STOPPED: { look: "", mark: "‖", colour: "#595e63" },
};
const outcomes = { PASS: states.HEALTHY, FAIL: states.CRITICAL, INCONCLUSIVE: states.WARNING };

const phases = {
  none: () => "No soak has run here.",
  unread: () => "The ledger can’t be read.",
  starting: () => "A process has taken the folder, and has not begun yet.",
  running: (s) => "Running" + since(s.started) + ".",
  stopped: () => "Held by the emergency stop; its process waits.",
  explaining: () => "All that was planned is done; findings are being explained.",
  interrupted: (s) => "Ended before its end" + since(s.ended) + ".",
  finished: (s) => "Done" + since(s.ended) + ".",
  dead: () => "Nobody carries it on, and nobody ended it.",
};
const since = (text) => (text ? " since " + moment(text) : "");

function showState(s) {
  const over = s.health === "FINISHED";
  const look = (over && outcomes[s.outcome]) || states[s.health] || states.UNKNOWN;
  const name = over ? "FINISHED: " + s.outcome : s.health;
  byId("state").className = look.look;
  say("state-mark", look.mark);
  say("state-name", name);
  say("state-why", (phases[s.phase]?.(s) ?? "") + (s.why && s.phase !== "running" ? " " + visible(s.why, 300) + "." : ""));
  say("soak", s.soak ? "· soak " + s.soak + (s.process.host ? " on " + visible(s.process.host, 100) : "") : "");
  document.title = name + (s.soak ? " · soak " + s.soak : "") + " · shadowrun";
  document.querySelector("link[rel=icon]").href = "data:image/svg+xml," + encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${look.colour}"/></svg>`);
  keep(byId("conditions"), s.conditions, (c) => c.id, condition);
}

function condition(c) {
  const items = [
    make("span", { className: "tag" }, c.severity + ", " + c.id.replaceAll("_", " ")),
    make("p", {}, visible(c.text, 500), c.since ? make("span", { className: "quiet" }, " (since " + moment(c.since) + ")") : null),
  ];
  // Most of what to do is a command; the rest is words.
  if (c.next) items.push(/^(shadowrun|kill|ls|df) /.test(c.next) ? command(c.next) : make("p", { className: "quiet" }, visible(c.next, 500)));
  return make("li", { className: c.severity }, items);
}
