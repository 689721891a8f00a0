"use strict";

// An element with attributes and children. Text becomes text nodes and nothing else, so that
// nothing from a run's files is ever read as HTML.
function make(name, attributes = {}, ...children) {
  const space =
      Chart.tags.has(name) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const node = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// A figure in four digits, a whole number in all of its own.
function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

// The number of a sorted list that is nearest to `x`.
function nearestOf(xs, x) {
  return xs.reduce((a, b) => (Math.abs(b - x) < Math.abs(a - x) ? b : a));
}

// Round numbers that divide [low, high] into about `count` parts.
function ticks(low, high, count, whole) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  if (whole) step = Math.max(1, Math.round(step));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
    found.push(i * step);
  return found;
}

// What all charts of the page share: the axis, the part of it that is seen, and the cursor.
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

  // Shows [low, high], moved and cut so that it lies within the whole; null: all of it.
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
