// SPDX-License-Identifier: Apache-2.0
// Heat map and Pareto plot of a sweep, from the JSON in #sweep-data; after charts.js.
const groups = JSON.parse(byId("sweep-data").textContent);
const metrics = {
  saved: { value: "saved_bytes", relative: "saved_of_dense", show: bytes, isLow: true },
  peak: { value: "peak_bytes", relative: "peak_of_dense", show: bytes, isLow: true },
  step: { value: "step_time_s", relative: "step_of_dense", show: s => (1000 * s).toFixed(1) + " ms", isLow: true },
  accuracy: { value: "accuracy", relative: "accuracy_difference", show: percent, isLow: false },
  loss: { value: "train_loss", relative: null, show: v => v.toFixed(3), isLow: true },
};
const signed = v => (v > 0 ? "+" : "") + v.toFixed(1) + " points";
const ofDense = v => (v < 0.995 ? times(1 / v) + " less" : v > 1.005 ? v.toFixed(2) + "x" : "equal");

// A mix of the card's color with blue (better) or orange (worse), by strength 0 to 1.
function shade(strength, isBetter) {
  const parse = c => [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16));
  const from = parse(css("--card")), to = parse(isBetter ? "#0072b2" : "#d55e00");
  const mixed = from.map((v, i) => Math.round(v + (to[i] - v) * Math.min(1, strength) * 0.75));
  const [r, g, b] = mixed, isDark = 0.299 * r + 0.587 * g + 0.114 * b < 140;
  return { background: `rgb(${mixed})`, color: isDark ? "#ffffff" : "#1b2330" };
}

function drawHeat() {
  const metric = metrics[byId("heat-metric").value], isRelative = byId("heat-mode").value === "relative" && metric.relative;
  const own = groups.filter(g => g.scheme === byId("heat-scheme").value && has(g.block));
  const blocks = [...new Map(own.map(g => [g.block, g.area])).entries()].sort((a, b) => a[1] - b[1]).map(e => e[0]);
  const shares = [...new Set(own.map(g => g.sparsity))].sort((a, b) => a - b);
  const figure = g => g[isRelative ? metric.relative : metric.value].mean;
  const known = own.map(figure).filter(has), low = Math.min(...known), high = Math.max(...known);
  const box = document.createElement("table"), head = box.createTHead().insertRow(), body = box.createTBody();
  box.className = "heat";
  for (const text of ["block", ...shares.map(s => 100 * s + " % dropped")]) head.appendChild(Object.assign(document.createElement("th"), { textContent: text }));
  for (const block of blocks) {
    const row = body.insertRow();
    row.appendChild(Object.assign(document.createElement("th"), { textContent: block }));
    for (const share of shares) {
      const cell = row.insertCell(), group = own.find(g => g.block === block && g.sparsity === share), value = group && figure(group);
      if (!group || !has(value)) {
        cell.textContent = !group ? "–" : group.failed ? "failed" : group.skipped ? "not possible" : "to come";
        cell.className = group && group.failed ? "failed" : "none";
        if (group) cell.title = group.reason;
        continue;
      }
      const isAccuracy = metric.value === "accuracy";
      cell.textContent = !isRelative ? metric.show(value) : isAccuracy ? signed(100 * value) : ofDense(value);
      // Against dense: by the logarithm of a ratio, full at 16; five points of accuracy are full.
      const gain = !isRelative ? (high > low ? (metric.isLow ? high - value : value - low) / (high - low) : 0.5)
        : isAccuracy ? value / 0.05 : -Math.log2(value) / 4;
      Object.assign(cell.style, shade(Math.abs(gain), gain >= 0));
      const { low: from, high: to } = group[isRelative ? metric.relative : metric.value];
      const end = v => isAccuracy ? (100 * v).toFixed(2) + (isRelative ? " points" : " %") : isRelative ? v.toPrecision(3) : metric.show(v);
      cell.title = `${group.name}: ${group.done} of ${group.points} seeds` + (has(from) ? `, 95 %: ${end(from)} to ${end(to)}` : "");
    }
  }
  byId("heat").replaceChildren(box);
}

function drawPareto() {
  const axis = byId("pareto-axis").value, isTime = axis === "step_time_s";
  const shown = groups.filter(g => has(g.accuracy.mean) && has(g[axis].mean) && g[axis].mean > 0);
  if (!shown.length) return sayEmpty("pareto", "No point measured both.");
  const order = [...new Set(shown.map(g => g.scheme))].filter(s => s !== "dense");
  const tint = g => g.scheme === "dense" ? css("--strong") : palette[order.indexOf(g.scheme) % palette.length];
  const end = v => has(v) ? 100 * v : null;
  const place = g => ({ x: g[axis].mean, y: 100 * g.accuracy.mean, low: end(g.accuracy.low), high: end(g.accuracy.high), group: g });
  const sets = [...new Set(shown.map(g => g.scheme))].map(scheme => {
    const own = shown.filter(g => g.scheme === scheme), first = own[0];
    return { label: scheme, data: own.map(place), borderColor: first.is_baseline ? css("--strong") : tint(first), backgroundColor: tint(first),
      pointStyle: marks[Math.max(0, order.indexOf(scheme)) % marks.length], pointRadius: first.is_baseline ? 9 : 6, pointHoverRadius: 10,
      pointBorderWidth: first.is_baseline ? 2.5 : 1 };
  });
  const alike = shown.filter(g => g.is_alike);
  const front = alike.filter(g => !alike.some(o => o !== g && o[axis].mean <= g[axis].mean && o.accuracy.mean >= g.accuracy.mean &&
    (o[axis].mean < g[axis].mean || o.accuracy.mean > g.accuracy.mean))).sort((a, b) => a[axis].mean - b[axis].mean);
  sets.push({ label: "front", type: "line", data: front.map(place), borderColor: css("--dim"), borderDash: [5, 4], borderWidth: 1.5, pointRadius: 0, order: 9 });
  const low = Math.min(...shown.map(g => g[axis].mean)), high = Math.max(...shown.map(g => g[axis].mean));
  const ends = shown.flatMap(g => [g.accuracy.low, g.accuracy.high].map(v => 100 * (has(v) ? v : g.accuracy.mean)));
  const show = isTime ? v => (1000 * v).toFixed(0) + " ms" : bytes;
  draw("pareto", { type: "scatter", plugins: [whiskers], data: { datasets: sets }, options: {
    scales: { x: { type: "logarithmic", min: low / 1.3, max: high * 1.3, grid: { drawBorder: false },
                   title: { display: true, text: byId("pareto-axis").selectedOptions[0].text + " (logarithmic)" },
                   afterBuildTicks: a => { if (isTime) return; a.ticks = []; for (let v = 2 ** Math.ceil(Math.log2(a.min)); v <= a.max; v *= 2) a.ticks.push({ value: v }); },
                   ticks: { callback: show } },
              y: { title: { display: true, text: "held-out accuracy in %" }, suggestedMin: Math.floor(Math.min(...ends)), suggestedMax: Math.ceil(Math.max(...ends)), grid: { drawBorder: false } } },
    plugins: { whiskers: { on: true }, legend: { position: isNarrow() ? "bottom" : "right", labels: { usePointStyle: true } },
      tooltip: { callbacks: { label: c => { const g = c.raw.group; return ` ${g.name}: ${percent(g.accuracy.mean)}, ${bytes(g.saved_bytes.mean)} kept, ${has(g.step_of_dense.mean) ? g.step_of_dense.mean.toFixed(2) + "x dense step" : ""}`; } } } } } });
}

for (const scheme of new Set(groups.filter(g => has(g.block)).map(g => g.scheme))) byId("heat-scheme").add(new Option(scheme, scheme));
byId("trade-section").remove();
// First seen: the accuracy of the scheme that keeps the least.
const blocked = groups.filter(g => has(g.block) && has(g.saved_bytes.mean)).sort((a, b) => a.saved_bytes.mean - b.saved_bytes.mean);
if (blocked.length) byId("heat-scheme").value = blocked[0].scheme;
byId("heat-metric").value = "accuracy";
// The tiles again, of means over seeds; steps as ratios to the dense run of the same seed.
const meanOf = g => ({ name: g.name, is_alike: g.is_alike, status: g.done ? "completed" : "failed", saved_bytes: g.saved_bytes.mean, peak_bytes: g.peak_bytes.mean,
  step_time_s: g.is_reference ? 1 : g.step_of_dense.mean, accuracy: g.accuracy.mean, accuracy_low: g.accuracy.low });
const means = groups.map(meanOf), seeds = Math.max(...groups.map(g => g.done));
if (seeds > 1) drawTiles(means, means[groups.findIndex(g => g.is_reference)], `means of ${seeds} seeds`);
for (const id of ["heat-scheme", "heat-metric", "heat-mode"]) byId(id).onchange = drawHeat;
byId("pareto-axis").onchange = drawPareto;
function drawSweep() {
  drawHeat();
  drawPareto();
}
drawSweep();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSweep);
