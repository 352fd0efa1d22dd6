// The curves of a study, to choose, compare and read off.
(function () {
  const place = document.getElementById("explore");
  if (!place || !page.curves.length) return;

  const AT_FIRST = 8, MANY = 12, LABELS_FROM_PX = 640, FEW_EPOCHS = 4;
  const INK = "#1f2328", MUTED = "#59636e", GRID = "#dfe3e8";
  const unfinished = new Set(page.unfinished.map(([variant, seed]) => `${seed} ${variant}`));
  const state = { column: page.curves[0], isLog: false, isWhole: false, reach: 0, hasSeeds: true, shown: new Set(firstShown()) };
  let view = null, pointed = null;

  function firstShown() {
    const others = page.ranked.length ? page.ranked : page.variants.map((each) => each.name);
    if (page.variants.length <= AT_FIRST) return page.variants.map((each) => each.name);
    return [page.baseline, ...others.slice(0, AT_FIRST - 4), ...others.slice(-3)];
  }

  function svg(name, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) if (value !== "") made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // ---- the controls

  const tag = element("p", { class: "meta clipped", role: "status" });
  const box = element("div", { class: "plot", tabindex: "0", role: "application" });
  const tip = element("div", { class: "tip", hidden: "" });
  const spoken = element("p", { class: "unseen", "aria-live": "polite" });
  const chips = element("div", { class: "chips", role: "group", "aria-label": "variants shown" });

  function select() {
    const made = element("select");
    page.curves.forEach((each, index) => made.append(element("option", { value: index }, titleOf(each.name))));
    made.addEventListener("change", () => change({ column: page.curves[Number(made.value)] }));
    return element("label", {}, "Curve ", made);
  }

  function titleOf(name) {
    if (name === "gap") return `gap (val_loss - loss, ${page.gap})`;
    return name.startsWith("val_") ? name : `${name} (training)`;
  }

  function scale() {
    const set = element("fieldset", {}, element("legend", { class: "unseen" }, "scale of the values"));
    for (const [words, isLog] of [["linear", false], ["log", true]]) {
      const input = element("input", { type: "radio", name: "scale" });
      input.checked = isLog === state.isLog;
      input.addEventListener("change", () => change({ isLog }));
      set.append(element("label", {}, input, ` ${words}`));
    }
    return set;
  }

  function smoothing() {
    const input = element("input", { type: "range", min: 0, max: 10, step: 1, value: 0 });
    const words = element("output", {}, "off");
    input.addEventListener("input", () => {
      words.textContent = Number(input.value) ? `mean of ${2 * Number(input.value) + 1} epochs` : "off";
      change({ reach: Number(input.value) });
    });
    return element("label", {}, "Smoothing ", input, " ", words);
  }

  function seeds() {
    const input = element("input", { type: "checkbox" });
    input.checked = state.hasSeeds;
    input.addEventListener("change", () => change({ hasSeeds: input.checked }));
    return element("label", {}, input, " single seeds");
  }

  function chip(variant) {
    const swatch = svg("svg", { viewBox: "0 0 18 10", width: 18, height: 10, "aria-hidden": "true" },
      svg("line", { x1: 0, x2: 18, y1: 5, y2: 5, stroke: variant.colour, "stroke-width": 3, "stroke-dasharray": variant.dash }));
    const made = element("button", { type: "button", class: "chip", "aria-pressed": String(state.shown.has(variant.name)) }, swatch, variant.name);
    made.addEventListener("click", () => {
      if (!state.shown.delete(variant.name)) state.shown.add(variant.name);
      pressChips();
      change({});
    });
    made.addEventListener("pointerenter", () => emphasise(variant.name));
    made.addEventListener("pointerleave", () => emphasise(null));
    made.dataset.name = variant.name;
    return made;
  }

  function pressChips() {
    for (const each of chips.children) each.setAttribute("aria-pressed", String(state.shown.has(each.dataset.name)));
  }

  function choices() {
    const made = element("div", { class: "controls choices" });
    const show = (words, names) => {
      const button = element("button", { type: "button", class: "plain" }, words);
      button.addEventListener("click", () => {
        state.shown = new Set(names);
        pressChips();
        change({});
      });
      made.append(button);
    };
    if (page.variants.length > MANY) {
      const input = element("input", { type: "search", placeholder: "Find a variant", "aria-label": "find a variant" });
      input.addEventListener("input", () => {
        for (const each of chips.children) each.hidden = !each.dataset.name.toLowerCase().includes(input.value.toLowerCase());
      });
      made.append(input);
    }
    show("All", page.variants.map((each) => each.name));
    if (page.variants.length > AT_FIRST) show("Best and worst", firstShown());
    show("Only the baseline", [page.baseline]);
    return made;
  }

  function change(changes) {
    Object.assign(state, changes);
    draw();
  }

  // ---- the chart

  function linesOf() {
    return page.variants.map((variant, index) => ({ variant, bySeed: state.column.seeds[index] }))
      .filter(({ variant }) => state.shown.has(variant.name))
      .map(({ variant, bySeed }) => {
        const all = Object.entries(bySeed).map(([seed, values]) => ({ seed, points: curves.smoothed(curves.pointsOf(values), state.reach) }));
        const finished = all.filter(({ seed }) => !unfinished.has(`${seed} ${variant.name}`));
        return { variant, all, finished, mean: curves.meanOf(finished.map((each) => each.points)) };
      });
  }

  function draw() {
    pointed = null;
    tip.hidden = true;
    const width = Math.max(280, box.clientWidth), height = Math.round(Math.min(440, Math.max(260, width * 0.42)));
    const lines = linesOf();
    const values = (list) => list.flatMap((line) => line.points.map((point) => point[1]));
    const finished = lines.flatMap((line) => line.finished), every = lines.flatMap((line) => line.all);
    const domain = curves.domainOf(values(finished.length ? finished : every), state);
    const epochs = every.flatMap((line) => [line.points[0][0], line.points.at(-1)[0]]);
    const first = epochs.length ? epochs.reduce((a, b) => Math.min(a, b)) : 1, last = epochs.length ? epochs.reduce((a, b) => Math.max(a, b)) : 2;
    const area = { left: 58, top: 14, width: width - 58 - (width >= LABELS_FROM_PX ? 170 : 12), height: height - 14 - 44 };
    const map = state.isLog ? Math.log : (value) => value;
    const x = (epoch) => area.left + (last > first ? (area.width * (epoch - first)) / (last - first) : area.width / 2);
    const y = (value) => area.top + (area.height * (map(domain[1]) - map(value))) / (map(domain[1]) - map(domain[0]));
    view = { lines, domain, first, last, area, x, y, width, height };
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    root.append(...axes(), body(), svg("g", { class: "guide" }));
    box.querySelector("svg")?.remove();
    box.prepend(root);
    box.setAttribute("aria-label", `${state.column.name} over epochs. Left and right arrow keys move by an epoch, up and down by a variant.`);
    tellClipped(values(every));
  }

  function tellClipped(values) {
    const [low, high] = view.domain;
    const isOutside = values.some((value) => value === null || value > high || value < low);
    tag.replaceChildren();
    if (!isOutside && !state.isWhole) return;
    if (isOutside) tag.append("clipped: some values lie outside the axis or are not finite ");
    const button = element("button", { type: "button", class: "plain" }, state.isWhole ? "Clip outliers" : "Show all values");
    button.addEventListener("click", () => change({ isWhole: !state.isWhole }));
    if (!state.isLog) tag.append(button);
  }

  function words(content, x, y, anchor, colour = MUTED) {
    return svg("text", { x, y, "text-anchor": anchor, "font-size": 12, fill: colour }, content);
  }

  function axes() {
    const { area, domain, x, y } = view, parts = [];
    const found = state.isLog ? { ticks: curves.logTicks(domain) } : curves.linearTicks(domain, 7);
    for (const tick of found.ticks) {
      const label = state.isLog || Math.abs(tick) >= 1e6 ? String(Number(tick.toPrecision(3))) : tick.toFixed(Math.min(20, found.decimals));
      parts.push(svg("line", { x1: area.left, x2: area.left + area.width, y1: y(tick), y2: y(tick), stroke: GRID }), words(label, area.left - 8, y(tick) + 4, "end"));
    }
    const foot = area.top + area.height;
    for (const tick of curves.epochTicks(view.first, view.last, Math.max(3, area.width / 60))) {
      parts.push(svg("line", { x1: x(tick), x2: x(tick), y1: foot, y2: foot + 5, stroke: MUTED }), words(tick, x(tick), foot + 19, "middle"));
    }
    parts.push(svg("line", { x1: area.left, x2: area.left + area.width, y1: foot, y2: foot, stroke: MUTED }));
    parts.push(words("epoch", area.left + area.width / 2, foot + 38, "middle", INK));
    const name = words(state.isLog ? `${state.column.name} (log)` : state.column.name, 0, 0, "middle", INK);
    name.setAttribute("transform", `translate(12,${area.top + area.height / 2}) rotate(-90)`);
    return [...parts, name];
  }

  function body() {
    const { area } = view;
    const clip = svg("clipPath", { id: "explore-area" }, svg("rect", { x: area.left - 6, y: area.top - 6, width: area.width + 12, height: area.height + 12 }));
    const inside = svg("g", { "clip-path": "url(#explore-area)" });
    const order = [...view.lines].sort((one, other) => (one.variant.name === page.baseline) - (other.variant.name === page.baseline));
    for (const line of order) inside.append(curveGroup(line));
    return svg("g", {}, svg("defs", {}, clip), inside, ...labels());
  }

  function curveGroup({ variant, all, mean }) {
    const made = svg("g", { "data-variant": variant.name });
    const hasDots = view.last - view.first + 1 < FEW_EPOCHS;
    if (state.hasSeeds) for (const { points } of all) made.append(path(points, variant, { "stroke-width": 1, "stroke-opacity": 0.38 }));
    made.append(path(mean, variant, { "stroke-width": variant.name === page.baseline ? 3.25 : 2.25, "stroke-dasharray": variant.dash }));
    if (hasDots) for (const [epoch, value] of mean) made.append(dot(epoch, value, variant.colour, 3));
    const best = bestOf(mean);
    if (best) made.append(dot(best[0], best[1], variant.colour, 5));
    return made;
  }

  function bestOf(points) {
    const sign = state.column.direction === "min" ? 1 : -1;
    return points.reduce((best, point) => (best === null || sign * (point[1] - best[1]) < 0 ? point : best), null);
  }

  function dot(epoch, value, colour, r) {
    return svg("circle", { cx: view.x(epoch), cy: view.y(value), r, fill: colour });
  }

  function isDrawn(value) {
    return value !== null && (!state.isLog || value > 0);
  }

  function path(points, variant, look) {
    let d = "", isOpen = false;
    for (const [epoch, value] of points) {
      if (!isDrawn(value)) { isOpen = false; continue; }
      // Far outside of the axis the place itself is of no interest, and browsers do not like it to be 1e30.
      const y = Math.max(-1e5, Math.min(1e5, view.y(value)));
      d += `${isOpen ? "L" : "M"}${view.x(epoch).toFixed(1)},${y.toFixed(1)}`;
      isOpen = true;
    }
    return svg("path", { d: d || "M0,0", fill: "none", stroke: variant.colour, "stroke-linejoin": "round", ...look });
  }

  function labels() {
    const { area, y } = view;
    const most = Math.floor(area.height / 15);
    if (view.width < LABELS_FROM_PX || view.lines.length > most) return [];
    const foot = area.top + area.height;
    const ends = view.lines.filter(({ mean }) => mean.length && isDrawn(mean.at(-1)[1]))
      .map(({ variant, mean }) => ({ variant, y: Math.min(foot, Math.max(area.top, y(mean.at(-1)[1]))) }))
      .sort((one, other) => one.y - other.y);
    const free = curves.spreadApart(ends.map((end) => end.y), 15, foot);
    const left = area.left + area.width + 8;
    return ends.flatMap(({ variant }, index) => [
      svg("line", { x1: left, x2: left + 14, y1: free[index], y2: free[index], stroke: variant.colour, "stroke-width": 3, "stroke-dasharray": variant.dash }),
      words(variant.name.length > 20 ? `${variant.name.slice(0, 19)}…` : variant.name, left + 20, free[index] + 4, "start", INK),
    ]);
  }

  // ---- reading off

  function emphasise(name) {
    for (const group of box.querySelectorAll("[data-variant]")) group.classList.toggle("dim", name !== null && group.dataset.variant !== name);
  }

  function candidates(line) {
    const seeds = state.hasSeeds ? line.all.map(({ seed, points }) => ({ what: `seed ${seed}`, points })) : [];
    return [{ what: line.finished.length === 1 ? "one seed" : `mean of ${line.finished.length} seeds`, points: line.mean }, ...seeds];
  }

  function nearest(px, py) {
    const share = (px - view.area.left) / view.area.width;
    const epoch = Math.round(view.first + Math.min(1, Math.max(0, share)) * (view.last - view.first));
    let best = null;
    for (const line of view.lines) {
      for (const { what, points } of candidates(line)) {
        const value = points.find((point) => point[0] === epoch)?.[1] ?? null;
        if (!isDrawn(value) || value < view.domain[0] || value > view.domain[1]) continue;
        const distance = Math.abs(view.y(value) - py);
        if (!best || distance < best.distance) best = { line, what, epoch, value, distance };
      }
    }
    return best;
  }

  function besideBaseline(found) {
    const base = view.lines.find(({ variant }) => variant.name === page.baseline)?.mean.find((point) => point[0] === found.epoch)?.[1];
    if (base === undefined || found.line.variant.name === page.baseline || !found.what.startsWith("mean")) return "";
    const difference = found.value - base;
    return `${Math.abs(difference).toPrecision(2)} ${difference < 0 ? "below" : "above"} ${page.baseline}`;
  }

  function point(found, isSpoken = false) {
    const guide = box.querySelector(".guide");
    guide.replaceChildren();
    tip.hidden = !found;
    if (found?.line !== pointed?.line) emphasise(found ? found.line.variant.name : null);
    pointed = found;
    if (!found) return;
    const px = view.x(found.epoch), py = view.y(found.value), name = found.line.variant.name;
    guide.append(
      svg("line", { x1: px, x2: px, y1: view.area.top, y2: view.area.top + view.area.height, stroke: MUTED, "stroke-dasharray": "2 3" }),
      svg("circle", { cx: px, cy: py, r: 5, fill: found.line.variant.colour, class: "ring" }),
    );
    const value = `${state.column.name} ${Number(found.value.toPrecision(4))}`, beside = besideBaseline(found);
    tip.replaceChildren(element("b", {}, name), element("span", {}, `${found.what}, epoch ${found.epoch}`), element("span", {}, value));
    if (beside) tip.append(element("span", {}, beside));
    const isLeft = px < view.width / 2;
    tip.style.left = isLeft ? `${px + 14}px` : "auto";
    tip.style.right = isLeft ? "auto" : `${view.width - px + 14}px`;
    tip.style.top = `${Math.max(0, Math.min(view.height - 100, py - 40))}px`;
    if (isSpoken) spoken.textContent = `${name}, ${found.what}, epoch ${found.epoch}, ${value}. ${beside}`;
  }

  function atPointer(event) {
    const frame = box.getBoundingClientRect();
    point(nearest(event.clientX - frame.left, event.clientY - frame.top));
  }

  function step(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Escape") return point(null);
    if (!(event.key in moves) || !view.lines.length) return undefined;
    event.preventDefault();
    const [along, across] = moves[event.key];
    const index = pointed ? view.lines.indexOf(pointed.line) : 0;
    const line = view.lines[(index + across + view.lines.length) % view.lines.length];
    const known = line.mean.filter((each) => isDrawn(each[1]));
    if (!known.length) return undefined;
    const from = pointed ? pointed.epoch + along : known[0][0];
    const [epoch, value] = known.reduce((best, each) => (Math.abs(each[0] - from) < Math.abs(best[0] - from) ? each : best));
    return point({ line, what: candidates(line)[0].what, epoch, value }, true);
  }

  chips.append(...page.variants.map(chip));
  box.append(tip);
  place.append(element("div", { class: "controls" }, select(), scale(), seeds(), smoothing()), choices(), chips, tag, box, spoken);
  box.addEventListener("pointermove", atPointer);
  box.addEventListener("pointerdown", atPointer);
  box.addEventListener("pointerleave", () => point(null));
  box.addEventListener("keydown", step);
  box.addEventListener("blur", () => point(null));
  place.classList.add("chart");
  place.hidden = false;
  document.getElementById(place.dataset.replaces).classList.add("replaced");
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - width) < 1) return;
    width = entry.contentRect.width;
    draw();
  }).observe(box);
})();
