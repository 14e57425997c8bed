// Which cells are shown: what the address says.
const FILTERS = ["q", "backend", "marker", "tag", "outcome"];
/** An outcome that stands for several. */
const UNEXPECTED = "fails the run";

/** The numbers of the cells that the address asks for. */
function matching() {
  const asked = state();
  const [q, backend, marker, tag, outcome] = FILTERS.map((name) => asked.get(name) ?? "");
  let cells = everyCell;
  if (backend) {
    const wanted = backends.indexOf(backend);
    cells = cells.filter((cell) => told.backend[cell] === wanted);
  }
  if (marker) {
    const wanted = features.findIndex(([name]) => name === marker);
    cells = cells.filter((cell) => (marker === told.unmarked ? featuresOf(cell).length === 0 : featuresOf(cell).includes(wanted)));
  }
  if (tag) {
    const wanted = tests.map((test) => test.tags.includes(tag));
    cells = cells.filter((cell) => wanted[told.test[cell]]);
  }
  if (outcome) {
    cells = cells.filter((cell) => (outcome === UNEXPECTED ? failsTheRun(cell) : outcomeOf(cell)[0] === outcome));
  }
  for (const word of q.toLowerCase().split(/\s+/).filter((word) => word)) {
    const says = (text) => (text ?? "").toLowerCase().includes(word);
    const [inTests, inTexts, inBackends] = [
      tests.map((test) => says(test.name) || says(test.function)),
      texts.map(says),
      backends.map(says),
    ];
    const isPath = word.includes("::");
    cells = cells.filter((cell) =>
      inTests[told.test[cell]] || inTexts[told.case[cell]] || inTexts[told.reason[cell]] || inBackends[told.backend[cell]] || (isPath && says(nameOf(cell))));
  }
  return cells;
}

/** The form; `changed` is called when the address says something else. */
function offerFilters(changed) {
  const place = document.getElementById("filters");
  const present = new Set(told.outcome);
  const choices = {
    backend: ["Backend", backends],
    marker: ["Feature", [...features.map(([name]) => name), told.unmarked]],
    tag: ["Tag", [...new Set(tests.flatMap((test) => test.tags))].sort()],
    outcome: ["Outcome", [...(everyCell.some(failsTheRun) ? [UNEXPECTED] : []), ...outcomes.map(([name]) => name).filter((_, at) => present.has(at))]],
  };
  const text = make("input", { type: "search", id: "filter-q", autocomplete: "off", placeholder: "name, function, reason" });
  const fields = { q: text };
  const form = make("form", { role: "search", "aria-label": "Filter the cells" },
    make("label", { for: "filter-q", class: "wide" }, make("span", {}, "Text"), text));
  for (const [name, [label, options]] of Object.entries(choices)) {
    if (options.length === 0) continue;
    const select = make("select", { id: `filter-${name}` }, make("option", { value: "" }, "all"));
    for (const option of options) select.append(make("option", { value: option }, brief(option, 60)));
    fields[name] = select;
    form.append(make("label", { for: select.id }, make("span", {}, label), select));
  }
  const clear = make("button", { type: "button", id: "filter-clear" }, "Clear");
  const said = make("p", { id: "matches", role: "status", class: "muted small" });
  form.append(clear, said);
  place.append(form);
  place.hidden = false;

  const show = () => {
    const asked = state();
    for (const [name, field] of Object.entries(fields)) {
      const value = asked.get(name) ?? "";
      // What the address asks for and the run does not have is shown as it is: nothing matches it.
      if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
        field.append(make("option", { value }, `${brief(value, 60)} (not in this run)`));
      }
      if (field.value !== value) field.value = value;
    }
    clear.disabled = !FILTERS.some((name) => asked.get(name));
    const cells = matching();
    const matches = once(cells).length;
    said.textContent = matches === count ? `${count} cells` : `${matches} of ${count} cells match`;
    changed(cells);
  };
  let waiting;
  const apply = () => {
    clearTimeout(waiting);
    for (const [name, field] of Object.entries(fields)) remember(name, field.value);
    show();
  };
  form.addEventListener("change", apply);
  // While somebody writes, not at each letter.
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    for (const name of FILTERS) remember(name, "");
    show();
    text.focus();
  });
  addEventListener("hashchange", show);
  show();
}
