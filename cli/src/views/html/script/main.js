/** Ways to the parts of the page; the address stays what it is. */
function offerPlaces() {
  const places = document.getElementById("places");
  for (const heading of document.querySelectorAll("main h2[id]")) {
    if (heading.closest("[hidden], dialog")) continue;
    const go = (event) => {
      event.preventDefault();
      heading.scrollIntoView();
      heading.focus({ preventScroll: true });
    };
    places.append(make("a", { href: `#${state()}`, click: go }, heading.textContent));
  }
  places.hidden = false;
}

// Everything that depends on the filters, once for each change of them.
let before;
showDaysLeft();
offerFilters((cells) => {
  const asked = FILTERS.map((name) => state().get(name) ?? "").join("\n");
  // A cell that is opened changes the address, and none of this.
  if (asked === before) return;
  before = asked;
  showSupport(cells);
  showFailures(cells);
  showRows();
  showHeadroom(cells);
  showTime(cells);
});
offerPlaces();
addEventListener("hashchange", openNamed);
openNamed();
document.documentElement.dataset.ready = "";
performance.mark("ready");
