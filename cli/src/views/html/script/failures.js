// The cells that fail the run, in full.
function showFailures(cells) {
  const failing = once(cells.filter(failsTheRun));
  const list = document.getElementById("failures");
  if (failing.length === 0) {
    const elsewhere = everyCell.some(failsTheRun) ? "None of the cells that match." : "Nothing.";
    list.replaceChildren(make("p", {}, elsewhere));
    return;
  }
  const show = (cell) => {
    const own = told.more[cell] ?? {};
    const article = make("article", { class: "failure" }, make("h3", {}, tag(outcomeOf(cell)), " ", opens(cell, named(nameOf(cell))), onMachine(cell)));
    if (reasonOf(cell)) article.append(block(reasonOf(cell)));
    if (own.disagreement && own.disagreement.shape.length > 0) article.append(drawn(own.disagreement));
    if (told.command) article.append(command(cell, valueOf("row", cell) ?? {}));
    return article;
  };
  const articles = make("div");
  const more = inPortions(failing, 20, show, (article) => articles.append(article), "cells");
  list.replaceChildren(articles, more);
}
