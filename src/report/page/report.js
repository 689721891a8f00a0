// Builds the parts of the page, then draws all of them.

const looks = {
  complete: "✓", training: "▶", stopped: "■", failed: "✕", collapsed: "✕",
};

function stateMark(run) {
  const sign = make("span", {"aria-hidden": true}, `${looks[run.look]} `);
  return make("span", {class: `state ${run.look}`}, sign, run.look);
}

const doneEpochs = (run) => last(run.losses?.epoch) ?? 0;
const plannedEpochs = (run) => Number(run.settings.get("train.epochs")?.value ?? NaN);

// One line about how a run ended.
function outcomeOf(run) {
  const parts = [`${figure(doneEpochs(run))} of ${counted(plannedEpochs(run), "epoch")}`];
  const main = mainMetric();
  const best = main && bestOf(run, main);
  if (best) {
    const real = run.evaluation?.figures?.[main]?.real;
    const beside = Number.isFinite(real) ? `, real images ${figure(real)}` : "";
    parts.push(`best ${labelOf(main)} ${figure(best.value)} in epoch ${best.epoch} (${
        betterOf(main)} is better${beside})`);
  } else {
    parts.push("not evaluated (see eval.every)");
  }
  parts.push(`trained for ${duration(trained(run))}`);
  const told = (run.log?.warnings ?? []).some(([, level]) => level === "error");
  if (run.look === "failed" && !told) parts.push("see train.log for the reason");
  if (run.look === "training") parts.push(`as of ${data.written}`);
  return parts.join(" · ");
}

function outcomeOfAll() {
  const present = Object.keys(looks).filter((look) => data.runs.some((run) => run.look === look));
  const count = (look) => data.runs.filter((run) => run.look === look).length;
  return present.map((look) => `${count(look)} ${look}`).join(" · ");
}

function showHead() {
  const names = data.runs.map((run) => run.title);
  byId("title").textContent = names.length > 4 ? `${names.length} runs` : names.join(" · ");
  if (!several) byId("title").after(stateMark(data.runs[0]));
  document.title = `${names.join(", ")}${several ? "" : `: ${data.runs[0].look}`} – gan-train`;
  byId("outcome").textContent = several ? outcomeOfAll() : outcomeOf(data.runs[0]);
  const nav = document.querySelector("nav");
  for (const section of document.querySelectorAll("main > section:not([hidden])")) {
    nav.append(make("a", {href: `#${section.id}`}, section.querySelector("h2").textContent));
  }
  byId("about").textContent = `Made by gan-train ${data.version}, ${data.written}.`;
}

// Shows one list per run that has items.
function showLists(id, itemsOf) {
  for (const run of data.runs) {
    const items = itemsOf(run);
    if (items.length === 0) continue;
    byId(id).hidden = false;
    if (several) byId(id).append(make("h3", {}, run.title));
    byId(id).append(make("ul", {}, ...items.map((item) => make("li", {}, item))));
  }
}

// The number of columns that leaves the fewest empty cells in the last row.
function columnsFor(count, most) {
  let best = most;
  for (let columns = most; columns >= Math.ceil(most / 2); --columns) {
    const empty = (n) => Math.ceil(count / n) * n - count;
    if (empty(columns) < empty(best)) best = columns;
  }
  return Math.min(best, count);
}

// Lays out pictures in columns of equal width; small ones are enlarged by an integer factor.
function layOut(place) {
  const figures = [...place.querySelectorAll("figure")];
  const gap = 16;
  const width = place.getBoundingClientRect().width;
  const least = width < 640 ? 160 : 240;
  const most = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const columns = columnsFor(figures.length, Math.min(most, figures.length));
  place.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  const room = (width + gap) / columns - gap;
  for (const image of place.querySelectorAll("img")) {
    const factor = Math.floor(room / image.naturalWidth);
    const enlarged = factor >= 1 && Number.isFinite(factor);
    image.style.width = enlarged ? `${factor * image.naturalWidth}px` : "100%";
    image.style.imageRendering = factor > 1 ? "pixelated" : "auto";
  }
}

function addPicture(caption) {
  const image = make("img", {});
  image.addEventListener("load", () => layOut(byId("grids")));
  byId("grids").append(make("figure", {}, image, caption));
  return image;
}

// Shows real images, once if all runs have the same.
function showRealImages() {
  const sources = new Set(data.runs.map((run) => run.real).filter(Boolean));
  for (const source of sources) {
    const [run] = data.runs.filter((one) => one.real === source);
    const whose = sources.size > 1 ? ` of ${run.title}` : "";
    const caption = make("figcaption", {}, `real images${whose}, as the networks see them`);
    const image = addPicture(caption);
    image.alt = `real images${whose}, in the same places`;
    image.src = source;
  }
}

function showSamples() {
  const epochs = [...new Set(data.runs.flatMap((run) => run.grids.map(([epoch]) => epoch)))].sort(
      (a, b) => a - b);
  new ResizeObserver(() => layOut(byId("grids"))).observe(byId("grids"));
  if (epochs.length === 0) {
    byId("samples").querySelector(".tools").remove();
    byId("grids").before("This report has no grids of samples.");
    showRealImages();
    return;
  }
  const frames = data.runs.map((run) => {
    const caption = make("figcaption", {});
    return {run, image: addPicture(caption), caption};
  });
  showRealImages();
  const slider = byId("epoch");
  slider.max = epochs.length - 1;
  byId("samples").querySelector(".tools").hidden = epochs.length === 1;

  const show = (at) => {
    slider.value = at;
    const wanted = epochs[slider.value];
    slider.setAttribute("aria-valuetext", `epoch ${wanted}`);
    byId("epoch-text").textContent = `epoch ${wanted}`;
    for (const {run, image, caption} of frames) {
      // The newest up to then, or else the first.
      const [epoch, source] = run.grids.findLast(([its]) => its <= wanted) ?? run.grids[0] ?? [];
      caption.textContent =
          (several ? `${run.title}: ` : "") + (source ? `after epoch ${epoch}` : "no grids");
      image.hidden = !source;
      if (!source) continue;
      image.src = source;
      image.alt = `samples of ${run.title} after epoch ${epoch}`;
    }
  };
  let timer = null;
  const play = (on) => {
    clearInterval(timer);
    timer = on ? setInterval(() => show((Number(slider.value) + 1) % epochs.length), 500) : null;
    byId("play").setAttribute("aria-pressed", on);
    byId("play").textContent = on ? "Stop" : "Play";
  };
  const move = (by) => {
    play(false);
    show(Number(slider.value) + by);
  };
  slider.addEventListener("input", () => move(0));
  byId("earlier").addEventListener("click", () => move(-1));
  byId("later").addEventListener("click", () => move(1));
  byId("play").addEventListener("click", () => play(timer === null));
  show(epochs.length - 1);
}

// From forty points on, a moving mean over a twentieth of them, as in losses.png.
function smoothing(count) {
  const twentieth = Math.floor(count / 20);
  return twentieth > 1 ? 2 * Math.floor(twentieth / 2) + 1 : 0;
}

// One legend for all charts, explaining colours and dashes.
function showLegend(lines, banded) {
  const soft = "var(--soft)";
  const entries = several ? [
    ...lines.map(({title, colour}) => legendEntry({name: title, colour})),
    legendEntry({name: "discriminator, D(x) of real images", colour: soft}),
    legendEntry({name: "generator, D(G(z)) of samples", colour: soft, dashed: true}),
  ] : [
    legendEntry({name: "discriminator, D(x) of real images", colour: colourOf(0)}),
    legendEntry({name: "generator, D(G(z)) of samples", colour: colourOf(1), dashed: true}),
  ];
  const name = "mean ± standard deviation over seeds";
  if (banded) entries.push(legendEntry({name, colour: soft, kind: "band"}));
  byId("legend").replaceChildren(...entries);
}

function showCurves() {
  const view = new View();
  const place = byId("charts");
  const groups = seedGroups();
  const seeds = groups.some(({runs}) => runs.length > 1);
  const alone = data.runs.map((run) => ({runs: [run], title: run.title, colour: run.colour}));
  let fine = false;
  let apart = !seeds;
  const losses = (run) => (fine && run.steps ? run.steps : run.losses);
  const health = (run) => run.health;
  // One run: one colour per curve. Several: one colour per run. The second curve is dashed.
  const curveOf = (line, tableOf, column, name, i) => {
    const {runs, title} = line;
    const its = runs.length > 1 ? meanPoints(runs, tableOf, column) :
                                  points(runs[0], tableOf(runs[0]), column);
    return {
      name: several ? `${title}: ${name}` : name,
      colour: several ? line.colour : colourOf(i),
      dashed: i === 1,
      points: its,
      smooth: smoothing(its.length),
    };
  };
  const both = (suffix) => ({[`d_${suffix}`]: "discriminator", [`g_${suffix}`]: "generator"});
  const charts = [];
  const add = (title, tableOf, columnsOf, {limits, first = 0, levelsOf = () => []} = {}) => {
    const chart = new Chart(place, view, title, limits);
    charts.push(() => {
      const curves = (apart ? alone : groups).flatMap((line) => Object.entries(columnsOf()).map(
          ([column, name], i) => curveOf(line, tableOf, column, name, i + first)));
      chart.set(curves.filter((one) => one.points.length > 0), levelsOf());
    });
    return chart;
  };
  add("Losses", losses, () => both("loss"));
  add("Output of the discriminator", losses,
      () => ({d_real: "D(x), real", d_fake: "D(G(z)), generated"}), {limits: [0, 1]});
  add("Gradient norms", health, () => both("grad_norm"));
  add("Diversity of samples (1: as varied as the data)", health,
      () => ({diversity: "diversity"}), {limits: [0, 1], first: 2});

  const names = metricNames();
  if (names.length > 0) {
    const options = names.map((name) => make("option", {value: name}, labelOf(name)));
    const chosen = make("select", {"aria-label": "metric"}, ...options);
    const {head} = add("Evaluation:", (run) => run.metrics,
                       () => ({[chosen.value]: labelOf(chosen.value)}),
                       {first: 2, levelsOf: () => realLevels(chosen.value)});
    head.append(" ", chosen);
    chosen.addEventListener("change", () => update());
  }
  const update = () => {
    for (const set of charts) set();
    showLegend(apart ? alone : groups, !apart);
    view.draw();
  };
  byId("axis").addEventListener("change", (event) => {
    Object.assign(view, {axis: event.target.value, cursor: null, range: null});
    view.draw();
  });
  byId("fine").hidden = !data.runs.some((run) => run.steps?.step?.length);
  byId("fine").querySelector("input").addEventListener("change", (event) => {
    fine = event.target.checked;
    update();
  });
  byId("apart").hidden = !seeds;
  byId("apart").querySelector("input").addEventListener("change", (event) => {
    apart = event.target.checked;
    update();
  });
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => view.zoom(button.dataset.zoom));
  }
  update();
}

function showWarnings() {
  showLists("warnings", (run) => (run.log?.warnings ?? []).map(([time, level, text]) =>
    make("span", {class: "warning"}, `${time} ${level}: ${text}`)));
}

function showMissing() {
  showLists("missing", (run) => run.notes);
}

data.runs.forEach(prepare);
for (const show of [showSummary, showWarnings, showSamples, showCurves, showFigures, showConfig,
                    showNetworks, showMachine, showMissing, showHead]) {
  try {
    show();  // a damaged file may break one part of the page, but not all of it
  } catch (error) {
    console.error(error);
    data.runs[0].notes.push(`${show.name}: ${error.message}`);
  }
}
