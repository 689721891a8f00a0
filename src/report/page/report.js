// The parts of the page, and then all of them drawn.

function showHead() {
  const names = data.runs.map((run) => run.title);
  byId("title").textContent = names.join(" · ");
  document.title = `${names.join(", ")} – gan-train`;
  for (const run of data.runs) {
    const done = last(run.losses?.epoch) ?? 0;
    const planned = run.settings.get("train.epochs")?.value ?? "?";
    const state = String(done) === planned ? "complete" : "not (yet) complete";
    const item = make("li", {});
    if (several) {
      const swatch = make("span", {class: "swatch"});
      swatch.style.borderColor = run.colour;
      item.append(swatch, make("b", {}, run.title), ": ");
    }
    item.append(`${done} of ${planned} epochs, ${state}; ${run.path}`);
    byId("runs").append(item);
  }
  const nav = document.querySelector("nav");
  for (const section of document.querySelectorAll("main > section:not([hidden])")) {
    nav.append(make("a", {href: `#${section.id}`}, section.querySelector("h2").textContent));
  }
  byId("about").textContent = `Made by gan-train ${data.version}, ${data.written}.`;
}

// A list for each run that has items.
function showLists(id, itemsOf) {
  for (const run of data.runs) {
    const items = itemsOf(run);
    if (items.length === 0) continue;
    byId(id).hidden = false;
    if (several) byId(id).append(make("h3", {}, run.title));
    byId(id).append(make("ul", {}, ...items.map((item) => make("li", {}, item))));
  }
}

function showSamples() {
  const epochs = [...new Set(data.runs.flatMap((run) => run.grids.map(([epoch]) => epoch)))].sort(
      (a, b) => a - b);
  if (epochs.length === 0) {
    byId("samples").querySelector(".tools").remove();
    byId("grids").append("There are no grids of samples.");
    return;
  }
  const frames = data.runs.map((run) => {
    const image = make("img", {});
    const caption = make("figcaption", {});
    // Small grids are enlarged by a whole factor.
    image.addEventListener("load", () => {
      const factor = Math.max(1, Math.floor(300 / image.naturalWidth));
      image.style.width = `${factor * image.naturalWidth}px`;
      image.style.imageRendering = factor > 1 ? "pixelated" : "auto";
    });
    byId("grids").append(make("figure", {}, image, caption));
    return {run, image, caption};
  });
  const slider = byId("epoch");
  slider.max = epochs.length - 1;

  const show = (at) => {
    slider.value = at;
    const wanted = epochs[slider.value];
    slider.setAttribute("aria-valuetext", `epoch ${wanted}`);
    byId("epoch-text").textContent = `epoch ${wanted}`;
    for (const {run, image, caption} of frames) {
      // The newest until then, or else the first.
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

function showCurves() {
  const view = new View();
  const place = byId("charts");
  let fine = false;
  // Of one run, a colour a curve; of several, a colour a run, and the second curve dashed.
  const curveOf = (run, table, column, name, i) => ({
    name: several ? `${run.title}: ${name}` : name,
    colour: several ? run.colour : colourOf(i),
    dashed: several && i > 0,
    points: points(run, table, column),
  });
  const losses = (run) => (fine && run.steps ? run.steps : run.losses);
  const health = (run) => run.health;
  const both = (suffix) => ({[`d_${suffix}`]: "discriminator", [`g_${suffix}`]: "generator"});
  const charts = [];
  const add = (title, tableOf, columnsOf, {limits, levelsOf = () => []} = {}) => {
    const chart = new Chart(place, view, title, limits);
    charts.push(() => {
      const curves = data.runs.flatMap((run) => Object.entries(columnsOf()).map(
          ([column, name], i) => curveOf(run, tableOf(run), column, name, i)));
      chart.set(curves.filter((one) => one.points.length > 0), levelsOf());
    });
    return chart;
  };
  add("Losses", losses, () => both("loss"));
  add("What the discriminator says", losses,
      () => ({d_real: "D(x), real", d_fake: "D(G(z)), generated"}), {limits: [0, 1]});
  add("Gradient norms", health, () => both("grad_norm"));
  add("Diversity of samples (1: as varied as the data)", health,
      () => ({diversity: "diversity"}), {limits: [0, 1]});

  const names = metricNames();
  if (names.length > 0) {
    const options = names.map((name) => make("option", {value: name}, spoken(name)));
    const chosen = make("select", {"aria-label": "figure"}, ...options);
    const {head} = add("Evaluation:", (run) => run.metrics,
                       () => ({[chosen.value]: spoken(chosen.value)}),
                       {levelsOf: () => floors(chosen.value)});
    head.append(" ", chosen);
    chosen.addEventListener("change", () => update());
  }
  const update = () => {
    for (const set of charts) set();
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
for (const show of [showWarnings, showSamples, showCurves, showFigures, showSeeds, showConfig, showNetworks,
                    showMachine, showMissing, showHead]) {
  try {
    show();  // a damaged file may cost a part of the page, not all of it
  } catch (error) {
    console.error(error);
    data.runs[0].notes.push(`${show.name}: ${error.message}`);
  }
}
