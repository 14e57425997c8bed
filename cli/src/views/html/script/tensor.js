// The place of a mismatch in its array, drawn: a slice of the last two axes, in which the first wrong elements are marked.

/** The picture and the list of the elements. */
function drawn({ path, dtype, shape, wrong, ulps, first, place, part }) {
  const total = shape.reduce((product, length) => product * length, 1);
  const what = `${dtype}[${shape.join(", ")}]`;
  const said = [`${wrong} of ${total} elements of ${what} disagree`];
  if (path) said.push(`in ${path}`);
  if (place) said.push(place);
  if (ulps != null) said.push(`off by up to ${Number(ulps.toPrecision(6))} ULP`);
  const box = make("div", { class: "mismatch" }, make("p", {}, `${said.join("; ")}.`));
  const list = table("Elements that disagree", [["Index"], ["Actual"], ["Expected"]], first.map(([index, actual, expected]) =>
    make("tr", {}, make("th", { scope: "row", class: "code" }, `[${index.join(", ")}]`), make("td", { class: "code" }, actual), make("td", { class: "code" }, expected))));
  const isDrawable = shape.length > 0 && total > 1 && first.every(([index]) => index.length === shape.length);
  const sides = make("div", { class: "sides" });
  if (isDrawable) sides.append(slices(shape, wrong, first, part, what));
  if (first.length > 0) {
    const some = wrong > first.length ? [make("p", { class: "muted small" }, `The first ${first.length} of ${wrong}:`)] : [];
    sides.append(make("div", { class: "elements" }, ...some, list));
  }
  box.append(sides);
  return box;
}

/** One slice at a time, where the array has more than two axes. */
function slices(shape, wrong, first, part, what) {
  const axes = shape.length;
  const lead = (index) => index.slice(0, Math.max(axes - 2, 0)).join(", ");
  const found = [...new Set(first.map(([index]) => lead(index)))];
  const place = make("div", { class: "slice" });
  const show = (slice) => place.replaceChildren(picture(shape, wrong, first.filter(([index]) => lead(index) === slice), part, slice, what));
  show(found[0] ?? "");
  if (found.length < 2) return place;
  const select = make("select", { id: "slice" }, ...found.map((slice) => make("option", { value: slice }, `[${slice}, :, :]`)));
  select.addEventListener("input", () => show(select.value));
  return make("div", {}, make("label", { for: "slice", class: "small" }, "Slice "), select, place);
}

function picture(shape, wrong, marked, part, slice, what) {
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape.slice(-2);
  // Elements are squares as long as there is room for them; then marks stay as large as an eye needs them.
  const [room, least] = [480, 5];
  const side = Math.min(28, Math.max(room / Math.max(rows, columns, 1), 0.001));
  const [width, height] = [Math.max(columns * side, 2), Math.max(rows * side, shape.length === 1 ? 12 : 2)];
  const at = (index) => (shape.length === 1 ? [0, index[0]] : index.slice(-2));
  const svg = draw("svg", { class: "tensor", viewBox: `-1 -1 ${width + 2} ${height + 2}`, width: width + 2, height: height + 2, role: "img" });
  const where = marked.map(([index]) => `[${index.join(", ")}]`).join(" ");
  svg.append(draw("title", {}, `${what}${slice ? `, slice [${slice}, :, :]` : ""}: wrong at ${where}`));
  svg.append(draw("rect", { class: "whole", x: 0, y: 0, width, height }));
  if (side >= 6) {
    for (let column = 1; column < columns; column++) svg.append(draw("path", { class: "grid", d: `M${column * side} 0V${height}` }));
    for (let row = 1; row < rows; row++) svg.append(draw("path", { class: "grid", d: `M0 ${row * side}H${width}` }));
  }
  if (part) {
    const [[top, bottom], [left, right]] = part.length === 1 ? [[0, 0], part[0]] : part.slice(-2);
    const [x, y] = [left * side, top * side];
    svg.append(draw("rect", { class: "part-of", x, y, width: Math.max((right - left + 1) * side, 3), height: Math.max((bottom - top + 1) * side, shape.length === 1 ? height : 3) }));
  }
  for (const [index, actual, expected] of marked) {
    const [row, column] = at(index);
    const size = Math.max(side, least);
    const middle = (position, extent) => Math.min(Math.max(position * side + side / 2 - size / 2, 0), Math.max(extent - size, 0));
    const tall = shape.length === 1 ? height : size;
    svg.append(draw("rect", { class: "wrong", x: middle(column, width), y: shape.length === 1 ? 0 : middle(row, height), width: size, height: tall },
      draw("title", {}, `[${index.join(", ")}]: ${actual} instead of ${expected}`)));
  }
  const sides = shape.length === 1 ? `axis 0: 0 to ${columns - 1}` : `down: axis ${shape.length - 2}, 0 to ${rows - 1}; across: axis ${shape.length - 1}, 0 to ${columns - 1}`;
  return make("figure", {}, svg, make("figcaption", { class: "muted small" }, sides));
}
