// Moving mean over `count` points centred on each; fewer at the ends.
function smoothed(points, count) {
  const side = Math.floor(count / 2);
  return points.map((point, i) => {
    const near = points.slice(Math.max(0, i - side), i + side + 1).map((p) => p.y);
    return {...point, y: Number.isFinite(point.y) ? meanOf(near.filter(Number.isFinite)) : null};
  });
}

// A sample of a line's style and its name, with a value if given.
function legendEntry({name, colour, dashed, kind = dashed ? "dashed" : ""}, value = null) {
  const swatch = make("span", {class: `swatch ${kind}`});
  swatch.style.borderColor = colour;
  return make("span", {}, swatch, name, ...(value === null ? [] : [" ", make("b", {}, value)]));
}

// Curves against the view's axis. A series is {name, colour, dashed, points: [{epoch, step, time,
// y}]}; its points have `low` and `high` if it is a mean with a band. `smooth`, if above 1, is the
// number of points of the moving mean drawn over the curve. A level {name, colour, y} is a
// horizontal line. `limits`: the smallest range of the vertical axis.
class Chart {
  static tags = new Set(["svg", "g", "clipPath", "path", "line", "circle", "rect", "text"]);

  constructor(place, view, title, limits = null) {
    Object.assign(this, {view, title, limits});
    this.set([]);
    this.values = make("div", {class: "values"});
    this.svg = make("svg", {tabindex: 0, role: "slider", "aria-label": title});
    this.note = make("span", {class: "unit"});
    this.head = make("h3", {}, title, " ", this.note);
    this.box = make("div", {class: "chart"}, this.head, this.svg, this.values);
    place.append(this.box);
    view.charts.push(this);
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("focus", () => this.step(0));
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  x(point) {
    return point[this.view.axis];
  }

  // Sets the curves, without drawing them.
  set(series, levels = []) {
    Object.assign(this, {series, levels});
    this.places = {};
    this.scale = fittingScale(series.flatMap((one) => one.points.map((point) => point.y)));
    if (this.note) this.note.textContent = this.scale === scales.log ? "log scale" : "";
  }

  // The x values of the chart's points, in order.
  xs() {
    const {axis} = this.view;
    if (!this.places[axis]) {
      const all = this.series.flatMap((one) => one.points.map((point) => point[axis]));
      this.places[axis] = [...new Set(all.filter(Number.isFinite))].sort((a, b) => a - b);
    }
    return this.places[axis];
  }

  draw() {
    this.width = Math.max(this.svg.getBoundingClientRect().width, 240);
    this.height = 240;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    [this.low, this.high] = this.view.seen();
    [this.lowest, this.highest] = this.rangeOfY();
    this.findTicks();
    const {left, right} = this.space;
    // Leaves room for a dot at either end.
    const clip = make("clipPath", {id: `inside-${this.view.charts.indexOf(this)}`});
    clip.append(make("rect", {x: left - 4, width: right - left + 8, y: 0, height: this.height}));
    const inside = make("g", {"clip-path": `url(#${clip.id})`}, ...this.curves());
    this.mark = make("g", {});
    this.svg.replaceChildren(clip, ...this.axes(), inside, this.mark);
    this.point();
  }

  // Computes the ticks of both axes, and the room for their labels.
  findTicks() {
    const room = (some) => 7 * Math.max(0, ...some.map(({text}) => text.length));
    const counts = this.view.axis !== "time";
    this.ticksY = this.scale.ticks(this.lowest, this.highest);
    this.ticksX = ticks(this.low, this.high, this.width / 90, counts);
    if (this.ticksX.length === 0) this.ticksX = ticks(this.low, this.high, 2, false);
    this.space = {
      left: Math.max(36, room(this.ticksY) + 12, room(this.ticksX.slice(0, 1)) / 2),
      right: this.width - Math.max(12, room(this.ticksX.slice(-1)) / 2),
      top: 10,
      bottom: this.height - 26,
    };
  }

  toX(value) {
    const {left, right} = this.space;
    return left + ((value - this.low) / (this.high - this.low)) * (right - left);
  }

  fromX(pixel) {
    const {left, right} = this.space;
    const share = Math.min(1, Math.max(0, (pixel - left) / (right - left)));
    return this.low + share * (this.high - this.low);
  }

  toY(value) {
    const {top, bottom} = this.space;
    const share = (this.scale.of(value) - this.lowest) / (this.highest - this.lowest);
    return bottom - share * (bottom - top);
  }

  across(y, attributes) {
    const at = this.toY(y);
    return make("line", {x1: this.space.left, x2: this.space.right, y1: at, y2: at, ...attributes});
  }

  isSeen(point) {
    return Number.isFinite(point.y) && this.x(point) >= this.low && this.x(point) <= this.high;
  }

  // The range of the vertical axis, after scaling.
  rangeOfY() {
    const seen = this.series.flatMap((one) => one.points.filter((p) => this.isSeen(p)));
    const ys = seen.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]);
    ys.push(...this.levels.map((level) => level.y), ...(this.limits ?? []));
    if (ys.length === 0) return [0, 1];
    const low = this.scale.of(ys.reduce((a, b) => Math.min(a, b)));
    const high = this.scale.of(ys.reduce((a, b) => Math.max(a, b)));
    const margin = (high - low) * 0.04 || Math.abs(high) * 0.1 || 1;
    return [low - margin, high + margin];
  }

  axes() {
    const parts = [];
    for (const {value, text} of this.ticksY) {
      parts.push(this.across(value, {class: "grid"}));
      const place = {x: this.space.left - 6, y: this.toY(value) + 4, "text-anchor": "end"};
      parts.push(make("text", place, text));
    }
    for (const {value, text} of this.ticksX) {
      const place = {x: this.toX(value), y: this.height - 8, "text-anchor": "middle"};
      parts.push(make("text", place, text));
    }
    return parts;
  }

  curves() {
    const parts = this.levels.map(
        (level) => this.across(level.y, {class: "level", stroke: level.colour}));
    for (const one of this.series) {
      const dash = one.dashed ? {"stroke-dasharray": "6 4"} : {};
      const curve = (points, kind) => make(
          "path", {class: kind, d: this.path(points), stroke: one.colour, ...dash});
      const band = one.points.filter((p) => Number.isFinite(p.low) && this.x(p) !== null);
      if (band.length > 1) {
        const back = band.toReversed().map((p) => ({...p, y: p.low}));
        const around = this.path([...band.map((p) => ({...p, y: p.high})), ...back]);
        parts.push(make("path", {class: "band", d: `${around}Z`, fill: one.colour}));
      }
      const smooth = one.smooth > 1;
      parts.push(curve(one.points, smooth ? "curve faint" : "curve"));
      if (smooth) parts.push(curve(smoothed(one.points, one.smooth), "curve"));
      const seen = one.points.filter((point) => this.isSeen(point));
      if (seen.length <= 40 && !smooth) parts.push(...seen.map((p) => this.dot(one, p, 3)));
    }
    return parts;
  }

  // A line through the points, with gaps at missing values.
  path(points) {
    let path = "";
    let pen = "M";
    for (const point of points) {
      const good = Number.isFinite(point.y) && Number.isFinite(this.x(point));
      const place = () => [this.toX(this.x(point)), this.toY(point.y)];
      if (good) path += pen + place().map((at) => at.toFixed(1)).join(" ");
      pen = good ? "L" : "M";
    }
    return path;
  }

  // Filled on a solid curve, hollow on a dashed one.
  dot(one, point, radius) {
    const fill = one.dashed ? "var(--panel)" : one.colour;
    const [cx, cy] = [this.toX(this.x(point)), this.toY(point.y)];
    return make("circle", {cx, cy, r: radius, fill, stroke: one.colour});
  }

  // Marks the points nearest to the cursor, and shows their values below the chart.
  point() {
    if (!this.mark) return;
    const xs = this.xs();
    const {cursor, axis} = this.view;
    const x = cursor === null || xs.length === 0 ? null : nearestOf(xs, cursor);
    const marks = [];
    const words = [];
    this.values.replaceChildren();
    if (x !== null && x >= this.low && x <= this.high) {
      const {top, bottom} = this.space;
      const at = this.toX(x);
      marks.push(make("line", {class: "cursor", x1: at, x2: at, y1: top, y2: bottom}));
      const place = Number(x.toPrecision(6));
      words.push(axis === "time" ? `after ${duration(place)}` : `${axis} ${figure(place)}`);
      this.values.append(make("span", {}, words[0]));
    }
    for (const one of this.series) {
      const nearest = marks.length ? this.nearest(one.points, x) : null;
      if (!nearest || !this.isSeen(nearest)) continue;
      marks.push(this.dot(one, nearest, 4.5));
      const value = figure(nearest.y, nearest.spread ?? null);
      this.values.append(legendEntry(one, value));
      words.push(`${one.name} ${value}`);
    }
    for (const level of this.levels) {
      this.values.append(legendEntry({...level, kind: "dotted"}, figure(level.y)));
    }
    this.mark.replaceChildren(...marks);
    const told = {
      min: xs[0] ?? 0,
      max: xs.at(-1) ?? 0,
      now: x ?? xs[0] ?? 0,
      text: words.join(", ") || "no point chosen",
    };
    for (const key of Object.keys(told)) this.svg.setAttribute(`aria-value${key}`, told[key]);
  }

  nearest(points, x) {
    let best = null;
    for (const point of points) {
      if (!Number.isFinite(point.y)) continue;
      if (best === null || Math.abs(this.x(point) - x) < Math.abs(this.x(best) - x)) best = point;
    }
    return best;
  }

  // Moves the cursor by that many points (0: to the nearest point) and scrolls the view with it.
  step(count) {
    const xs = this.xs();
    if (xs.length === 0) return;
    const [low, high] = this.view.seen();
    const from = this.view.cursor ?? low;
    const slack = (high - low) * 1e-9;
    let at = xs.findIndex((x) => x > from + slack);
    if (at < 0) at = xs.length;
    if (count > 0) at += count - 1;
    if (count < 0) at = xs.findLastIndex((x) => x < from - slack) + count + 1;
    if (count === 0) at = xs.indexOf(nearestOf(xs, from));
    const x = xs[Math.min(xs.length - 1, Math.max(0, at))];
    this.view.point(x);
    if (x < low) this.view.show(x, x + high - low);
    if (x > high) this.view.show(x - high + low, x);
  }

  key(event) {
    const {view} = this;
    const actions = {
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      PageDown: () => this.step(-10),
      PageUp: () => this.step(10),
      Home: () => this.step(-Infinity),
      End: () => this.step(Infinity),
      "+": () => view.zoom("in"),
      "=": () => view.zoom("in"),
      "-": () => view.zoom("out"),
      0: () => view.zoom("all"),
      Escape: () => view.point(null),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[event.key]();
  }

  // The pointer: moving it sets the cursor, dragging selects the visible range.
  listen() {
    let start = null;
    const at = (event) => {
      const box = this.svg.getBoundingClientRect();
      return ((event.clientX - box.left) * this.width) / box.width;
    };
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      start = at(event);
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointermove", (event) => {
      const xs = this.xs();
      const here = this.fromX(at(event));
      if (xs.length) this.view.point(nearestOf(xs, here));
      if (start === null) return;
      const [from, to] = [start, at(event)].sort((a, b) => a - b);
      const {top, bottom} = this.space;
      const place = {x: from, width: to - from, y: top, height: bottom - top};
      this.mark.append(make("rect", {class: "chosen", ...place}));
    });
    this.svg.addEventListener("pointerup", (event) => {
      const [from, to] = [start ?? 0, at(event)].sort((a, b) => a - b);
      if (start !== null && to - from > 8) this.view.show(this.fromX(from), this.fromX(to));
      start = null;
    });
    this.svg.addEventListener("pointercancel", () => {
      start = null;
    });
    this.svg.addEventListener("dblclick", () => this.view.show(null, null));
  }
}
