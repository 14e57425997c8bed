// The rows of the matrix: those of the backend that the address asks for, and how long they still hold.
function showDaysLeft() {
  const today = Date.now() / 86_400_000;
  for (const time of document.querySelectorAll("#rows time")) {
    const last = Date.parse(`${time.dateTime}T00:00:00Z`) / 86_400_000;
    if (Number.isNaN(last)) continue;
    // The last day counts.
    const left = Math.floor(last + 1 - today);
    const said = left < 0 ? "expired" : left === 0 ? "the last day" : left === 1 ? "1 day left" : `${left} days left`;
    time.after(" ", make("span", { class: `tag ${left < 0 ? "bad" : left < 30 ? "part" : "none"}` }, said));
  }
}

function showRows() {
  const asked = state();
  const [backend, words] = [asked.get("backend") ?? "", (asked.get("q") ?? "").toLowerCase().split(/\s+/).filter((word) => word)];
  for (const kind of document.querySelectorAll("#rows .kind")) {
    let any = false;
    for (const row of kind.querySelectorAll("tbody tr")) {
      const said = row.textContent.toLowerCase();
      row.hidden = (backend !== "" && row.dataset.backend !== ((told.columns ?? backends)[backends.indexOf(backend)] ?? backend)) || !words.every((word) => said.includes(word));
      any ||= !row.hidden;
    }
    kind.hidden = !any;
  }
}
