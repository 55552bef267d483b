// Reads EAN-13 codes from pictures; as a worker it answers {width, height, data (RGBA)} with the digits or null.
// Scan lines across and down, edges between the dots, both directions; two lines must agree on the code.
const LEFT = ['3211', '2221', '2122', '1411', '1132', '1231', '1114', '1312', '1213', '3112']; // runs of dark and light
const FIRST = ['LLLLLL', 'LLGLGG', 'LLGGLG', 'LLGGGL', 'LGLLGG', 'LGGLLG', 'LGGGLL', 'LGLGLG', 'LGLGGL', 'LGGLGL'];
const SHAPES = LEFT.map((text, digit) => ({ digit, runs: [...text].map(Number) }));
const G_SHAPES = SHAPES.map(({ digit, runs }) => ({ digit, runs: [...runs].reverse() }));
const RUNS = 59; // guard 3, six digits of 4, middle 5, six digits of 4, guard 3
const MODULES = 95;
const LINES = 24; // across, and as many down
const AGREE = 2;

export function isEan13(text) {
  if (!/^\d{13}$/.test(text)) return false;
  const sum = [...text].reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

// Where the line changes between light and dark, in parts of a dot. The threshold follows the light along the line.
export function edges(line) {
  const found = [];
  const span = Math.max(8, Math.round(line.length / 16));
  const sums = new Float64Array(line.length + 1);
  for (let i = 0; i < line.length; i += 1) sums[i + 1] = sums[i] + line[i];
  const level = (i) => {
    const from = Math.max(0, i - span);
    const to = Math.min(line.length, i + span + 1);
    return (sums[to] - sums[from]) / (to - from);
  };
  let least = 255;
  let most = 0;
  for (const value of line) { if (value < least) least = value; if (value > most) most = value; }
  const noise = Math.max(6, (most - least) * 0.06);
  let dark = false;
  let before = line[0] - level(0);
  let crossing = 0;
  for (let i = 1; i < line.length; i += 1) {
    const now = line[i] - level(i);
    if ((before < 0) !== (now < 0)) crossing = i - 1 + before / (before - now);
    if (dark ? now > noise : now < -noise) { found.push(crossing); dark = !dark; }
    before = now;
  }
  return found; // the first edge begins a dark run
}

function digitOf(widths, at, shapes) {
  const sum = widths[at] + widths[at + 1] + widths[at + 2] + widths[at + 3];
  let best = null;
  let least = 2; // sum of deviations in modules beyond which it is no digit
  for (const shape of shapes) {
    let off = 0;
    for (let k = 0; k < 4; k += 1) off += Math.abs((widths[at + k] * 7) / sum - shape.runs[k]);
    if (off < least) { least = off; best = shape; }
  }
  return best && { digit: best.digit, off: least };
}

function isGuard(widths, at, count, module) {
  for (let k = at; k < at + count; k += 1) if (widths[k] < module * 0.35 || widths[k] > module * 1.8) return false;
  return true;
}

function codeAt(widths, at) {
  let total = 0;
  for (let k = at; k < at + RUNS; k += 1) total += widths[k];
  const module = total / MODULES;
  if (!isGuard(widths, at, 3, module) || !isGuard(widths, at + 27, 5, module) || !isGuard(widths, at + 56, 3, module)) return null;
  let digits = '';
  let parity = '';
  for (let k = 0; k < 6; k += 1) {
    const left = digitOf(widths, at + 3 + 4 * k, SHAPES);
    const other = digitOf(widths, at + 3 + 4 * k, G_SHAPES);
    const read = !other || (left && left.off <= other.off) ? left : other;
    if (!read) return null;
    digits += read.digit;
    parity += read === left ? 'L' : 'G';
  }
  for (let k = 0; k < 6; k += 1) {
    const read = digitOf(widths, at + 32 + 4 * k, SHAPES);
    if (!read) return null;
    digits += read.digit;
  }
  const first = FIRST.indexOf(parity);
  const text = `${first}${digits}`;
  return first >= 0 && isEan13(text) ? text : null;
}

// The code on one line of brightness values, or null.
export function readLine(line) {
  const places = edges(line);
  const widths = [];
  for (let k = 1; k < places.length; k += 1) widths.push(places[k] - places[k - 1]);
  for (const runs of [widths, [...widths].reverse()]) {
    // A dark run begins the code: every second one, seen from the side on which the line begins dark.
    for (let at = runs === widths || runs.length % 2 ? 0 : 1; at + RUNS <= runs.length; at += 2) {
      const code = codeAt(runs, at);
      if (code) return code;
    }
  }
  return null;
}

function* lines({ width, height, data }) {
  const light = (x, y) => { const i = 4 * (y * width + x); return (data[i] * 77 + data[i + 1] * 150 + data[i + 2] * 29) / 256; };
  const thick = (length, at) => Float32Array.from({ length }, (_, k) => (at(k, -1) + at(k, 0) + at(k, 1)) / 3);
  // From the middle outwards: there people hold the code.
  for (let n = 0; n < LINES; n += 1) {
    const share = 0.5 + ((n % 2 ? -1 : 1) * Math.ceil(n / 2)) / (LINES + 1);
    const y = Math.min(height - 2, Math.max(1, Math.round(height * share)));
    const x = Math.min(width - 2, Math.max(1, Math.round(width * share)));
    yield thick(width, (k, off) => light(k, y + off));
    yield thick(height, (k, off) => light(x + off, k));
  }
}

export function readPicture(picture) {
  const seen = new Map();
  for (const line of lines(picture)) {
    const code = readLine(line);
    if (!code) continue;
    seen.set(code, (seen.get(code) ?? 0) + 1);
    if (seen.get(code) >= AGREE) return code;
  }
  return null;
}

if (typeof WorkerGlobalScope !== 'undefined') {
  onmessage = (event) => postMessage(readPicture(event.data));
}
