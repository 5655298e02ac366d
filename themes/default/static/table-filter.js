// Filters a list by words and by what its rows say of themselves; the choice is kept in the address. Every row is there
// without a script.
/** @param {Tools} tools */
export function start({ signal }) {
  const bar = document.querySelector('[data-table-filter]');
  const record = new URLSearchParams(location.search).get('record');
  // Backstage names a record by its file.
  const wanted = record && document.querySelector(`[data-file="${CSS.escape(record)}"] a`);
  if (wanted) return location.replace(wanted.href);
  if (!bar) return undefined;
  let rows = [];
  let texts = [];
  const input = bar.querySelector('input');
  // A cell has what the row has not: whether a row has one of a kind.
  const selects = [...bar.querySelectorAll('select[data-field], select[data-cells]')];
  const count = document.querySelector('[data-count]');
  const field = (select) => select.dataset.field ?? select.dataset.cells;
  const has = (row, select) => (select.dataset.cells ? row.querySelector(`[data-${select.dataset.cells}="${CSS.escape(select.value)}"]`) !== null : row.dataset[field(select)] === select.value);
  const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  /** Takes the rows that are there; more may come. */
  function collect() {
    rows = [...document.querySelectorAll('[data-row]')];
    texts = rows.map((row) => row.textContent.toLowerCase());
    for (const select of selects) {
      if (select.options.length > 1 && !select.dataset.found) continue;
      select.dataset.found = '1';
      const chosen = select.value;
      const values = new Map();
      for (const row of rows) {
        const value = row.dataset[field(select)];
        if (value) values.set(value, row.dataset[`${field(select)}Title`] ?? title(value));
      }
      const options = [...values].sort((a, b) => a[1].localeCompare(b[1])).map(([value, text]) => new Option(text, value));
      select.replaceChildren(select.options[0], ...options);
      select.value = chosen;
      // It keeps its place, so that nothing moves.
      select.disabled = values.size < 2;
    }
  }
  collect();

  function update() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !(words.every((word) => texts[at].includes(word)) && chosen.every((select) => has(row, select)));
      shown += Number(!row.hidden);
    });
    for (const part of document.querySelectorAll('[data-rows]')) part.hidden = !part.querySelector('[data-row]:not([hidden])');
    if (count) count.textContent = shown.toLocaleString('en');
    const asked = new URLSearchParams();
    for (const select of chosen) asked.set(field(select), select.value);
    if (words.length) asked.set('text', input.value.trim());
    const query = asked.toString();
    history.replaceState(null, '', query ? `?${query}` : location.pathname);
  }

  const asked = new URLSearchParams(location.search);
  input.value = asked.get('text') ?? '';
  /** Chooses what the address asks for, as far as it is there. */
  function choose() {
    for (const select of selects) {
      if (select.value) continue;
      select.value = asked.get(field(select)) ?? '';
      if (select.selectedIndex < 0) select.value = '';
    }
  }
  choose();
  for (const select of selects) select.addEventListener('change', () => { asked.delete(field(select)); update(); });
  input.addEventListener('input', update);
  document.addEventListener('playbill:rows', () => { collect(); choose(); update(); }, { signal });
  if (input.value || selects.some((select) => select.value)) update();
  return undefined;
}
