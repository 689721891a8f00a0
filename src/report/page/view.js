"use strict";

// Creates an element with attributes and children. Text only becomes text nodes, so that nothing
// from a run's files is ever parsed as HTML.
function make(name, attributes = {}, ...children) {
  const space =
      Chart.tags.has(name) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const node = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Decimals needed to show that many significant digits.
const decimalsOf = (value, digits) =>
    value === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));

// "12,345.60"
const fixed = (value, decimals) => value.toLocaleString(
    "en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals});

// "8.12e8"
const powered = (value, decimals) => value.toExponential(decimals).replace("e+", "e");

// A measured value with three significant digits, an integer with all digits. With `spread`, its
// standard deviation, both get matching digits: "1.214 ± 0.002".
function figure(value, spread = null) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const whole = Number.isInteger(value) && size < 1e15;
  if (spread !== null && spread <= 1e-9 * size) return `${figure(value)} ± 0`;
  if (spread === null && whole) return fixed(value, 0);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    return powered(value, 2) + (spread === null ? "" : ` ± ${powered(spread, 0)}`);
  }
  if (spread === null) return fixed(value, decimalsOf(value, 3));
  const decimals = Math.min(9, Math.max(decimalsOf(value, 3), decimalsOf(spread, 1)));
  return `${fixed(value, decimals)} ± ${fixed(spread, decimals)}`;
}

// "1 epoch", "2 epochs"
const counted = (n, noun) => `${figure(n)} ${noun}${n === 1 ? "" : "s"}`;

// The number in a sorted list that is nearest to `x`.
function nearestOf(xs, x) {
  return xs.reduce((a, b) => (Math.abs(b - x) < Math.abs(a - x) ? b : a));
}

// Round numbers, integers if `whole`, that divide [low, high] into about `count` parts, each with a
// text that differs from its neighbours'.
function ticks(low, high, count, whole) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  if (whole) step = Math.max(1, step);
  const short = Math.max(Math.abs(low), Math.abs(high)) < 1e6 && step >= 1e-4;
  const exponent = (value) => Math.floor(Math.log10(value) + 1e-9);
  const text = (value) => {
    if (value === 0 || short) return fixed(value, Math.max(0, -exponent(step)));
    return powered(value, Math.max(0, exponent(Math.abs(value)) - exponent(step)));
  };
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) {
    const value = Number((i * step).toPrecision(12));
    found.push({value, text: text(value)});
  }
  return found;
}

// Scales of a vertical axis, as in src/formats/ticks.hpp: sign(y) log10(1 + |y|) if a few values
// would flatten all others.
const scales = {
  linear: {
    of: (y) => y,
    ticks: (low, high) => ticks(low, high, 5, false),
  },
  log: {
    of: (y) => Math.sign(y) * Math.log10(1 + Math.abs(y)),
    ticks: (low, high) => {
      const every = Math.max(1, Math.ceil((high - low) / 5));
      const largest = Math.max(Math.abs(low), Math.abs(high));
      const values = [0];
      for (let i = high - low > 5 ? every : 0; i <= largest; i += every) {
        values.push(10 ** i, -(10 ** i));
      }
      const inside = (y) => scales.log.of(y) >= low && scales.log.of(y) <= high;
      return values.filter(inside).map((value) => (
          {value, text: Math.abs(value) < 1e5 ? fixed(value, 0) : powered(value, 0)}));
    },
  },
};

function fittingScale(ys) {
  const sizes = ys.filter(Number.isFinite).map(Math.abs).sort((a, b) => a - b);
  const usual = Math.max(1, sizes[Math.floor(sizes.length / 4)] ?? 1);
  return sizes.length > 0 && sizes.at(-1) > 100 * usual ? scales.log : scales.linear;
}

// State shared by all charts of the page: the axis, its visible range, and the cursor.
class View {
  constructor() {
    this.charts = [];
    this.axis = "epoch";
    this.cursor = null;
  }

  whole() {
    const ends = this.charts.flatMap((chart) => [chart.xs()[0], chart.xs().at(-1)]);
    const known = ends.filter(Number.isFinite);
    return known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  }

  // Shows [low, high], moved and clipped to the whole range; null shows everything.
  show(low, high) {
    const [first, last] = this.whole();
    const width = Math.max(high - low, (last - first) / 500);
    if (low === null || width >= last - first || last === first) {
      this.range = null;
    } else {
      const start = Math.min(Math.max(low, first), last - width);
      this.range = [start, start + width];
    }
    this.draw();
  }

  seen() {
    const [low, high] = this.range ?? this.whole();
    return low === high ? [low - 1, high + 1] : [low, high];
  }

  zoom(how) {
    const [low, high] = this.seen();
    const width = high - low;
    const inside = this.cursor !== null && this.cursor >= low && this.cursor <= high;
    const middle = inside ? this.cursor : (low + high) / 2;
    if (how === "in") this.show(middle - width / 4, middle + width / 4);
    if (how === "out") this.show(middle - width, middle + width);
    if (how === "left" && this.range) this.show(low - width / 2, high - width / 2);
    if (how === "right" && this.range) this.show(low + width / 2, high + width / 2);
    if (how === "all") this.show(null, null);
  }

  point(x) {
    this.cursor = x;
    for (const chart of this.charts) chart.point();
  }

  draw() {
    for (const chart of this.charts) chart.draw();
  }
}
