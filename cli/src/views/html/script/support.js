// The table of features and backends, which opens to tests and cases.
const place = document.getElementById("support");
const NONE = features.length;
const ALL = features.length + 1;

/** What cells come to, as `support.rs` has it. */
function supportOf(cells) {
  if (cells.length === 0) return "untested";
  const of = (...names) => cells.filter((cell) => names.includes(outcomeOf(cell)[0])).length;
  if (cells.some(failsTheRun)) return "failing";
  if (of("passed") === cells.length) return "supported";
  if (of("passed", "known flaky") > 0) return "partial";
  return of("unavailable") > 0 ? "unavailable" : "excluded";
}

/** Lists of cells by a key, in the order in which the keys occur. */
function grouped(cells, key) {
  const groups = new Map();
  for (const cell of cells) {
    const of = key(cell);
    const group = groups.get(of);
    if (group) group.push(cell);
    else groups.set(of, [cell]);
  }
  return groups;
}

function showSupport(cells) {
  const rows = new Map();
  const add = (row, cell) => (rows.get(row) ?? rows.set(row, []).get(row)).push(cell);
  for (const cell of cells) {
    const own = featuresOf(cell);
    for (const feature of own) add(feature, cell);
    if (own.length === 0) add(NONE, cell);
    add(ALL, cell);
  }
  const present = [...new Set(cells.map((cell) => told.backend[cell]))].sort((a, b) => a - b);
  const head = make("tr", {}, make("th", { scope: "col" }, "Feature"),
    ...present.map((backend) => make("th", { scope: "col" }, make("bdi", {}, brief(backends[backend])))));
  const body = make("tbody");
  const opened = new Set((state().get("open") ?? "").split(",").filter((name) => name));
  const keep = (name, isOpen) => {
    if (isOpen) opened.add(name);
    else opened.delete(name);
    remember("open", [...opened].join(","));
  };
  for (const [row, own] of [...rows].sort(([a], [b]) => a - b)) {
    const [name, description] = row === ALL ? [told.total, ""] : row === NONE ? [told.unmarked, ""] : features[row];
    const children = () => [...grouped(own, (cell) => told.test[cell])].map(([, cells]) => testRow(cells, present));
    const line = lineOf(0, name, description, own, present, row === ALL ? null : children, (isOpen) => keep(name, isOpen));
    if (row === ALL) line.classList.add("total");
    body.append(line);
    if (opened.has(name) && row !== ALL) line.querySelector("button").click();
  }
  const heads = make("table", { class: "support" }, make("caption", { class: "hidden-text" }, "What each backend supports, by feature"), make("thead", {}, head), body);
  if (cells.length === 0) place.replaceChildren(make("p", { class: "nothing" }, "No cell matches."));
  else place.replaceChildren(heads);
}

function testRow(cells, present) {
  const cases = grouped(cells, (cell) => told.case[cell]);
  const name = testOf(cells[0]).name;
  // A test without cases has its cells in this row.
  if (cases.size === 1) {
    const label = caseOf(cells[0]);
    return lineOf(1, label ? `${name}::${label}` : name, "", cells, present, null, null);
  }
  const children = () => [...cases].map(([, own]) => lineOf(2, caseOf(own[0]) || "(no case)", "", own, present, null, null));
  return lineOf(1, name, "", cells, present, children, null);
}

/** A row; `children` makes those below it, when somebody asks for them. */
function lineOf(level, name, description, cells, present, children, keep) {
  const label = named(name);
  const head = make("th", { scope: "row", class: `level-${level}`, title: name.length > 160 ? null : name });
  if (description) description = make("span", { class: "description" }, brief(description, 240));
  if (children) {
    const button = make("button", { type: "button", "aria-expanded": "false", class: "expands" }, label);
    button.addEventListener("click", () => {
      const isOpen = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!isOpen));
      if (isOpen) close(row, level);
      else expand(row, children(), present.length + 1);
      keep?.(!isOpen);
    });
    head.append(button);
  } else head.append(label);
  if (description) head.append(description);
  const byBackend = grouped(cells, (cell) => told.backend[cell]);
  const isCell = level > 0 && !children;
  const row = make("tr", { "data-level": level }, head, ...present.map((backend) => {
    const own = byBackend.get(backend) ?? [];
    return isCell && own.length === 1 ? cellOf(own[0]) : groupOf(own);
  }));
  return row;
}

/** Rows below another one, some at a time. */
function expand(row, lines, columns) {
  let last = row;
  const level = Number(lines[0].dataset.level);
  const append = (line) => {
    last.after(line);
    last = line;
  };
  let shown = 0;
  const next = () => {
    for (const line of lines.slice(shown, shown + 100)) append(line);
    shown += 100;
    if (shown >= lines.length) return;
    const more = make("button", { type: "button", class: "more" }, `Show ${Math.min(100, lines.length - shown)} more of ${lines.length - shown}`);
    const holder = make("tr", { "data-level": level, class: "screen-only" }, make("td", { colspan: columns }, more));
    const before = last;
    before.after(holder);
    more.addEventListener("click", () => {
      // Those that were opened in between stand between.
      last = holder.previousElementSibling;
      holder.remove();
      const first = lines[shown];
      next();
      first?.querySelector("button")?.focus();
    });
  };
  next();
}

/** Removes the rows below another one. */
function close(row, level) {
  while (row.nextElementSibling && Number(row.nextElementSibling.dataset.level) > level) row.nextElementSibling.remove();
}

function groupOf(cells) {
  const support = supportOf(cells);
  if (support === "untested") return make("td", { class: "untested" }, "–");
  const passed = cells.filter((cell) => outcomeOf(cell)[0] === "passed").length;
  return make("td", { class: support }, sign(support), ` ${support} `, make("span", { class: "of" }, `${passed} of ${cells.length}`));
}

function cellOf(cell) {
  const support = supportOf([cell]);
  const button = opens(cell, sign(support), ` ${outcomeOf(cell)[0]}`);
  button.setAttribute("aria-label", `${outcomeOf(cell)[0]}: ${brief(nameOf(cell))}`);
  return make("td", { class: support }, button);
}
