// Where the time goes.
function showTime(cells) {
  const section = document.getElementById("time-section");
  const ran = cells.filter((cell) => told.us[cell] > 0);
  section.hidden = ran.length === 0;
  if (section.hidden) return;
  const time = (own) => own.reduce((sum, cell) => sum + told.us[cell], 0);
  const groups = [...grouped(ran, (cell) => told.backend[cell])].sort(([a], [b]) => a - b);
  const most = Math.max(...groups.map(([, own]) => time(own)));
  const rows = groups.map(([backend, own]) => {
    const sorted = own.map((cell) => told.us[cell]).sort((a, b) => a - b);
    const bar = make("span", { class: "bar" });
    bar.style.width = `${((100 * time(own)) / most).toFixed(1)}%`;
    return make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, brief(backends[backend]))), make("td", { class: "track" }, bar),
      make("td", { class: "number" }, duration(time(own))), make("td", { class: "number" }, String(own.length)),
      make("td", { class: "number" }, duration(sorted[Math.floor(sorted.length / 2)])), make("td", { class: "number" }, duration(sorted[sorted.length - 1])));
  });
  const slowest = [...ran].sort((a, b) => told.us[b] - told.us[a]).slice(0, 15).map((cell) =>
    make("tr", {}, make("th", { scope: "row" }, opens(cell, named(nameOf(cell))), onMachine(cell)), make("td", {}, tag(outcomeOf(cell))), make("td", { class: "number" }, duration(told.us[cell]))));
  document.getElementById("time").replaceChildren(
    table("Time by backend", [["Backend"], ["Share", "track"], ["All cells", "number"], ["Cells", "number"], ["Median", "number"], ["Slowest", "number"]], rows),
    make("h3", {}, "The slowest cells"),
    table("The slowest cells", [["Cell"], ["Outcome"], ["Time", "number"]], slowest));
}
