const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const several = data.runs.length > 1;
// Beyond those that the page has chosen, hues as far from each other as can be (the golden angle).
const colourOf = (index) =>
    index < 8 ? `var(--c${index})` : `hsl(${Math.round(index * 137.5) % 360} 65% var(--further))`;

// JSON of a file in the run's folder; null where there is none, or none that can be read.
function parsed(run, text, name) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    run.notes.push(`${name}: damaged, so left out`);
    return null;
  }
}

// Names that tell runs apart, and what tables and clocks say of each.
function prepare(run, index) {
  run.title = data.runs.filter((other) => other.name === run.name).length > 1 ? run.path : run.name;
  run.colour = colourOf(index);
  run.facts = parsed(run, run.facts, "run.json");
  run.evaluation = parsed(run, run.evaluation, "evaluation.json");
  run.settings = new Map((run.config ?? []).map(([key, value, usual]) => [key, {value, usual}]));
  const {epoch = [], step = [], seconds = []} = run.losses ?? {};
  run.stepsPerEpoch = step.length ? step.at(-1) / epoch.at(-1) : (run.facts?.steps_per_epoch ?? 1);
  // Where only every so many rows are here, each stands for the epochs since the one before.
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

function row(head, cells, how = {}) {
  const kind = (cell) => (typeof cell === "number" || how.numbers ? {class: "number"} : {});
  const shown = (cell) => (typeof cell === "number" ? figure(cell) : (cell ?? "–"));
  return make(
      "tr", how.changed ? {class: "changed"} : {}, make("th", {scope: "row"}, head),
      ...cells.map((cell) => make("td", kind(cell), shown(cell))));
}

function table(caption, heads, rows) {
  const line = make("tr", {}, ...heads.map((head) => make("th", {scope: "col"}, head)));
  const body = make(
      "table", {}, make("caption", {}, caption), make("thead", {}, line),
      make("tbody", {}, ...rows));
  return make("div", {class: "wide", tabindex: 0, role: "region", "aria-label": caption}, body);
}

// A part that can be opened; `fill` makes what is in it when that happens first.
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
