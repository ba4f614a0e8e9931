// Tables that can be searched and sorted, and bars. Without it the page shows all of its rows all the same.
document.documentElement.classList.add("js");
addEventListener("DOMContentLoaded", () => {
  const STEP = 500;
  // A bar beside each percent; its number says the same to a screen reader.
  const bars = (within) => {
    for (const cell of within.querySelectorAll("td.p:not(:has(meter))")) {
      const bar = Object.assign(document.createElement("meter"), { max: 100, low: 80, high: 95, optimum: 0 });
      bar.value = Number(cell.dataset.v);
      bar.setAttribute("aria-hidden", "true");
      cell.prepend(bar);
    }
  };
  const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  for (const part of document.querySelectorAll(".searchable")) {
    const table = part.querySelector("table");
    const search = part.querySelector("input");
    const status = part.querySelector("[role=status]");
    const more = part.querySelector(".tools button");
    const body = table.tBodies[0];
    const all = Array.from(table.querySelectorAll("tbody tr"), (row, place) => ({ row, place, text: null }));
    // Rows that are not shown stay out of the document: laying out tens of thousands takes seconds.
    for (const rest of part.querySelectorAll("tbody.more")) rest.remove();
    let found = all;
    let shown = STEP;
    const show = () => {
      body.replaceChildren(...found.slice(0, shown).map((one) => one.row));
      bars(body);
      const count = Math.min(shown, found.length).toLocaleString();
      status.textContent = `${count} of ${found.length.toLocaleString()} rows shown` +
        (found.length < all.length ? `, ${all.length.toLocaleString()} in all` : "");
      more.hidden = shown >= found.length;
    };
    const filter = () => {
      const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      found = wanted.length === 0 ? all : all.filter((one) => {
        one.text ??= Array.from(one.row.cells, (cell) => cell.textContent).join("\n").toLowerCase();
        return wanted.every((word) => one.text.includes(word));
      });
      shown = STEP;
      show();
    };
    const sort = (column, heading) => {
      const falling = heading.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
      for (const one of all) {
        const cell = one.row.cells[column];
        const number = cell.dataset.v;
        one.key = number === undefined ? cell.textContent : Number(number);
      }
      const unknown = (key) => key === "";
      all.sort((a, b) => {
        // What is not known comes last, whichever way.
        if (unknown(a.key) || unknown(b.key)) return unknown(a.key) - unknown(b.key) || a.place - b.place;
        const order = typeof a.key === "number" && typeof b.key === "number"
          ? a.key - b.key : words.compare(a.key, b.key);
        return (falling ? -order : order) || a.place - b.place;
      });
      filter();
    };
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      heading.setAttribute("aria-sort", "none");
      heading.firstElementChild.addEventListener("click", () => sort(column, heading));
    });
    search.addEventListener("input", filter);
    more.addEventListener("click", () => { shown = Infinity; show(); });
    show();
  }
  bars(document);
});
