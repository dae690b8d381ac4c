// A click on a column's name sorts a table, a button copies it as Markdown. Without this, all is there to read.
"use strict";
(() => {
  const units = { ns: 1e-9, "µs": 1e-6, ms: 1e-3, s: 1 };
  const words = (cell) => cell.innerText.replace(/\s+/g, " ").trim();
  // What a cell is sorted by: its number, in seconds if it is a time, or else its words.
  const key = (cell) => {
    // Digits come in groups of three.
    const text = cell ? cell.innerText.replace(/\u202f/g, "").trim() : "";
    const found = /^[^\w-]*(-?\d+(?:\.\d+)?)\s*(ns|µs|ms|s)?/.exec(text);
    return found ? Number(found[1]) * (units[found[2]] ?? 1) : text;
  };
  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));

  const sort = (table, th) => {
    const down = th.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
    for (const body of table.tBodies) {
      const rows = [...body.rows].map((row) => [key(row.cells[th.cellIndex]), row]);
      rows.sort((a, b) => (down ? compare(b[0], a[0]) : compare(a[0], b[0])));
      body.append(...rows.map(([, row]) => row));
    }
  };

  const markdown = (table) => {
    const line = (cells) => `| ${cells.map((cell) => cell.replace(/\|/g, "\\|")).join(" | ")} |`;
    const rows = [...table.rows].map((row) => [...row.cells].map(words));
    const [head, ...rest] = rows;
    return [line(head), line(head.map((_, i) => (i ? "--:" : "---"))), ...rest.map(line)].join("\n") + "\n";
  };

  const copy = async (table, button) => {
    try {
      await navigator.clipboard.writeText(markdown(table));
      button.textContent = "Copied";
    } catch {
      const area = document.createElement("textarea");
      area.value = markdown(table);
      document.body.append(area);
      area.select();
      button.textContent = document.execCommand("copy") ? "Copied" : "The browser does not allow to copy";
      area.remove();
    }
    setTimeout(() => (button.textContent = "Copy as Markdown"), 2000);
  };

  for (const table of document.querySelectorAll("table")) {
    // Rows that belong together stay so.
    const isPlain = !table.querySelector("tbody [rowspan], tbody [colspan]");
    for (const th of isPlain ? table.querySelectorAll("thead th") : []) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...th.childNodes);
      button.addEventListener("click", () => sort(table, th));
      th.append(button);
    }
    const tools = document.createElement("p");
    const button = document.createElement("button");
    tools.className = "tools";
    button.type = "button";
    button.textContent = "Copy as Markdown";
    button.addEventListener("click", () => copy(table, button));
    tools.append(button);
    const box = table.closest(".wide") ?? table;
    box.before(tools);
  }
  window.abreast = { markdown };
})();
