// A presigned address signs this one file: links to its neighbours cannot work then, and the page says what does.
"use strict";

const page = JSON.parse(document.getElementById("data").textContent);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// The CSV of a column of the curves, as the file beside the page has it, with the digits that the page knows.
function csvOfCurves(column) {
  const lines = [`variant,seed,epoch,${quoted(column.name)}`];
  column.seeds.forEach((bySeed, place) => {
    for (const [seed, [first, ...values]] of Object.entries(bySeed)) {
      values.forEach((value, step) => lines.push([quoted(page.variants[place].name), seed, first + step, value ?? ""].join(",")));
    }
  });
  return lines.join("\n") + "\n";
}

function quoted(cell) {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function csvOf(name) {
  if (name in page.csv) return page.csv[name];
  const wanted = name.startsWith("validation_") ? "val_" + name.slice(11) : name.replace(/^training_/, "");
  const column = page.curves.find((each) => each.name === wanted);
  return column ? csvOfCurves(column) : null;
}

(function mendLinks() {
  const isSigned = /[?&](X-Amz-Signature|Signature|sig|GoogleAccessId)=/i.test(location.search);
  if (!isSigned) return;
  for (const link of document.querySelectorAll("a[href]:not([href^='#'])")) {
    const csv = link.dataset.csv ? csvOf(link.dataset.csv) : null;
    if (csv !== null) {
      link.href = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
      link.download = `${link.dataset.csv}.csv`;
    } else {
      link.replaceWith(element("span", { class: "unreachable" }, link.textContent));
    }
  }
  const notice = document.getElementById("presigned");
  notice.append(
    "This page was opened by a presigned address, which is good for this one file. The other files of the run come with ",
    element("code", {}, page.pull),
    " or from the store. The numbers of the charts are in this page and can be saved.",
  );
  notice.hidden = false;
})();

(function openBeforePrinting() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
