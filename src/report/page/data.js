const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const several = data.runs.length > 1;
// After the colours of the style sheet, hues that are as far apart as possible (the golden angle).
const colourOf = (index) =>
    index < 8 ? `var(--c${index})` : `hsl(${Math.round(index * 137.5) % 360} 65% var(--further))`;

// Parses JSON from a file in the run's folder; null if it is missing or malformed.
function parsed(run, text, name) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    run.notes.push(`${name}: damaged and left out`);
    return null;
  }
}

const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Mean and sample standard deviation of the numbers among `values`; null without any.
function momentsOf(values) {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return null;
  const mean = meanOf(known);
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {mean, spread: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : null};
}

// Adds titles that tell the runs apart, and the values that tables and time axes need.
function prepare(run, index) {
  run.title = data.runs.filter((other) => other.name === run.name).length > 1 ? run.path : run.name;
  run.colour = colourOf(index);
  run.facts = parsed(run, run.facts, "run.json");
  run.evaluation = parsed(run, run.evaluation, "evaluation.json");
  run.settings = new Map((run.config ?? []).map(([key, value, usual]) => [key, {value, usual}]));
  run.look = run.collapsed ? "collapsed" : run.state;
  const {epoch = [], step = [], seconds = []} = run.losses ?? {};
  run.stepsPerEpoch = step.length ? step.at(-1) / epoch.at(-1) : (run.facts?.steps_per_epoch ?? 1);
  // If rows were left out, each stands for the epochs since the previous row.
  run.clock = [{step: 0, time: 0}];
  step.forEach((at, i) => {
    const epochs = epoch[i] - (i > 0 ? epoch[i - 1] : 0);
    run.clock.push({step: at, time: run.clock[i].time + seconds[i] * epochs});
  });
}

function timeAt(run, step) {
  const next = run.clock.findIndex((mark) => mark.step >= step);
  if (next < 0) return null;
  const [a, b] = [run.clock[Math.max(0, next - 1)], run.clock[next]];
  return a.step === b.step ? b.time :
                             a.time + ((step - a.step) / (b.step - a.step)) * (b.time - a.time);
}

function points(run, table, column) {
  const ys = table?.[column] ?? [];
  return ys.map((y, i) => {
    const step = table.step?.[i] ?? null;
    return {
      y,
      step,
      epoch: step === null ? (table.epoch?.[i] ?? null) : step / run.stepsPerEpoch,
      time: timeAt(run, step)
    };
  });
}

// The means of these runs at each step that any of them has, and their spread.
function meanPoints(runs, tableOf, column) {
  const bySteps = new Map();
  for (const run of runs) {
    for (const point of points(run, tableOf(run), column)) {
      if (!Number.isFinite(point.y)) continue;
      bySteps.set(point.step, [...(bySteps.get(point.step) ?? []), point]);
    }
  }
  return [...bySteps.values()].sort(([a], [b]) => a.step - b.step).map((all) => {
    const {mean, spread} = momentsOf(all.map(({y}) => y));
    const time = meanOf(all.map((point) => point.time));
    return {...all[0], time, y: mean, spread, low: mean - (spread ?? 0), high: mean + (spread ?? 0)};
  });
}

// "3.2 s", "4:05 min", "1:02:03 h"
function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 60) return `${figure(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)} h` : `${m}:${two(s)} min`;
}

const last = (list) => list?.at(-1) ?? null;
const spoken = (name) => name.replaceAll("_", " ");

// ── Tables ──

// For screen readers only.
const aloud = (text) => make("span", {class: "aloud"}, text);

// A table row; marks the cells at the positions in `best`.
function row(head, cells, {numbers = false, changed = false, best = []} = {}) {
  const cellOf = (cell, i) => {
    const isNumber = numbers || typeof cell === "number";
    const kinds = [isNumber && "number", best.includes(i) && "best"].filter(Boolean).join(" ");
    const shown = typeof cell === "number" ? figure(cell) : (cell ?? "–");
    const mark = best.includes(i) ? [make("span", {"aria-hidden": true}, "★ "), aloud("best: ")] : [];
    return make("td", {role: "cell", class: kinds}, make("span", {}, ...mark, shown));
  };
  return make(
      "tr", {role: "row", ...(changed ? {class: "changed"} : {})},
      make("th", {scope: "row", role: "rowheader"}, head), ...cells.map(cellOf));
}

// On narrow screens, a row of a table with more than two columns becomes a list, one line per
// column.
function table(caption, heads, rows) {
  const titles = heads.map((head) => make("th", {scope: "col", role: "columnheader"}, head));
  for (const one of rows) {
    [...one.querySelectorAll("td")].forEach((cell, i) => {
      cell.dataset.head = heads[i + 1];
      titles[i + 1].classList.toggle("number", cell.classList.contains("number"));
    });
  }
  const body = make(
      "table", {role: "table", class: heads.length > 2 ? "many" : ""},
      make("caption", {}, caption),
      make("thead", {role: "rowgroup"}, make("tr", {role: "row"}, ...titles)),
      make("tbody", {role: "rowgroup"}, ...rows));
  return make("div", {class: "wide", tabindex: 0, role: "region", "aria-label": caption}, body);
}

// A collapsible section; `fill` creates its contents when it is first opened.
function folded(title, fill, open = false) {
  const box = make("details", {}, make("summary", {}, title));
  let filled = false;
  const show = () => {
    if (!filled) box.append(fill());
    filled = true;
  };
  const unfold = () => {
    show();
    box.open = true;
  };
  box.addEventListener("toggle", show);
  window.addEventListener("beforeprint", unfold);
  if (open) unfold();
  return box;
}
