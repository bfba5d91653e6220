// SPDX-License-Identifier: Apache-2.0
// Draws the page's charts and their tables from the JSON in #data.
"use strict";
const runs = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const has = value => value !== null && value !== undefined;
const reference = runs.find(r => r.is_reference) || null;

// ---- Figures in words.
const bytes = b => {
  if (!has(b)) return "n/a";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  while (b >= 1024 && i < 4) { b /= 1024; i++; }
  return (i && b < 999.5 ? b.toPrecision(3) : Math.round(b)) + " " + units[i];
};
const percent = v => has(v) ? (100 * v).toFixed(2) + " %" : "n/a";
const times = v => (v < 99.5 ? v.toPrecision(3) : Math.round(v)) + "x";

// ---- Series: a color is a scheme, a dash pattern one of its variants. Okabe and Ito's colors,
// distinguishable with every kind of color vision; the dense run has the color of the text.
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1"];
const dashes = [[], [7, 4], [2, 3], [11, 3, 2, 3], [4, 2, 4, 7]];
const marks = ["circle", "rect", "triangle", "rectRot", "crossRot"];
const schemes = [...new Set(runs.map(r => r.scheme))].filter(s => s !== "dense");
const color = r => r.scheme === "dense" ? css("--strong") : palette[schemes.indexOf(r.scheme) % palette.length];
const variant = r => runs.filter(o => o.scheme === r.scheme).indexOf(r);

function table(id, header, rows) {
  const t = document.createElement("table"), head = t.createTHead().insertRow(), body = t.createTBody();
  for (const text of header) head.appendChild(Object.assign(document.createElement("th"), { textContent: text }));
  for (const cells of rows) {
    const row = body.insertRow();
    for (const text of cells) row.insertCell().textContent = text;
  }
  byId(id).replaceChildren(t);
}

// ---- Tiles: the least kept, the lowest peak and the shortest step among the runs whose accuracy is
// not told apart from the dense run's, and how many those are.
function tile(figure, text) {
  const box = document.createElement("div");
  box.className = "tile";
  box.append(Object.assign(document.createElement("b"), { textContent: figure }),
             Object.assign(document.createElement("span"), { textContent: text }));
  byId("tiles").append(box);
}
function drawTiles(list = runs, base = reference, how = "one run each") {
  byId("tiles").replaceChildren();
  if (!base) return;
  const others = list.filter(r => r !== base && r.is_alike && r.status === "completed"), low = base.accuracy_low;
  const isNear = r => has(r.accuracy) && has(low) && r.accuracy >= low;
  const eligible = has(low) ? others.filter(isNear) : others;
  const least = key => eligible.filter(r => has(r[key]) && has(base[key])).sort((a, b) => a[key] - b[key])[0];
  const saved = least("saved_bytes"), peak = least("peak_bytes"), step = least("step_time_s");
  if (saved && saved.saved_bytes > 0)
    tile(times(base.saved_bytes / saved.saved_bytes) + " less kept", saved.name + ": " + bytes(saved.saved_bytes) + " against " + bytes(base.saved_bytes));
  if (peak && peak.peak_bytes > 0)
    tile(times(base.peak_bytes / peak.peak_bytes) + " lower peak", peak.name + ": " + bytes(peak.peak_bytes) + " against " + bytes(base.peak_bytes));
  if (step && base.step_time_s > 0)
    tile((step.step_time_s / base.step_time_s).toFixed(2) + "x the dense step", step.name + ": the shortest step, " + how);
  if (has(low) && others.length)
    tile(others.filter(isNear).length + " of " + others.length + " within noise",
         "of the dense accuracy of " + percent(base.accuracy) + ", which its images leave open from " + percent(low) + " on; tiles show the best of these");
}

// ---- Plugins of ours: the figure at the end of a bar, whiskers of an accuracy.
const barLabels = { id: "barLabels", afterDatasetsDraw(chart, args, options) {
  if (!options.texts) return;
  const context = chart.ctx;
  context.save();
  context.fillStyle = css("--text");
  context.font = "12px " + Chart.defaults.font.family;
  context.textBaseline = "middle";
  chart.getDatasetMeta(options.dataset).data.forEach((bar, i) => context.fillText(options.texts[i], bar.x + 6, bar.y));
  context.restore();
} };
const whiskers = { id: "whiskers", beforeDatasetsDraw(chart, args, options) {
  if (!options.on) return;
  const context = chart.ctx, y = chart.scales.y;
  chart.data.datasets.forEach((set, d) => chart.getDatasetMeta(d).data.forEach((point, i) => {
    const { low, high } = set.data[i];
    if (!has(low) || !has(high) || !chart.isDatasetVisible(d)) return;
    const top = y.getPixelForValue(high), bottom = y.getPixelForValue(low);
    context.save();
    context.strokeStyle = set.borderColor;
    context.globalAlpha = .55;
    context.beginPath();
    context.moveTo(point.x, top); context.lineTo(point.x, bottom);
    for (const end of [top, bottom]) { context.moveTo(point.x - 4, end); context.lineTo(point.x + 4, end); }
    context.stroke();
    context.restore();
  }));
} };

const charts = {};
function draw(id, config) {
  if (charts[id]) charts[id].destroy();
  charts[id] = new Chart(byId(id), config);
}
function sayEmpty(id, text) {
  byId(id).parentElement.replaceChildren(Object.assign(document.createElement("p"), { className: "empty", textContent: text }));
}
const isNarrow = () => window.innerWidth < 720;
// Ticks at round numbers of binary units, about five of them.
function byteScale(values) {
  const largest = Math.max(1, ...values.filter(has)), exponent = Math.floor(Math.log2(largest / 5));
  const base = 2 ** exponent, step = [1, 1.25, 2].map(f => f * base).find(s => largest / s <= 5.5) || 2 * base;
  return { beginAtZero: true, ticks: { stepSize: step, includeBounds: false, callback: bytes }, grid: { drawBorder: false } };
}

// ---- Bars of bytes, a run each.
function drawBars(id, key, outlineKey) {
  const shown = runs.filter(r => has(r[key]));
  if (!shown.length) return sayEmpty(id, "No run measured this.");
  byId(id).parentElement.style.height = 46 + 30 * shown.length + "px";
  const texts = shown.map(r => bytes(r[key]) + (reference && r !== reference && has(reference[key]) && r[key] > 0 ? "  " + times(reference[key] / r[key]) : ""));
  const outline = has(outlineKey) ? shown.map(r => r[outlineKey]) : shown.map(() => reference ? reference[key] : null);
  const largest = Math.max(...shown.map(r => r[key]), ...outline.filter(has));
  draw(id, { type: "bar", plugins: [barLabels], data: { labels: shown.map(r => r.name), datasets: [
    { label: "stored", data: shown.map(r => r[key]), backgroundColor: shown.map(color), grouped: false, borderRadius: 3, barPercentage: .72 },
    { label: "dense", data: outline, backgroundColor: "transparent", borderColor: css("--line"), borderWidth: 1.5, grouped: false, borderRadius: 3, borderSkipped: false, barPercentage: .72 }] },
    options: { indexAxis: "y", layout: { padding: { right: 104 } },
      scales: { x: { ...byteScale([largest]), max: largest }, y: { grid: { display: false, drawBorder: false }, ticks: { color: css("--text") } } },
      plugins: { legend: { display: false }, barLabels: { texts, dataset: 0 },
        tooltip: { callbacks: { label: c => " " + c.dataset.label + ": " + bytes(c.raw) } } } } });
}

// ---- Accuracy over training.
function drawAccuracy() {
  const axis = byId("axis").value, sets = [];
  for (const r of runs) {
    const look = { borderColor: color(r), backgroundColor: color(r), borderDash: dashes[variant(r) % dashes.length], pointStyle: marks[variant(r) % marks.length] };
    const points = key => r.curve.filter(p => has(p[key]) && has(p[axis])).map(p => ({ x: p[axis], y: 100 * p[key] }));
    sets.push({ ...look, label: r.name, data: points("heldout"), borderWidth: 2.25, pointRadius: 3.5 });
    sets.push({ ...look, label: r.name + " (train)", data: points("train"), borderWidth: 1, pointRadius: 0 });
  }
  if (!sets.some(s => s.data.length)) return sayEmpty("accuracy", "No run measured accuracy.");
  const names = { step: "training steps", epoch: "epochs", elapsed_s: "training time in s" };
  draw("accuracy", { type: "line", data: { datasets: sets }, options: {
    interaction: { mode: "nearest", intersect: false },
    scales: { x: { type: "linear", title: { display: true, text: names[axis] }, grid: { drawBorder: false } },
              y: { title: { display: true, text: "accuracy in %" }, grid: { drawBorder: false } } },
    plugins: { tooltip: { callbacks: { title: () => "", label: c => ` ${c.dataset.label}: ${c.parsed.y.toFixed(2)} % at ${c.parsed.x}` } },
      legend: { position: isNarrow() ? "bottom" : "right",
        labels: { filter: l => l.datasetIndex % 2 === 0, boxWidth: 30, boxHeight: 0, generateLabels: chart =>
          Chart.defaults.plugins.legend.labels.generateLabels(chart).map(l => ({ ...l, lineWidth: 2.25 })) },
        onClick: (event, item, legend) => {
          const chart = legend.chart, shown = !chart.isDatasetVisible(item.datasetIndex);
          for (const i of [0, 1]) chart.setDatasetVisibility(item.datasetIndex + i, shown);
          chart.update();
        } } } } });
}

// ---- Accuracy against bytes kept.
function drawTrade() {
  const shown = runs.filter(r => has(r.accuracy) && has(r.saved_bytes) && r.saved_bytes > 0);
  if (!shown.length) return sayEmpty("trade", "No run measured both.");
  const sets = shown.map(r => ({ label: r.name, borderColor: color(r), backgroundColor: color(r), pointStyle: marks[variant(r) % marks.length],
    pointRadius: 6, pointHoverRadius: 8, data: [{ x: r.saved_bytes, y: 100 * r.accuracy, low: has(r.accuracy_low) ? 100 * r.accuracy_low : null,
      high: has(r.accuracy_high) ? 100 * r.accuracy_high : null }] }));
  const low = Math.min(...shown.map(r => r.saved_bytes)), high = Math.max(...shown.map(r => r.saved_bytes));
  const ends = shown.flatMap(r => [r.accuracy_low, r.accuracy_high].map(v => 100 * (has(v) ? v : r.accuracy)));
  draw("trade", { type: "scatter", plugins: [whiskers], data: { datasets: sets }, options: {
    scales: { x: { type: "logarithmic", min: low / 1.4, max: high * 1.4, title: { display: true, text: "kept for backward (logarithmic)" }, grid: { drawBorder: false },
                   afterBuildTicks: axis => { axis.ticks = []; for (let v = 2 ** Math.ceil(Math.log2(axis.min)); v <= axis.max; v *= 2) axis.ticks.push({ value: v }); },
                   ticks: { callback: bytes } },
              y: { title: { display: true, text: "held-out accuracy in %" }, suggestedMin: Math.floor(Math.min(...ends)), suggestedMax: Math.ceil(Math.max(...ends)), grid: { drawBorder: false } } },
    plugins: { whiskers: { on: true }, legend: { position: isNarrow() ? "bottom" : "right", labels: { usePointStyle: true } },
      tooltip: { callbacks: { label: c => ` ${c.dataset.label}: ${c.parsed.y.toFixed(2)} %, ${bytes(c.parsed.x)}` } } } } });
}

// ---- Slots of one run: one layer, or all layers summed by the slot's name.
function drawSlots() {
  const run = runs[+byId("run").value], layer = byId("layer").value, sums = new Map();
  for (const s of run.slots) {
    if (layer !== "" && s.layer !== layer) continue;
    const sum = sums.get(s.slot) || { slot: s.slot, dense: null, stored: 0, stores: new Set() };
    if (has(s.dense)) sum.dense = (sum.dense || 0) + s.dense; sum.stored += s.stored; sum.stores.add(s.store);
    sums.set(s.slot, sum);
  }
  const list = [...sums.values()].filter(s => s.dense || s.stored), store = s => [...s.stores].join(", ");
  draw("slots", { type: "bar", data: { labels: list.map(s => s.slot), datasets: [
    { label: "stored", data: list.map(s => s.stored), backgroundColor: color(run), grouped: false, borderRadius: 3, maxBarThickness: 70 },
    { label: "dense", data: list.map(s => s.dense), backgroundColor: "transparent", borderColor: css("--dim"), borderWidth: 1.5, grouped: false, borderRadius: 3, maxBarThickness: 70 }] },
    options: { scales: { y: byteScale(list.flatMap(s => [s.dense, s.stored]).filter(has)), x: { grid: { display: false }, ticks: { color: css("--text") } } },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: c => ` ${c.dataset.label}: ${bytes(c.raw)} (${store(list[c.dataIndex])})` } } } } });
  table("slot-table", ["layer", "slot", "store", "dense", "stored"], run.slots.filter(s => layer === "" || s.layer === layer)
    .map(s => [s.layer, s.slot, s.store, bytes(s.dense), bytes(s.stored)]));
}
function fillLayers() {
  const chosen = byId("layer").value, layers = [...new Set(runs[+byId("run").value].slots.map(s => s.layer))];
  byId("layer").replaceChildren(new Option("all, summed", ""), ...layers.map(l => new Option(l, l)));
  byId("layer").value = layers.includes(chosen) ? chosen : "";
}

// ---- Operators and kernels of one run, summed by what is asked for; the longest first.
const timed = runs.filter(r => r.timing);
const groupings = {
  operator: { header: ["operator", "phase"], key: t => [t[0], t[3]] },
  layer: { header: ["layer", "phase"], key: t => [t[1] || "none", t[3]] },
  all: { header: ["operator", "layer", "slot", "phase"], key: t => [t[0], t[1], t[2], t[3]] },
};
function drawTimes() {
  const run = timed[+byId("time-run").value], rows = run.timing[byId("time-kind").value], steps = Math.max(1, run.timing.steps);
  const grouping = groupings[byId("time-group").value], sums = new Map(), total = rows.reduce((sum, t) => sum + t[5], 0);
  for (const t of rows) {
    const key = grouping.key(t), sum = sums.get(key.join("\0")) || { key, calls: 0, time: 0, counts: [null, null, null] };
    sum.calls += t[4]; sum.time += t[5];
    sum.counts = sum.counts.map((count, i) => (t[6 + i] === null ? count : count + t[6 + i]));
    sums.set(key.join("\0"), sum);
  }
  const list = [...sums.values()].sort((a, b) => b.time - a.time).slice(0, 40);
  byId("time-note").textContent = run.timing.remark + (list.length < sums.size ? ` The longest ${list.length} of ${sums.size}.` : "");
  // Counted by the processor, where it counts: cycles, instructions, misses of the last cache.
  const counted = rows.some(t => t[6] !== null), shown = (value, digits) => (value === null ? "-" : value.toFixed(digits));
  const counts = ([cycles, instructions, misses]) => [shown(cycles === null ? null : 1e-6 * cycles / steps, 3),
    shown(cycles && instructions !== null ? instructions / cycles : null, 2), shown(misses === null ? null : 1e-3 * misses / steps, 3)];
  table("time-table", [...grouping.header, "calls", "ms", ...(counted ? ["Mcycles", "instr./cycle", "k LLC misses"] : []), "share"],
    list.map(s => [...s.key, (s.calls / steps).toFixed(0), (1000 * s.time / steps).toFixed(3), ...(counted ? counts(s.counts) : []), (100 * s.time / total).toFixed(1) + " %"]));
  byId("time-table").querySelectorAll("tbody tr").forEach((row, i) => row.lastChild.style.setProperty("--share", 100 * list[i].time / total + "%"));
}
timed.forEach((r, i) => byId("time-run").add(new Option(r.name, i)));
if (timed.length) {
  for (const id of ["time-run", "time-kind", "time-group"]) byId(id).onchange = drawTimes;
  drawTimes();
} else {
  byId("time-section").remove();
}

function drawAll() {
  Object.assign(Chart.defaults, { color: css("--dim"), borderColor: css("--line"), animation: false, maintainAspectRatio: false });
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  document.querySelectorAll("#run-table tbody tr").forEach((row, i) => row.style.setProperty("--swatch", color(runs[i])));
  if (byId("saved")) drawBars("saved", "saved_bytes", "dense_bytes");
  if (byId("peak")) drawBars("peak", "peak_bytes", null);
  if (byId("accuracy")) drawAccuracy();
  if (byId("trade")) drawTrade();
  if (byId("slots") && runs.length) drawSlots();
}

runs.forEach((r, i) => byId("run").add(new Option(r.name, i)));
if (runs.length) {
  byId("run").value = Math.max(0, runs.findIndex(r => r.scheme !== "dense" && r.slots.some(s => s.stored)));
  fillLayers();
} else {
  sayEmpty("slots", "No runs.");
}
drawTiles();
drawAll();
table("bytes-table", ["run", "kept", "plain autograd", "peak"], runs.map(r => [r.name, bytes(r.saved_bytes), bytes(r.dense_bytes), bytes(r.peak_bytes)]));
table("trade-table", ["run", "kept", "held-out", "from", "to"], runs.map(r => [r.name, bytes(r.saved_bytes), percent(r.accuracy), percent(r.accuracy_low), percent(r.accuracy_high)]));
table("accuracy-table", ["run", "step", "epoch", "train", "held-out"], runs.flatMap(r => r.curve.map(p => [r.name, p.step, p.epoch, percent(p.train), percent(p.heldout)])));
byId("axis").onchange = drawAccuracy;
byId("run").onchange = () => { fillLayers(); drawSlots(); };
byId("layer").onchange = drawSlots;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("beforeprint", () => Object.values(charts).forEach(c => c.resize()));
