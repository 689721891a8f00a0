function metricNames() {
  const all = data.runs.flatMap((run) => Object.keys(run.metrics ?? {}));
  return [...new Set(all)].filter((name) => !["epoch", "step", "samples"].includes(name));
}

const known = new Map(data.metrics.map(([name, label, better]) => [name, {label, better}]));
// An indented label continues the previous one.
const labelOf = (name) => {
  const label = known.get(name)?.label ?? "";
  return label === "" || label.startsWith(" ") ? spoken(name) : label;
};
const betterOf = (name) => known.get(name)?.better ?? "";

// A metric's label, and which direction is better.
function metricHead(name) {
  const better = betterOf(name);
  if (better === "") return labelOf(name);
  const way = make("span", {"aria-hidden": true, title: `${better} is better`},
                   better === "lower" ? " ↓" : " ↑");
  return make("span", {}, labelOf(name), way, aloud(` (${better} is better)`));
}

// Positions of the best values; empty if neither direction is better.
function bestAt(name, values) {
  const finite = values.filter(Number.isFinite);
  const better = betterOf(name);
  if (better === "" || finite.length === 0) return [];
  const best = better === "lower" ? Math.min(...finite) : Math.max(...finite);
  return values.flatMap((value, i) => (value === best ? [i] : []));
}

// The best value of a run, and its epoch; null if there is none.
function bestOf(run, name) {
  const values = run.metrics?.[name] ?? [];
  const [i] = bestAt(name, values);
  return i === undefined ? null : {value: values[i], epoch: run.metrics.epoch[i]};
}

const reachedText = ({value, epoch}) => `${figure(value)} (epoch ${epoch})`;

// The most informative metric among those with a better direction.
const mainMetric = () => metricNames().find((name) => betterOf(name) !== "");

// The values for real images, one line for all runs that were measured in the same way.
function realLevels(name) {
  const scores =
      data.runs.map((run) => run.evaluation?.figures?.[name]?.real).filter(Number.isFinite);
  return [...new Set(scores)].map((y) => ({name: "real images", colour: "var(--soft)", y}));
}

// Groups runs by their config, ignoring keys that don't make a different experiment.
function seedGroups() {
  const ignored = ["train.seed", "train.threads", "output.dir"];
  const kindOf = (run) => JSON.stringify(
      [...run.settings].filter(([key, {usual}]) => !usual && !ignored.includes(key))
          .map(([key, {value}]) => [key, value]));
  const groups = new Map();
  for (const run of data.runs) groups.set(kindOf(run), [...(groups.get(kindOf(run)) ?? []), run]);
  return [...groups.values()].map((runs) => ({
    runs,
    colour: runs[0].colour,
    title: runs.length === 1 ? runs[0].title : `${runs[0].title} and ${runs.length - 1} more`,
  }));
}

function swatchOf({colour}) {
  const swatch = make("span", {class: "swatch"});
  swatch.style.borderColor = colour;
  return swatch;
}

const lastLoss = (which) => (run) => last(run.losses?.[which]);
const trained = (run) => last(run.clock).time;

// The summary table of several runs: state, epochs, best metric and time.
function showSummary() {
  if (!several) return;
  byId("summary").hidden = false;
  const main = mainMetric();
  const best = data.runs.map((run) => (main ? bestOf(run, main) : null));
  const marked = main ? bestAt(main, best.map((one) => one?.value)) : [];
  const column = main ? [`best ${labelOf(main)}`] : [];
  const heads = ["run", "state", "epochs", ...column, "training time"];
  const lineOf = (line, state, epochs, value, seconds, isBest = false) => row(
      make("span", {}, swatchOf(line), line.title),
      [state, epochs, ...(main ? [value] : []), duration(seconds)], {best: isBest ? [2] : []});
  const rows = data.runs.map((run, i) => lineOf(
      run, stateMark(run), `${figure(doneEpochs(run))} of ${figure(plannedEpochs(run))}`,
      best[i] && reachedText(best[i]), trained(run), marked.includes(i)));
  for (const group of seedGroups().filter(({runs}) => runs.length > 1)) {
    const reached = main && momentsOf(group.runs.map((run) => bestOf(run, main)?.value));
    const all = {...group, title: `mean ± deviation of ${group.title}`};
    rows.push(lineOf(all, "", "", reached && figure(reached.mean, reached.spread),
                     momentsOf(group.runs.map(trained)).mean));
  }
  byId("summary").append(table("Runs", heads, rows));
  const hint = main ? `${labelOf(main)}: ${betterOf(main)} is better; ★ marks the best.` : "";
  byId("summary").append(make("p", {class: "hint"}, hint));
}

// Summaries of runs that differ only in the seed.
function seedTables() {
  const groups = seedGroups();
  if (groups.every(({runs}) => runs.length === 1)) return [];
  const lineOf = (head, name, of) => {
    const all = groups.map(({runs}) => momentsOf(runs.map(of)));
    const cells = all.map((one) => one && figure(one.mean, one.spread));
    const best = groups.length > 1 ? bestAt(name, all.map((one) => one?.mean)) : [];
    return row(head, cells, {numbers: true, best});
  };
  const rows = [
    lineOf("discriminator's loss", "", lastLoss("d_loss")),
    lineOf("generator's loss", "", lastLoss("g_loss")),
    ...metricNames().map(
        (name) => lineOf(metricHead(name), name, (run) => last(run.metrics?.[name]))),
  ];
  const heads = ["", ...groups.map(({title}) => title)];
  return [table("Mean ± standard deviation over seeds, last epoch", heads, rows)];
}

function showFigures() {
  const epochs = (run) => last(run.losses?.epoch);
  const parameters = (which) => (run) => run.facts?.networks?.[which]?.parameters ?? null;
  const rows = [
    ["epochs", epochs],
    ["discriminator's loss", lastLoss("d_loss")],
    ["generator's loss", lastLoss("g_loss")],
    ["D(x)", lastLoss("d_real")],
    ["D(G(z))", lastLoss("d_fake")],
    ["diversity", (run) => last(run.health?.diversity)],
    ["training time", (run) => duration(trained(run))],
    ["time per epoch", (run) => duration(epochs(run) ? trained(run) / epochs(run) : NaN)],
    ["images per second", lastLoss("images_per_second")],
    ["parameters of the generator", parameters("generator")],
    ["parameters of the discriminator", parameters("discriminator")],
  ].map(([head, of]) => row(head, data.runs.map(of), {numbers: true}));
  const heads = data.runs.map((run) => run.title);
  const tables = make("div", {class: "tables"});
  byId("figures").append(tables);
  tables.append(several ? table("Last epoch of each run", ["", ...heads], rows) :
                          table("Last epoch", ["", "value"], rows));
  showEvaluations(tables, heads);
  tables.append(...seedTables());
  for (const run of data.runs) {
    if (!run.losses?.epoch?.length) continue;
    byId("figures").append(folded(`All epochs${several ? ` of ${run.title}` : ""}`, () => {
      const [first, ...others] = Object.keys(run.losses);
      const lines = run.losses[first].map((value, i) =>
        row(figure(value), others.map((name) => run.losses[name][i]), {numbers: true}));
      return table("losses.csv", [first, ...others].map(spoken), lines);
    }));
  }
}

// One run: its last and best values. Several: the last of each. Next to them, the values for real
// images and noise, if all runs were measured in the same way.
function showEvaluations(tables, titles) {
  const names = metricNames();
  const evaluations = data.runs.map((run) => run.evaluation).filter(Boolean);
  const terms = new Set(
      evaluations.map((e) => `${e.features}; ${e.reference}; ${figure(e.samples)}`));
  const beside = terms.size === 1 ? ["real", "noise"] : [];
  const rows = names.map((name) => {
    const values = data.runs.map((run) => last(run.metrics?.[name]));
    const others = beside.map((which) => evaluations[0].figures?.[name]?.[which] ?? null);
    const best = several ? null : bestOf(data.runs[0], name);
    const reached = several ? [] : [best ? reachedText(best) : ""];
    const marked = several ? bestAt(name, values) : best?.value === values[0] ? [0] : [];
    return row(
        metricHead(name), [...values, ...reached, ...others], {numbers: true, best: marked});
  });
  if (rows.length > 0) {
    const heads = several ? titles : ["last", "best"];
    tables.append(table("Last evaluation", ["", ...heads, ...beside], rows));
    byId("figures").append(make(
        "p", {class: "hint"}, "↓ lower is better, ↑ higher is better, ★ the best of ",
        several ? "these runs." : "this run."));
  }
  for (const text of terms)
    byId("figures").append(make("p", {class: "hint"}, `Features, reference and number of samples: ${text}.`));
}

function showConfig() {
  const keys = [...new Set(data.runs.flatMap((run) => [...run.settings.keys()]))];
  const valueOf = (run, key) => run.settings.get(key)?.value ?? null;
  if (several) {
    // An unknown key of an older run has its default.
    const said = (run, key) => (run.settings.get(key)?.usual ?? true) ? "" : `=${valueOf(run, key)}`;
    const differs = (key) => new Set(data.runs.map((run) => said(run, key))).size > 1;
    const rows = keys.filter((key) => key !== "output.dir" && differs(key)).map(
        (key) => row(key, data.runs.map((run) => valueOf(run, key))));
    const heads = ["", ...data.runs.map((run) => run.title)];
    byId("config").append(
        rows.length ? table("Differences", heads, rows) : "All runs have the same config.");
  }
  for (const run of data.runs) {
    const all = [...run.settings];
    const lines = (some) =>
        some.map(([key, {value, usual}]) => row(key, [value], {changed: !usual}));
    const changed = all.filter(([, {usual}]) => !usual);
    const whose = several ? ` of ${run.title}` : "";
    const open = (caption, some) => table(caption, ["key", "value"], lines(some));
    byId("config").append(
        folded(`Changed from the defaults${whose} (${changed.length})`,
               () => open("Config: changed keys", changed), !several),
        folded(`All keys${whose} (${all.length})`, () => open("Config (bold: not the default)", all)));
  }
}

function showNetworks() {
  for (const run of data.runs) {
    const whose = several ? `${run.title}: ` : "";
    const networks = run.facts?.networks;
    if (!networks) byId("networks").append(make("p", {}, `${whose}run.json has no networks.`));
    for (const [name, {parameters, layers}] of Object.entries(networks ?? {})) {
      const rows = () => layers.map((its) => row(its.layer, [its.output, its.parameters]));
      byId("networks").append(folded(
          `${whose}${name}, ${counted(parameters, "parameter")}`,
          () => table(name, ["layer", "output", "parameters"], rows()), !several));
    }
  }
}

function showMachine() {
  const ofData = ({source, items, shape, labelled}) =>
    `${source}, ${counted(items, "item")} of ${[shape].flat().join("x")}${labelled ? ", labelled" : ""}`;
  const ofClasses = ({classes}) => classes && Object.entries(classes).map(
    ([name, items]) => `${name} (${items})`).join(", ");
  const rows = [
    ["data", ({facts}) => facts && ofData(facts.data)],
    ["images per class", ({facts}) => facts && ofClasses(facts.data)],
    ["steps per epoch", ({facts}) => facts?.steps_per_epoch],
    ["processor", ({facts}) => facts && `${facts.processor} (${facts.instructions})`],
    ["threads", ({facts}) => facts?.threads],
    ["device", ({facts}) => facts && `${facts.device} in ${facts.precision}`],
    ["LibTorch", ({facts}) => facts?.libtorch],
    ["gan-train", ({facts}) => facts?.gan_train],
    ["started", ({log}) => log?.first],
    ["last log entry", ({log}) => log?.last],
    ["number of starts", ({log}) => log?.starts],
    ["folder", ({path}) => path],
  ].map(([head, of]) => row(head, data.runs.map((run) => String(of(run) ?? "–"))));
  const heads = ["", ...data.runs.map((run) => run.title)];
  if (!several) heads[1] = "value";
  byId("machine").append(table(several ? "Each run" : "This run", heads, rows));
}
