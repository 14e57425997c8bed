// How much of what is allowed each function uses, by type and backend: from nothing to all of it.
const SHARES = ["equal", "≤ 1/64", "≤ 1/32", "≤ 1/16", "≤ 1/8", "≤ 1/4", "≤ 1/2", "≤ all"];
const UNITS = ["equal", "≤ 1", "≤ 2", "≤ 4", "≤ 8", "≤ 16", "≤ 32", "> 32"];

function showHeadroom(cells) {
  const section = document.getElementById("headroom-section");
  const compared = cells.filter((cell) => told.used?.[cell] != null && (valueOf("spread", cell) ?? []).some((count) => count > 0));
  section.hidden = compared.length === 0;
  if (section.hidden) return;
  const functionOf = (cell) => testOf(cell).function ?? "(no function)";
  const columns = [...grouped(compared, (cell) => `${told.backend[cell]} ${valueOf("dtype", cell) ?? ""}`).values()]
    .map(([cell]) => ({ backend: told.backend[cell], dtype: valueOf("dtype", cell) ?? "" }))
    .sort((a, b) => a.backend - b.backend || a.dtype.localeCompare(b.dtype, "en", { numeric: true }));
  const perBackend = grouped(columns, (column) => column.backend);
  const withTypes = columns.some(({ dtype }) => dtype);
  const details = make("div", { id: "headroom-details", "aria-live": "polite" });
  const heads = [make("tr", {}, make("th", { scope: "col", rowspan: withTypes ? 2 : 1 }, "Function"),
    ...[...perBackend].map(([backend, own]) => make("th", { scope: withTypes ? "colgroup" : "col", colspan: own.length, class: "group" }, make("bdi", {}, brief(backends[backend])))))];
  if (withTypes) heads.push(make("tr", {}, ...columns.map(({ dtype }, at) => make("th", { scope: "col", class: at && columns[at - 1].backend === columns[at].backend ? "number" : "number group" }, dtype || "other"))));
  const byFunction = [...grouped(compared, functionOf)].sort(([a], [b]) => a.localeCompare(b, "en"));
  let chosen;
  const row = ([name, own]) => make("tr", {}, make("th", { scope: "row" }, make("code", {}, named(name))), ...columns.map(({ backend, dtype }) => {
    const here = own.filter((cell) => told.backend[cell] === backend && (valueOf("dtype", cell) ?? "") === dtype);
    if (here.length === 0) return make("td", { class: "number untested" }, "–");
    const used = Math.max(...here.map((cell) => told.used[cell]));
    const button = make("button", { type: "button", class: "heat", "aria-expanded": "false", "aria-controls": "headroom-details" }, percent(used));
    button.setAttribute("aria-label", `${percent(used)}: ${brief(name)} on ${brief(backends[backend])}${dtype ? ` in ${dtype}` : ""}`);
    button.style.setProperty("--used", Math.min(used, 1).toFixed(3));
    button.addEventListener("click", () => {
      const again = chosen === button;
      chosen?.setAttribute("aria-expanded", "false");
      chosen = again ? undefined : button;
      button.setAttribute("aria-expanded", String(!again));
      if (again) details.replaceChildren();
      else {
        const worst = [...here].sort((a, b) => told.used[b] - told.used[a]).slice(0, 5);
        details.replaceChildren(make("h3", {}, `${brief(name)} on ${brief(backends[backend])}${dtype ? ` in ${dtype}` : ""}`), spreadOf(here),
          make("p", { class: "small muted" }, "Nearest to their limits:"),
          make("ul", { class: "others" }, ...worst.map((cell) => make("li", {}, opens(cell, named(nameOf(cell))), onMachine(cell), ` ${percent(told.used[cell])}`))));
      }
    });
    return make("td", { class: "number" }, button);
  }));
  const body = make("tbody");
  const heat = make("div", { class: "scrolls", tabindex: "0", role: "group", "aria-labelledby": "headroom-heading" },
    make("table", { class: "heatmap" }, make("caption", { class: "hidden-text" }, "The largest share of what is allowed, by function, backend and type"), make("thead", {}, ...heads), body));
  const more = inPortions(byFunction, 100, row, (line) => body.append(line), "functions");
  document.getElementById("headroom").replaceChildren(
    make("p", { class: "muted" }, "The largest difference from the baseline, as a share of what is allowed there: 0 % is equal, 100 % only just agrees."),
    heat, more, details, make("h3", {}, "All of them, by backend"),
    make("div", { class: "spreads" }, ...[...grouped(compared, (cell) => told.backend[cell])].sort(([a], [b]) => a - b).map(([backend, own]) =>
      make("div", {}, make("h4", {}, make("bdi", {}, brief(backends[backend]))), spreadOf(own)))));
}

/** How the elements of cells are spread: by their share of what is allowed and, where that is known, by units in the last place. */
function spreadOf(cells) {
  const spreads = cells.map((cell) => valueOf("spread", cell) ?? []);
  const shares = SHARES.map((_, at) => spreads.reduce((total, spread) => total + (spread[at] ?? 0), 0));
  const units = cells.map((cell) => valueOf("ulps", cell)).filter((ulps) => ulps);
  const charts = [bars("Elements by share of what is allowed", SHARES, shares)];
  if (units.length > 0) {
    const counts = UNITS.map((_, at) => (at === 0 ? shares[0] : units.reduce((total, { counts }) => total + (counts[at - 1] ?? 0), 0)));
    const largest = Math.max(...units.map(({ largest }) => largest));
    charts.push(bars(`Elements by units in the last place; the largest: ${Number(largest.toPrecision(4))}`, UNITS, counts));
  }
  return make("div", { class: "charts" }, ...charts);
}

/** Bars whose length is the logarithm of a count; the counts stand beside. */
function bars(label, names, counts) {
  const most = Math.log10(1 + Math.max(1, ...counts));
  return make("table", { class: "bars" }, make("caption", {}, label), make("tbody", {}, ...names.map((name, at) => {
    const bar = make("span", { class: "bar" });
    bar.style.width = `${((100 * Math.log10(1 + (counts[at] ?? 0))) / most).toFixed(1)}%`;
    return make("tr", {}, make("th", { scope: "row" }, name), make("td", { class: "track" }, bar), make("td", { class: "number" }, (counts[at] ?? 0).toLocaleString("en")));
  })));
}
