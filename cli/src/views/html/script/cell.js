// What is known of one cell: the address names it, so that a link leads to it.
const dialog = document.getElementById("cell");

/** A button that opens a cell. */
function opens(cell, ...children) {
  return make("button", { type: "button", class: "opens", click: () => open(cell) }, ...children);
}

function open(cell) {
  dialog.replaceChildren(...details(cell));
  remember("cell", addressOf(cell));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  document.getElementById("cell-name").focus();
}

dialog.addEventListener("close", () => {
  remember("cell", "");
  dialog.replaceChildren();
});
// A click beside it.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

/** Opens the cell that the address names. */
function openNamed() {
  const name = state().get("cell");
  if (!name) {
    if (dialog.open) dialog.close();
    return;
  }
  const cell = cellNamed(name);
  if (cell >= 0) return open(cell);
  dialog.replaceChildren(
    closing(),
    make("h2", { id: "cell-name", tabindex: "-1" }, "No such cell"),
    make("p", {}, "This run has no cell ", make("code", {}, brief(name)), "."),
  );
  if (!dialog.open) dialog.showModal();
}

function closing() {
  return make("button", { type: "button", class: "closes", click: () => dialog.close() }, "Close");
}

/** A text of somebody else that may have many lines; of one that would keep the browser busy, the beginning until somebody asks. */
function block(text) {
  const pre = make("pre", { tabindex: "0" }, brief(text, 20_000));
  if (text.length <= 20_000) return pre;
  const all = make("button", { type: "button", class: "more screen-only" }, `Show all ${text.length.toLocaleString("en")} characters`);
  all.addEventListener("click", () => {
    pre.textContent = text;
    all.remove();
    pre.focus();
  });
  return make("div", { class: "long" }, pre, all);
}
const code = (text) => make("code", {}, brief(text, 400));

function details(cell) {
  const [test, own, row] = [testOf(cell), told.more[cell] ?? {}, valueOf("row", cell) ?? {}];
  const name = nameOf(cell);
  const parts = [closing(), make("h2", { id: "cell-name", tabindex: "-1", class: "code" }, name.length > 160 ? brief(name, 400) : named(name)), make("p", {}, tag(outcomeOf(cell)), own.setup ? " before the turn of its body" : "", onMachine(cell))];
  const part = (heading, ...children) => parts.push(make("h3", {}, heading), ...children);
  const list = [];
  const fact = (term, ...said) => list.push(make("dt", {}, term), make("dd", {}, ...said));

  if (name.length > 400) part("Its name", block(name));
  if (reasonOf(cell)) part("Why", block(reasonOf(cell)));
  if (own.disagreement) part("Where it disagrees", drawn(own.disagreement));
  if (own.output) part("What it printed", block(own.output));
  if (told.command) part("Run only this", command(cell, row));

  if (row.row) fact("Row of the matrix", ...rowOf(row));
  if (row.disputed) fact("The baseline is wrong", "says the row at ", code(row.disputed));
  if (row.excluded) fact("The row was set aside", row.withRow ? `with it: ${row.withRow}` : "");
  for (const [condition, holds] of row.conditions ?? []) fact("Condition", code(condition), holds ? " holds" : " does not hold");
  if (row.about) fact("The backend says", make("bdi", {}, brief(row.about, 400)));
  fact("Test", code(test.name), " at ", code(test.origin || "?"));
  if (test.function) fact("Function", code(test.function));
  for (const feature of featuresOf(cell)) fact("Feature", code(features[feature][0]), features[feature][1] ? `: ${brief(features[feature][1], 400)}` : "");
  if (test.tags.length > 0) fact("Tags", test.tags.map((tag) => brief(tag)).join(", "));
  for (const terms of test.terms) fact("Its own terms", make("bdi", {}, brief(terms, 400)));
  if (told.seed?.[cell]) fact("Seed of its inputs", code(told.seed[cell]));
  if (own.failure) fact("How it failed", own.failure);
  if (own.attempts) fact("Attempts", String(own.attempts));
  if (valueOf("machine", cell)) fact("Machine", valueOf("machine", cell));
  fact("Time", duration(told.us[cell]));
  const receipt = valueOf("receipt", cell);
  if (receipt) {
    const [device, evaluations, refusals, fallbacks, bytes] = receipt;
    fact("Receipt", `${brief(device, 400)}: ${evaluations} evaluated, ${refusals} refused${bytes == null ? "" : `, ${bytes} bytes`}`);
    for (const fallback of fallbacks) fact("Left to another backend", brief(fallback, 400));
  }
  const used = told.used?.[cell];
  if (used != null) fact("Uses of what is allowed", `${percent(used)}${valueOf("dtype", cell) ? ` in ${valueOf("dtype", cell)}` : ""}`);
  part("Facts", make("dl", {}, ...list));
  if (used != null) parts.push(spreadOf([cell]));

  const others = everyCell.filter((other) => other !== cell && told.test[other] === told.test[cell] && told.case[other] === told.case[cell]);
  if (others.length > 0) {
    part(told.columns ? "On other backends and machines" : "On other backends", make("ul", { class: "others" }, ...others.map((other) => make("li", {}, opens(other, make("bdi", {}, brief(backendOf(other)))), " ", tag(outcomeOf(other))))));
  }
  return parts;
}

/** What the row of the matrix says. */
function rowOf({ row, at, debt }) {
  const known = told.rows.find((known) => known.row === row && (known.at ?? null) === (at ?? null));
  const said = [code(row)];
  if (known) said.push(`, ${known.action}: `, make("bdi", {}, brief(known.reason, 400)));
  if (debt) said.push(` (${debt})`);
  if (known?.tracking) said.push(", ", link(known.tracking));
  if (known?.until) said.push(", until ", known.until);
  if (at) said.push(", at ", code(at));
  return said;
}

/** A link, where it is an address of the web. */
function link(address) {
  if (!/^https?:\/\//i.test(address)) return make("bdi", {}, brief(address, 240));
  return make("a", { href: address, rel: "noreferrer" }, brief(address, 240));
}

/** What runs the cell again, and a button that copies it. */
function command(cell, row) {
  const name = nameOf(cell);
  const word = /^[\w:.,=@%+\/-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
  const text = `${told.command}${row.excluded ? " --run-excluded" : ""} --exact ${word}`;
  const line = make("div", { class: "command" }, block(text));
  if (navigator.clipboard) {
    const copy = make("button", { type: "button", class: "screen-only" }, "Copy");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        copy.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(line.firstChild);
      }
    });
    line.append(copy);
  }
  return line;
}
