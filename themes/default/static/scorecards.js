// What scorecards show in another order: the map of a scorecard by level, score or name and by team or system, with the rows of
// all its pages; the results of an entity by category. Everything is there without a script.
/** @param {Tools} tools */
export function start({ signal, make, all, find }) {
  for (const card of all('[data-scorecard]')) groups(card);
  const table = find('[data-scorecard-map]');
  if (table) map(table);

  /** Lets a reader have the results by category instead of by level. */
  function groups(card) {
    const results = [...card.querySelectorAll('[data-rule]')];
    const names = new Set(results.map((result) => result.dataset.category));
    const levels = [...card.querySelectorAll('.score-group')];
    if (names.size < 2 || levels.length < 2) return;
    const homes = new Map(results.map((result) => [result, result.parentElement]));
    const boxes = [...names].sort().map((name) => {
      const own = results.filter((result) => result.dataset.category === name);
      const counted = own.filter(({ dataset }) => dataset.counts);
      const met = counted.filter(({ dataset }) => dataset.status === 'pass').length;
      const list = make('ul', { className: 'results' });
      const box = make('details', { className: 'score-group', open: met < counted.length }, make('summary', {}, `${name || 'Other rules'} `, make('span', { className: 'count', textContent: `${met} of ${counted.length}` })), list);
      return { box, list, own };
    });
    const show = (byCategory) => {
      for (const { box, list, own } of boxes) { if (byCategory) list.append(...own); box.hidden = !byCategory; }
      if (!byCategory) for (const result of results) homes.get(result).append(result);
      for (const box of levels) box.hidden = byCategory;
      for (const [at, button] of buttons.entries()) button.setAttribute('aria-pressed', String((at === 1) === byCategory));
    };
    const buttons = ['By level', 'By category'].map((textContent, at) => {
      const button = make('button', { type: 'button', className: 'button', textContent });
      button.addEventListener('click', () => show(at === 1));
      return button;
    });
    levels[0].before(make('p', { className: 'actions group-by' }, ...buttons), ...boxes.map(({ box }) => box));
    show(false);
  }

  function map(table) {
    const body = table.tBodies[0];
    const bar = find('[data-table-filter]');
    const order = new Intl.Collator('en', { sensitivity: 'base', numeric: true }).compare;
    const keys = { name: (row) => row.querySelector('th').textContent.trim(), level: (row) => Number(row.dataset.rank), score: (row) => Number(row.dataset.score ?? -1) };
    const rows = () => [...body.querySelectorAll('[data-row]')];
    let sort = { by: '', down: false };
    let group = '';
    let others;

    /** Takes the rows of the other pages, once and when somebody asks for more than this page. */
    function fetchOthers() {
      others ??= (async () => {
        const addresses = (table.dataset.others ?? '').split(' ').filter(Boolean);
        for (const address of addresses) {
          const url = new URL(address, location.href);
          const page = new DOMParser().parseFromString(await (await fetch(url, { signal })).text(), 'text/html');
          const more = [...page.querySelectorAll('[data-scorecard-map] [data-row]')].map((row) => document.importNode(row, true));
          for (const link of more.flatMap((row) => [...row.querySelectorAll('a[href]')])) link.href = new URL(link.getAttribute('href'), url).href;
          body.append(...more);
        }
        if (addresses.length) {
          for (const pager of all('.score-map .pager')) pager.hidden = true;
          document.dispatchEvent(new CustomEvent('playbill:rows'));
        }
      })().catch(() => { others = undefined; });
      return others;
    }

    function arrange() {
      const of = keys[sort.by] ?? (() => 0);
      const turn = sort.down ? -1 : 1;
      const sorted = rows().map((row, at) => ({ row, at, key: of(row), group: group ? row.dataset[`${group}Title`] ?? '' : '' }));
      sorted.sort((a, b) => (a.group === b.group ? 0 : Number(!a.group) - Number(!b.group) || order(a.group, b.group)) || turn * (typeof a.key === 'string' ? order(a.key, b.key) : a.key - b.key) || a.at - b.at);
      for (const head of body.querySelectorAll('.group')) head.remove();
      let last;
      for (const { row, group: name } of sorted) {
        if (group && name !== last) body.append(make('tr', { className: 'group' }, make('th', { scope: 'rowgroup', colSpan: row.cells.length, textContent: name || 'None' })));
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
        sort = { by, down: sort.by === by ? !sort.down : by !== 'name' };
        for (const other of table.querySelectorAll('th[data-sort]')) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
        arrange();
      });
      head.replaceChildren(button);
    }
    const by = /** @type {HTMLSelectElement} */ (find('[data-group-by]'));
    by.addEventListener('change', async () => { await fetchOthers(); group = by.value; arrange(); });
    bar.addEventListener('focusin', fetchOthers);
    for (const name of ['input', 'change']) bar.addEventListener(name, () => queueMicrotask(hideEmpty));
    if (location.search) fetchOthers();
  }
}
