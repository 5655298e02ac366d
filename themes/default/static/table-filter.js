// Filters a list by words and by what its rows say of themselves; the choice is kept in the address. Every row is there
// without a script.
export function start() {
  const bar = document.querySelector('[data-table-filter]');
  const record = new URLSearchParams(location.search).get('record');
  // Backstage names a record by its file.
  const wanted = record && document.querySelector(`[data-file="${CSS.escape(record)}"] a`);
  if (wanted) return location.replace(wanted.href);
  if (!bar) return undefined;
  const rows = [...document.querySelectorAll('[data-row]')];
  const input = bar.querySelector('input');
  const selects = [...bar.querySelectorAll('select')];
  const count = document.querySelector('[data-count]');
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const field = (select) => select.dataset.field;
  const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  for (const select of selects) {
    if (select.options.length > 1) continue;
    const values = new Map();
    for (const row of rows) {
      const value = row.dataset[field(select)];
      if (value) values.set(value, row.dataset[`${field(select)}Title`] ?? title(value));
    }
    for (const [value, text] of [...values].sort((a, b) => a[1].localeCompare(b[1]))) select.append(new Option(text, value));
    // It keeps its place, so that nothing moves.
    select.disabled = values.size < 2;
  }

  function update() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !(words.every((word) => texts[at].includes(word)) && chosen.every((select) => row.dataset[field(select)] === select.value));
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
  for (const select of selects) {
    select.value = asked.get(field(select)) ?? '';
    if (select.selectedIndex < 0) select.value = '';
    select.addEventListener('change', update);
  }
  input.addEventListener('input', update);
  if (input.value || selects.some((select) => select.value)) update();
  return undefined;
}
