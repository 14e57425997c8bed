// The cells, a column a field: `told.test[7]` is the number of the test of cell 7.
const told = JSON.parse(document.getElementById("cells").textContent);
const { outcomes, backends, features, tests, texts, values } = told;
/** How many cells there are. Behind them stand those that ran on machines of another kind once more. */
const count = told.cells;
const everyCell = Array.from({ length: told.test?.length ?? 0 }, (_, cell) => cell);

const outcomeOf = (cell) => outcomes[told.outcome[cell]];
const testOf = (cell) => tests[told.test[cell]];
const caseOf = (cell) => texts[told.case[cell]];
const reasonOf = (cell) => texts[told.reason[cell]];
/** Its column: `mlx_cpu`, or `mlx_cpu@aarch64-macos`. */
const backendOf = (cell) => backends[told.backend[cell]];
const bareBackendOf = (cell) => (told.columns ?? backends)[told.backend[cell]];
/** The numbers of its features. */
const featuresOf = (cell) => values[told.uses[cell]];
/** What a column says of a cell, where that is one of the shared values. */
const valueOf = (column, cell) => (told[column]?.[cell] == null ? null : values[told[column][cell]]);
const failsTheRun = (cell) => outcomeOf(cell)[2];

function nameOf(cell) {
  return told.names[cell] ?? [testOf(cell).name, caseOf(cell), bareBackendOf(cell)].filter((part) => part).join("::");
}

/** What the address calls it: where its backend has several columns, with that of its machine. */
function addressOf(cell) {
  return bareBackendOf(cell) === backendOf(cell) ? nameOf(cell) : `${nameOf(cell)}@${valueOf("machine", cell)}`;
}

/** Each cell once, in the first of its columns. */
function once(cells) {
  if (everyCell.length === count) return cells;
  const seen = new Set();
  return cells.filter((cell) => {
    const name = nameOf(cell);
    return !seen.has(name) && seen.add(name);
  });
}

/** The cell of this name; -1 where there is none. */
function cellNamed(name) {
  const isNamed = (cell) => name.endsWith(bareBackendOf(cell)) && nameOf(cell) === name;
  const isOnMachine = (cell) => name.includes("@") && addressOf(cell) === name;
  return everyCell.find((cell) => isNamed(cell) || isOnMachine(cell)) ?? -1;
}

/** The beginning of a text that is too long for its place. */
function brief(text, most = 160) {
  return text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

/** A name, which may go on in a new line behind its parts only. */
function named(name) {
  const parts = brief(name).split(/(?<=::|_|\/)/);
  return make("bdi", {}, ...parts.flatMap((part, at) => (at === 0 ? [part] : [make("wbr"), part])));
}

/** Some, and a button for more where there are more. */
function inPortions(all, portion, show, place, what) {
  let shown = 0;
  const more = make("button", { type: "button", class: "more screen-only" });
  const next = () => {
    for (const one of all.slice(shown, shown + portion)) place(show(one));
    shown = Math.min(shown + portion, all.length);
    more.textContent = `Show ${Math.min(portion, all.length - shown)} more of ${all.length - shown} ${what}`;
    more.hidden = shown === all.length;
  };
  next();
  more.addEventListener("click", next);
  return more;
}

/** An element of a picture. */
function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

function sign(support) {
  return draw("svg", { class: "sign", "aria-hidden": "true", focusable: "false" }, draw("use", { href: `#${support}` }));
}

/** On which kind of machine it is so, where its backend ran on several. */
function onMachine(cell) {
  return bareBackendOf(cell) === backendOf(cell) ? "" : make("span", { class: "muted" }, ` on ${valueOf("machine", cell)}`);
}

function tag(outcome) {
  return make("span", { class: `tag ${outcome[1]}` }, outcome[0]);
}

/** A time in microseconds. */
function duration(us) {
  if (us < 1000) return `${us} µs`;
  if (us < 1e6) return `${(us / 1e3).toPrecision(3)} ms`;
  if (us < 6e7) return `${(us / 1e6).toPrecision(3)} s`;
  return `${Math.floor(us / 6e7)} min ${Math.round((us % 6e7) / 1e6)} s`;
}

/** A share of what is allowed; one that is there is never 0 %, and one that is not all never 100 %. */
function percent(used) {
  if (used <= 0) return "0\u00a0%";
  return `${Math.round(Math.min(Math.max(100 * used, 1), used < 1 ? 99 : Infinity))}\u00a0%`;
}

/** A table in a box that moves by itself. */
function table(label, heads, rows) {
  const head = heads.map(([text, kind]) => make("th", { scope: "col", class: kind }, text));
  return make("div", { class: "scrolls", tabindex: "0", role: "group", "aria-label": label },
    make("table", {}, make("caption", { class: "hidden-text" }, label), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
}
