// What scripts/browser runs on a page: what a reader would stumble over, one line each, sent to
// the page around this one. `expected` is set by the script: theme and width.
(async () => {
  const found = [];
  const say = (what) => found.push(what);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  if (innerWidth !== expected.width) say(`the window is ${innerWidth} wide, not ${expected.width}`);
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (isDark !== (expected.theme === "dark")) say(`the theme is not ${expected.theme}`);
  const overflow = document.documentElement.scrollWidth - innerWidth;
  if (overflow > 0) say(`the page is ${overflow} pixels wider than the window`);

  // The numbers of the map are those of the data.
  const data = document.getElementById("abreast-data");
  for (const kernel of data ? JSON.parse(data.textContent).report.comparison.kernels : []) {
    const row = all("table.glance tbody tr").find((tr) => tr.cells[0].innerText.trim() === kernel.kernel);
    if (!row) { say(`${kernel.kernel} is not in the map`); continue; }
    const last = Math.max(...kernel.rows.map((one) => one.n));
    const level = kernel.rows.find((one) => !one.lowest)?.level ?? kernel.lowest_level;
    all("table.glance thead th").forEach((th, column) => {
      const of = kernel.rows.find((one) => one.variant === th.innerText.trim() && one.n === last && one.threads === 1 && one.level === level);
      if (!of?.to_baseline) return;
      const shown = parseFloat(row.cells[column].innerText.replace(/^[^\d]*/, ""));
      if (Math.abs(shown / of.to_baseline.value - 1) > 0.01) {
        say(`${kernel.kernel}, ${of.variant}: ${shown} is shown, ${of.to_baseline.value} is in the data`);
      }
    });
  }

  // A click sorts, a second one turns it over.
  const number = (cell) => parseFloat(cell.innerText.replace(/\u202f/g, "").replace(/^[^\d]*/, ""));
  for (const table of all("table")) {
    const button = all("thead th button", table)[1];
    if (!button) continue;
    const column = button.closest("th").cellIndex;
    const unit = (cell) => /[nµm]?s$/.test(cell.innerText.trim());
    for (const turn of [1, -1]) {
      button.click();
      const cells = [...table.tBodies[0].rows].map((row) => row.cells[column]);
      if (cells.some((cell) => unit(cell) || Number.isNaN(number(cell)))) continue;
      const values = cells.map(number);
      if (values.some((value, i) => i && turn * (value - values[i - 1]) < 0)) say(`not sorted: ${values.join(" ")}`);
    }
  }

  // What is copied is a table of Markdown with all cells.
  for (const table of all("table")) {
    const lines = abreast.markdown(table).trim().split("\n");
    if (lines.length !== table.rows.length + 1) say(`${lines.length} lines are copied of ${table.rows.length} rows`);
    const before = (table.closest(".wide") ?? table).previousElementSibling;
    if (!before?.classList.contains("tools")) say("a table has no button to copy it");
  }

  // Everything that can be clicked can be reached by keyboard.
  for (const details of all("details")) details.open = true;
  for (const target of all("button, a[href], summary")) {
    target.focus();
    if (document.activeElement !== target) say(`no keyboard reaches ${target.outerHTML.slice(0, 80)}`);
  }

  if (window.axe) {
    const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa"] });
    for (const violation of violations) {
      const where = violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ");
      say(`axe: ${violation.id}: ${violation.help} (${violation.nodes.length}: ${where})`);
    }
  }
  const lines = found.map((what) => `finding: ${what.replace(/\s+/g, " ")}`);
  parent.postMessage(["", ...lines, `checked: ${found.length} found`, ""].join("\n"), "*");
})();
