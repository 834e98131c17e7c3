// How values are written. What a workflow wrote is shown as it is, and can neither hide nor reorder anything.

const longest = 2000;

/** A text with what can't be seen, or turns the direction of what can, written out; cut where it is long. */
function visible(text, most = longest) {
  text = String(text);
  const runes = text.length > most ? Array.from(text.slice(0, 2 * most)) : null;
  const whole = !runes || runes.length <= most;
  const shown = (whole ? text : runes.slice(0, most).join("")).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  return whole ? shown : shown + "… (cut: " + count(text.length) + " characters in all)";
}

const count = (n) => new Intl.NumberFormat("en").format(n);
const plural = (n, noun) => count(n) + " " + noun + (n === 1 ? "" : "s");
const percent = (share) => (share > 0 && share < 0.001 ? "< 0.1" : (100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)) + " %";

/** A length of time in its two largest units. */
function length(seconds) {
  if (seconds < 0.001) return seconds > 0 ? "< 1 ms" : "0 s";
  if (seconds < 1) return Number((1000 * seconds).toPrecision(2)) + " ms";
  if (seconds < 10) return Number(seconds.toPrecision(2)) + " s";
  const units = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
  let left = Math.round(seconds);
  const parts = [];
  for (const [name, size] of units) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n || parts.length) parts.push(n + " " + name);
    if (parts.length === 2) break;
  }
  return parts.filter((p) => !p.startsWith("0 ")).join(" ");
}

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit++; }
  return (unit && n < 10 ? n.toFixed(1) : Math.round(n)) + " " + units[unit];
}

const two = (n) => String(n).padStart(2, "0");
const clock = (at) => two(at.getHours()) + ":" + two(at.getMinutes()) + ":" + two(at.getSeconds());
const day = (at) => at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate());
const sameDay = (a, b) => day(a) === day(b);

/** A time in this browser's zone, with the day where it is not today. */
function moment(text) {
  const at = new Date(text);
  return sameDay(at, new Date()) ? clock(at) : day(at) + " " + clock(at);
}
