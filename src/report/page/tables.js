function metricNames() {
  const all = data.runs.flatMap((run) => Object.keys(run.metrics ?? {}));
  return [...new Set(all)].filter((name) => !["epoch", "step", "samples"].includes(name));
}

// What real images score, a line for all runs that were measured on the same terms.
function floors(name) {
  const known =
      data.runs.map((run) => run.evaluation?.figures?.[name]?.real).filter(Number.isFinite);
  return [...new Set(known)].map((y) => ({name: "real images", colour: "var(--soft)", y}));
}

// Runs by their config, but for what makes no other experiment of it.
function seedGroups() {
  const aside = ["train.seed", "train.threads", "output.dir"];
  const kindOf = (run) => JSON.stringify(
      [...run.settings].filter(([key, {usual}]) => !usual && !aside.includes(key))
          .map(([key, {value}]) => [key, value]));
  const groups = new Map();
  for (const run of data.runs) groups.set(kindOf(run), [...(groups.get(kindOf(run)) ?? []), run]);
  return [...groups.values()];
}

// "1.23 ± 0.04": mean and sample standard deviation.
function spread(values) {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return figure(mean);
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${figure(mean)} ± ${figure(Math.sqrt(squares / (known.length - 1)))}`;
}

function showSeeds() {
  const groups = seedGroups();
  if (groups.every((runs) => runs.length === 1)) return;
  const lineOf = (head, of) => row(head, groups.map((runs) => spread(runs.map(of))), {numbers: true});
  const rows = [
    lineOf("discriminator's loss", (run) => last(run.losses?.d_loss)),
    lineOf("generator's loss", (run) => last(run.losses?.g_loss)),
    ...metricNames().map((name) => lineOf(spoken(name), (run) => last(run.metrics?.[name]))),
  ];
  const heads = groups.map((runs) =>
    runs.length === 1 ? runs[0].title : `${runs[0].title} and ${runs.length - 1} more`);
  byId("figures").append(
      table("Mean and standard deviation over seeds, last epoch", ["", ...heads], rows));
}

function showFigures() {
  const sum = (run) => last(run.clock).time;
  const epochs = (run) => last(run.losses?.epoch);
  const best = (run) => {
    const known = (run.metrics?.frechet ?? []).filter(Number.isFinite);
    if (known.length === 0) return null;
    const lowest = Math.min(...known);
    return `${figure(lowest)} (epoch ${run.metrics.epoch[run.metrics.frechet.indexOf(lowest)]})`;
  };
  const parameters = (which) => (run) => run.facts?.networks?.[which]?.parameters ?? null;
  const rows = [
    ["epochs", epochs],
    ["discriminator's loss", (run) => last(run.losses?.d_loss)],
    ["generator's loss", (run) => last(run.losses?.g_loss)],
    ["D(x)", (run) => last(run.losses?.d_real)],
    ["D(G(z))", (run) => last(run.losses?.d_fake)],
    ["diversity", (run) => last(run.health?.diversity)],
    ["training time", (run) => duration(sum(run))],
    ["time an epoch", (run) => duration(epochs(run) ? sum(run) / epochs(run) : NaN)],
    ["images a second", (run) => last(run.losses?.images_per_second)],
    ["parameters of the generator", parameters("generator")],
    ["parameters of the discriminator", parameters("discriminator")],
  ].map(([head, of]) => row(head, data.runs.map(of), {numbers: true}));
  const heads = data.runs.map((run) => run.title);
  byId("figures").append(
      table(several ? "Last epoch of each run" : "Last epoch", ["", ...heads], rows));

  const names = metricNames();
  const evaluations = data.runs.map((run) => run.evaluation).filter(Boolean);
  const terms = new Set(evaluations.map((e) => `${e.features}; ${e.reference}; ${e.samples}`));
  const beside = terms.size === 1 ? ["real", "noise"] : [];
  const cellsOf = (name) => [
    ...data.runs.map((run) => last(run.metrics?.[name])),
    ...beside.map((which) => evaluations[0].figures?.[name]?.[which] ?? null),
  ];
  if (names.length > 0) {
    const measured = names.map((name) => row(spoken(name), cellsOf(name), {numbers: true}));
    if (names.includes("frechet")) {
      const cells = [...data.runs.map(best), ...beside.map(() => "")];
      measured.unshift(row("lowest frechet", cells, {numbers: true}));
    }
    const columns = ["", ...heads, ...beside];
    byId("figures").append(table("Last evaluation", columns, measured));
  }
  for (const text of terms)
    byId("figures").append(make("p", {class: "hint"}, `Features, reference, samples: ${text}.`));
  for (const run of data.runs) {
    if (!run.losses?.epoch?.length) continue;
    byId("figures").append(folded(`All epochs${several ? ` of ${run.title}` : ""}`, () => {
      const [first, ...others] = Object.keys(run.losses);
      const rows = run.losses[first].map((value, i) =>
        row(figure(value), others.map((name) => run.losses[name][i]), {numbers: true}));
      return table("losses.csv", [first, ...others].map(spoken), rows);
    }));
  }
}

function showConfig() {
  const keys = [...new Set(data.runs.flatMap((run) => [...run.settings.keys()]))];
  const valueOf = (run, key) => run.settings.get(key)?.value ?? null;
  if (several) {
    // A key that an older run does not know stands for its default.
    const said = (run, key) => (run.settings.get(key)?.usual ?? true) ? "" : `=${valueOf(run, key)}`;
    const differs = (key) => new Set(data.runs.map((run) => said(run, key))).size > 1;
    const rows = keys.filter((key) => key !== "output.dir" && differs(key)).map(
        (key) => row(key, data.runs.map((run) => valueOf(run, key))));
    const heads = ["", ...data.runs.map((run) => run.title)];
    byId("config").append(
        rows.length ? table("What differs", heads, rows) : "All runs have the same config.");
  }
  for (const run of data.runs) {
    const all = [...run.settings];
    const lines = (some) =>
        some.map(([key, {value, usual}]) => row(key, [value], {changed: !usual}));
    const changed = all.filter(([, {usual}]) => !usual);
    const whose = several ? ` of ${run.title}` : "";
    const open = (caption, some) => table(caption, ["key", "value"], lines(some));
    byId("config").append(
        folded(`Other than the defaults${whose} (${changed.length})`,
               () => open("Config, in part", changed), !several),
        folded(`All${whose} (${all.length})`, () => open("Config; bold: no default", all)));
  }
}

function showNetworks() {
  for (const run of data.runs) {
    const whose = several ? `${run.title}: ` : "";
    const networks = run.facts?.networks;
    if (!networks) byId("networks").append(make("p", {}, `${whose}run.json does not tell.`));
    for (const [name, {parameters, layers}] of Object.entries(networks ?? {})) {
      const rows = () => layers.map((its) => row(its.layer, [its.output, its.parameters]));
      byId("networks").append(folded(
          `${whose}${name}, ${figure(parameters)} parameters`,
          () => table(name, ["layer", "output", "parameters"], rows()), !several));
    }
  }
}

function showMachine() {
  const ofData = ({source, items, shape, labelled}) =>
    `${source}, ${items} items of ${[shape].flat().join("x")}${labelled ? ", labelled" : ""}`;
  const rows = [
    ["data", ({facts}) => facts && ofData(facts.data)],
    ["steps an epoch", ({facts}) => facts?.steps_per_epoch],
    ["processor", ({facts}) => facts && `${facts.processor} (${facts.instructions})`],
    ["threads", ({facts}) => facts?.threads],
    ["device", ({facts}) => facts && `${facts.device} in ${facts.precision}`],
    ["LibTorch", ({facts}) => facts?.libtorch],
    ["gan-train", ({facts}) => facts?.gan_train],
    ["begun", ({log}) => log?.first],
    ["last line of the log", ({log}) => log?.last],
    ["times it was started", ({log}) => log?.starts],
  ].map(([head, of]) => row(head, data.runs.map((run) => String(of(run) ?? "–"))));
  const heads = ["", ...data.runs.map((run) => run.title)];
  byId("machine").append(table(several ? "Each run" : "This run", heads, rows));
}
