// Filters a list by words and by what its rows say of themselves; the choice is kept in the address. The maps of
// scorecards and of ages are sorted and grouped, too. Every row is there without a script.
/** @param {Tools} tools */
export function start(tools) {
  const { signal, find } = tools;
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
  const has = (row, select) =>
    select.dataset.cells
      ? row.querySelector(`[data-${select.dataset.cells}="${CSS.escape(select.value)}"]`) !== null
      : row.dataset[field(select)] === select.value;
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
      const options = [...values]
        .sort((a, b) => a[1].localeCompare(b[1]))
        .map(([value, text]) => new Option(text, value));
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
    for (const part of document.querySelectorAll('[data-rows]'))
      part.hidden = !part.querySelector('[data-row]:not([hidden])');
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
  for (const select of selects)
    select.addEventListener('change', () => {
      asked.delete(field(select));
      update();
    });
  input.addEventListener('input', update);
  document.addEventListener(
    'playbill:rows',
    () => {
      collect();
      choose();
      update();
    },
    { signal },
  );
  if (input.value || selects.some((select) => select.value)) update();
  const map = find('[data-scorecard-map], [data-freshness-map]');
  if (map) arrangeable(map, tools);
  return undefined;
}

/**
 * Sorts and groups the rows of a map, with those of its other pages.
 * @param {Tools} tools
 */
function arrangeable(table, tools) {
  const { signal, make, all, find } = tools;
  const body = table.tBodies[0];
  const bar = find('[data-table-filter]');
  const order = new Intl.Collator('en', { sensitivity: 'base', numeric: true }).compare;
  const keys = {
    name: (row) => row.querySelector('th').textContent.trim(),
    level: (row) => Number(row.dataset.rank),
    score: (row) => Number(row.dataset.score ?? -1),
  };
  const rows = () => [...body.querySelectorAll('[data-row]')];
  let sort = { by: '', down: false };
  const by = /** @type {HTMLSelectElement} */ (find('[data-group-by]'));
  let group = by.value;
  let others;

  /** Takes the rows of the other pages, once and when somebody asks for more than this page. */
  function fetchOthers() {
    others ??= (async () => {
      const addresses = (table.dataset.others ?? '').split(' ').filter(Boolean);
      for (const address of addresses) {
        const url = new URL(address, location.href);
        const page = new DOMParser().parseFromString(await (await fetch(url, { signal })).text(), 'text/html');
        const more = [...page.querySelectorAll('.map [data-row]')].map((row) => document.importNode(row, true));
        for (const link of more.flatMap((row) => [...row.querySelectorAll('a[href]')]))
          link.href = new URL(link.getAttribute('href'), url).href;
        body.append(...more);
      }
      if (addresses.length) {
        for (const pager of all('.score-map .pager')) pager.hidden = true;
        document.dispatchEvent(new CustomEvent('playbill:rows'));
        // They are at the end, below whichever heading is the last.
        if (group) arrange();
      }
    })().catch(() => {
      others = undefined;
    });
    return others;
  }

  function arrange() {
    const of = keys[sort.by] ?? ((row) => row.querySelector(`[data-evidence="${sort.by}"] time`)?.dateTime ?? 'z');
    const turn = sort.down ? -1 : 1;
    const sorted = rows().map((row, at) => ({
      row,
      at,
      key: of(row),
      group: group ? (row.dataset[`${group}Title`] ?? '') : '',
    }));
    sorted.sort(
      (a, b) =>
        (a.group === b.group ? 0 : Number(!a.group) - Number(!b.group) || order(a.group, b.group)) ||
        turn * (typeof a.key === 'string' ? order(a.key, b.key) : a.key - b.key) ||
        a.at - b.at,
    );
    for (const head of body.querySelectorAll('.group')) head.remove();
    let last;
    for (const { row, group: name } of sorted) {
      if (group && name !== last)
        body.append(
          make(
            'tr',
            { className: 'group' },
            make('th', { scope: 'rowgroup', colSpan: row.cells.length, textContent: name || 'None' }),
          ),
        );
      last = name;
      body.append(row);
    }
    hideEmpty();
  }

  /** Hides the headings of groups whose rows are filtered out. */
  function hideEmpty() {
    for (const head of body.querySelectorAll('.group')) {
      let row = head.nextElementSibling;
      while (row && !row.matches('.group') && row.hidden) row = row.nextElementSibling;
      head.hidden = !row || row.matches('.group');
    }
  }

  for (const head of table.querySelectorAll('th[data-sort]')) {
    const by = head.dataset.sort;
    const button = make('button', { type: 'button', className: 'sort', textContent: head.textContent });
    button.addEventListener('click', async () => {
      await fetchOthers();
      sort = { by, down: sort.by === by ? !sort.down : by === 'level' || by === 'score' };
      for (const other of table.querySelectorAll('th[data-sort]')) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
      arrange();
    });
    head.replaceChildren(button);
  }
  by.addEventListener('change', async () => {
    await fetchOthers();
    group = by.value;
    arrange();
  });
  bar.addEventListener('focusin', fetchOthers);
  for (const name of ['input', 'change']) bar.addEventListener(name, () => queueMicrotask(hideEmpty));
  if (location.search) fetchOthers();
}
