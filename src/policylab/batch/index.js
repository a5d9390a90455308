
"use strict";
// Search and order of the rows that stand in the page; no text is ever made into markup.
const body = document.querySelector("#reports tbody");
const rows = [...body.rows];
const search = document.querySelector("#search");
const level = document.querySelector("#level");
const shown = document.querySelector("#shown");

function filter() {
  const words = search.value.toLowerCase().replace(/['’]/g, "").split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const fits = words.every((word) => row.dataset.words.includes(word)) && (!level.value || row.dataset.level === level.value);
    row.hidden = !fits;
    count += fits;
  }
  shown.textContent = `${count} / ${rows.length}`;
}

function compare(a, b) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const numbers = [Number(a), Number(b)];
  return numbers.some(Number.isNaN) ? a.localeCompare(b) : numbers[0] - numbers[1];
}

function order(header) {
  const column = header.cellIndex;
  const down = header.getAttribute("aria-sort") === "ascending";
  for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[column].dataset.order;
  rows.sort((one, two) => {
    const empty = (key(one) === "") - (key(two) === "");
    return empty || (down ? -1 : 1) * compare(key(one), key(two));
  });
  body.append(...rows);
}

document.querySelector("#form").hidden = false;
document.querySelector("#form").addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", filter);
level.addEventListener("change", filter);
for (const button of document.querySelectorAll("thead button")) button.addEventListener("click", () => order(button.parentNode));
filter();
