// What every page does: its state lives behind the `#` of its address, so that a link leads to what its sender sees.

/** What the address says: names and values. */
function state() {
  return new URLSearchParams(location.hash.slice(1));
}

/** Changes what the address says; an empty value is left out. Nothing is added to the history. */
function remember(name, value) {
  const all = state();
  // Chromium ignores an address, also one that a reader typed, after 200 changes within ten seconds.
  if ((all.get(name) ?? "") === (value ?? "")) return;
  if (value) all.set(name, value);
  else all.delete(name);
  const said = all.toString();
  // No browser takes an address of any length.
  if (said.length > 30_000) return;
  history.replaceState(null, "", said ? `#${said}` : location.pathname + location.search);
}

/** An element with these attributes and children; what is no element among them is text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(attribute, "");
    else if (typeof value === "function") element.addEventListener(attribute, value);
    else if (value !== false && value != null) element.setAttribute(attribute, value);
  }
  element.append(...children);
  return element;
}

/** Light, dark, or as the reader's system has it. */
function offerThemes() {
  const place = document.getElementById("theme");
  const apply = () => {
    const chosen = state().get("theme");
    const theme = chosen === "light" || chosen === "dark" ? chosen : "";
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    return theme;
  };
  const select = make("select", { id: "theme-choice" });
  for (const [value, text] of [["", "Auto"], ["light", "Light"], ["dark", "Dark"]]) {
    select.append(make("option", { value }, text));
  }
  select.value = apply();
  select.addEventListener("change", () => {
    remember("theme", select.value);
    apply();
  });
  addEventListener("hashchange", () => {
    select.value = apply();
  });
  place.append(make("label", { for: "theme-choice" }, "Colours"), select);
  place.hidden = false;
}
offerThemes();
