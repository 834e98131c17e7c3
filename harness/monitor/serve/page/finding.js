// Findings, which open to their differences. What is open stays so, wherever it moves to.

const mostFindings = 100;
const gravity = (f) => (f.accepted ? 2 : f.class === "violation" ? 0 : 1);

function showFindings(s) {
  const all = s.findings.toSorted((a, b) => gravity(a) - gravity(b));
  const shown = all.slice(0, mostFindings);
  byId("findings-none").hidden = all.length > 0;
  say("findings-title", all.length ? "Findings (" + count(all.length) + ")" : "Findings");
  keep(byId("findings-list"), shown, (f) => f.key, finding);
  byId("findings-more").hidden = all.length === shown.length;
  say("findings-more", "… " + count(all.length - shown.length) + " more: shadowrun findings");
}

const proven = (f) => f.explained?.cause && f.explained.cause !== "unattributed";
const classOf = (f) => (proven(f) ? f.explained.class : f.class);
const causeOf = (f) => (proven(f) ? f.explained.cause + " (proven)" : f.cause + " (suspected)");

/** Makes a finding's entry, or brings the one that there is up to date. */
function finding(f, known) {
  const entry = known ?? newEntry(f);
  const opener = entry.querySelector(".opener");
  opener.replaceChildren(
    make("span", { className: "where" }, make("span", { className: "tag " + classOf(f) }, classOf(f)), " ", make("code", {}, visible(f.pattern || "(the whole)", 200))),
    make("span", { className: "n" }, count(f.count) + " ×"),
    make("span", { className: "what" }, visible(f.workflow, 100) + " · " + causeOf(f) + (f.accepted ? " · accepted until " + moment(f.accepted.until) : "")));
  if (opener.getAttribute("aria-expanded") === "true") load(entry, f.key);
  return entry;
}

function newEntry(f) {
  const body = make("div", { className: "body", id: "finding-" + f.key, hidden: true });
  const opener = make("button", { type: "button", className: "opener", "aria-expanded": "false", "aria-controls": body.id });
  const entry = make("li", {}, make("h3", {}, opener), body);
  opener.addEventListener("click", () => {
    const open = opener.getAttribute("aria-expanded") !== "true";
    opener.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
    if (open) load(entry, f.key);
  });
  return entry;
}

async function load(entry, key) {
  const body = entry.querySelector(".body");
  try {
    const document = await get("/api/v1/findings/" + encodeURIComponent(key));
    const text = JSON.stringify(document);
    if (body.dataset.content === text) return; // what is selected, or has the focus, stays so
    body.dataset.content = text;
    body.replaceChildren(...details(document));
  } catch (error) {
    if (!body.firstChild) body.replaceChildren(make("p", {}, "This could not be read: " + visible(error.message, 300)));
  }
}

function details({ finding: f, differences, omitted, variant, explain }) {
  const parts = [make("p", { className: "quiet" }, `Seen ${plural(f.count, "time")}, first in ${f.first.run} at ${moment(f.first.at)}, last in ${f.last.run} at ${moment(f.last.at)}.`)];
  if (f.explained) {
    parts.push(make("p", {}, make("strong", {}, proven(f) ? "Proven: " : "Tried: "), make("code", {}, visible(f.explained.path || "(the whole)", 300)), " ",
      visible(f.explained.proof), make("span", { className: "quiet" }, ` (${plural(f.explained.runs, "run")} of ${f.explained.run})`)));
  }
  if (f.accepted) parts.push(make("p", {}, `Accepted until ${moment(f.accepted.until)} by ${visible(f.accepted.who, 100)}: ${visible(f.accepted.reason, 500)}`));
  if (differences.length === 0) parts.push(make("p", { className: "quiet" }, "No difference was kept of it."));
  for (const d of differences) parts.push(difference(d));
  if (omitted) parts.push(make("p", { className: "quiet" }, `… ${plural(omitted, "difference")} more.`));
  parts.push(make("div", {}, make("p", { className: "quiet" }, "To see it again" + (variant && variant !== "again" ? ", as it showed under " + variant : "")), command(f.reproduction)));
  if (!f.explained) parts.push(make("div", {}, make("p", { className: "quiet" }, "To prove its cause"), command(explain)));
  return parts;
}

function difference(d) {
  const [want, got] = contrast(d.want_text, d.got_text);
  const side = (name, value) => make("div", {}, make("p", { className: "quiet" }, name), value ? make("pre", { tabIndex: 0, "aria-label": name }, value) : make("p", {}, "nothing"));
  const judged = d.class === "derived" ? "follows from " + visible(d.derived_from || "(the whole)", 300) : [d.class, d.cause, d.suspected ? "suspected" : "proven"].filter(Boolean).join(", ");
  return make("div", { className: "difference" },
    make("p", {}, make("code", {}, visible(d.path || "(the whole)", 500)), " " + d.kind + ", " + judged),
    make("div", { className: "sides" }, side("want", want), side("got", got)),
    d.why ? make("p", { className: "quiet" }, visible(d.why)) : null);
}

/** Two values with what differs between what they begin and end with alike marked; null for none. */
function contrast(a, b) {
  if (a == null || b == null) return [a == null ? null : [visible(a)], b == null ? null : [visible(b)]];
  const [x, y] = [Array.from(visible(a)), Array.from(visible(b))];
  let head = 0, tail = 0;
  while (head < Math.min(x.length, y.length) && x[head] === y[head]) head++;
  while (tail < Math.min(x.length, y.length) - head && x.at(-1 - tail) === y.at(-1 - tail)) tail++;
  const marked = (v) => [v.slice(0, head).join(""), v.length > head + tail ? make("mark", {}, v.slice(head, v.length - tail).join("")) : null, v.slice(v.length - tail).join("")];
  return [marked(x), marked(y)];
}
