// Lines over time. Each plot is an image with a summary in words; its data are in a table below it.

const margin = { left: 52, right: 8, top: 10, bottom: 22 };

/** Round steps from 0 up to at least most, and to 1 where all is zero. */
function steps(most) {
  most = Math.max(1, most);
  const rough = most / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].find((f) => f * size >= rough) * size);
  const all = [];
  for (let v = 0; v < most + step; v += step) all.push(v);
  return all;
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function tick(at, span) {
  if (span < 15 * 60e3) return clock(at);
  const minutes = two(at.getHours()) + ":" + two(at.getMinutes());
  return span < 24 * 3600e3 ? minutes : day(at).slice(5) + " " + minutes;
}

/**
 * Draws series over the times of points.
 * series: [{name, look, value(point), filled}]
 */
function plot(figure, points, series, height, words) {
  const width = Math.max(240, figure.clientWidth);
  const from = points[0].time;
  const to = Math.max(points.at(-1).time, from + 1000);
  const ys = steps(Math.max(...series.map((s) => Math.max(...points.map(s.value)))));
  const x = (t) => margin.left + ((t - from) / (to - from)) * (width - margin.left - margin.right);
  const y = (v) => height - margin.bottom - (v / ys.at(-1)) * (height - margin.top - margin.bottom);
  const parts = [];
  for (const v of ys) {
    parts.push(draw("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: y(v), y2: y(v) }));
    parts.push(draw("text", { x: margin.left - 8, y: y(v) + 4, "text-anchor": "end" }, short.format(v)));
  }
  const ticks = Math.max(2, Math.min(6, Math.floor(width / 150)));
  for (let i = 0; i < ticks; i++) {
    const t = from + (i / (ticks - 1)) * (to - from);
    parts.push(draw("text", { x: x(t), y: height - 4, "text-anchor": i === 0 ? "start" : i === ticks - 1 ? "end" : "middle" }, tick(new Date(t), to - from)));
  }
  for (const s of series) {
    const line = points.map((p, i) => (i ? "L" : "M") + x(p.time).toFixed(1) + " " + y(s.value(p)).toFixed(1)).join("");
    if (s.filled) parts.push(draw("path", { class: s.look + " fill", d: line + `L${x(points.at(-1).time).toFixed(1)} ${y(0)}L${x(from)} ${y(0)}Z` }));
    parts.push(draw("path", { class: s.look, d: line }));
  }
  const image = draw("svg", { role: "img", "aria-label": words, viewBox: `0 0 ${width} ${height}`, height }, ...parts);
  const keys = series.map((s) => make("span", { className: "key" }, draw("svg", { viewBox: "0 0 22 8", "aria-hidden": "true" },
    draw("path", { class: s.look, d: "M1 4H21" })), s.name));
  figure.replaceChildren(make("figcaption", {}, keys), image);
}
