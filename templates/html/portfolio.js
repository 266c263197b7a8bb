"use strict";
// Filters and search over rows that are all in the page already; without script they are simply all shown.
(() => {
  const form = document.querySelector(".filters");
  const rows = [...document.querySelectorAll("details.row")];
  if (!form || !rows.length) return;
  const lists = [...document.querySelectorAll("section.list")];
  const output = form.querySelector("output");
  const said = output.dataset.shown;
  const plain = (text) => text.normalize("NFKC").toLocaleLowerCase();
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, plain(row.textContent));
    return texts.get(row);
  };
  const tests = {
    list: (row, value) => row.dataset.list === value,
    stage: (row, value) => Number(row.dataset.floor) <= Number(value) && Number(value) <= Number(row.dataset.ceiling),
    decision: (row, value) => row.dataset.decision === value,
    pattern: (row, value) => row.dataset.patterns.split(" ").includes(value),
  };
  const apply = () => {
    const wanted = Object.entries(tests)
      .map(([name, test]) => [form.elements[name]?.value, test])
      .filter(([value]) => value);
    const words = plain(form.elements.search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = wanted.every(([value, test]) => test(row, value)) && words.every((word) => textOf(row).includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      shown += fits;
    }
    for (const list of lists) list.hidden = shown < rows.length && !list.querySelector("details.row:not([hidden])");
    output.textContent = shown ? said.replace("#", shown) : output.dataset.nothing;
  };
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, rows.length > 1000 ? 150 : 0);
  });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = rows.filter((row) => !row.open && !row.hidden);
    for (const row of opened) row.open = true;
  });
  addEventListener("afterprint", () => {
    for (const row of opened) row.open = false;
  });
  form.hidden = false;
  apply();
})();
