// Filters the list of documentation by words, by owner and by star, and sorts it; the choice is kept in the address.
/** @param {Tools} tools */
export function start({ all, find, home, icon, make, stored }) {
  const rows = all('.docs-list tbody tr');
  const body = find('.docs-list tbody');
  if (!body) return;
  const input = find('[data-filter] input');
  const owner = find('select[data-owner]');
  const shown = find('select[data-shown]');
  const heading = find('[data-count]');
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const starred = () => stored.read('starred', []);
  const isStarred = (row) => starred().some((item) => item.ref === row.dataset.ref);
  let sort = '';

  const compare = new Intl.Collator('en', { numeric: true }).compare;
  const values = {
    title: (row) => row.querySelector('th span').textContent,
    owner: (row) => row.dataset.ownedBy ?? '\uffff',
    pages: (row) => row.querySelector('.number').textContent.replace(/\D/g, ''),
    changed: (row) => row.querySelector('time')?.dateTime ?? '',
  };

  function arrange() {
    const [key, turn] = sort.startsWith('-') ? [sort.slice(1), -1] : [sort, 1];
    const value = values[key];
    body.append(...(value ? rows.toSorted((a, b) => turn * compare(value(a), value(b))) : rows));
    for (const head of all('.docs-list [data-sort]')) {
      const own = head.dataset.sort.replace('-', '') === key;
      if (own) head.setAttribute('aria-sort', turn < 0 ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
  }

  function update() {
    const words = input?.value.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
    let count = 0;
    rows.forEach((row, at) => {
      row.hidden = !(
        words.every((word) => texts[at].includes(word)) &&
        (!owner?.value || row.dataset.ownedBy === owner.value) &&
        (!shown?.value || isStarred(row))
      );
      count += Number(!row.hidden);
    });
    if (input) heading.textContent = count.toLocaleString('en');
    const parts = [];
    if (owner?.value) parts.push(`filters[owners]=${owner.value}`);
    if (words.length) parts.push(`filters[text]=${encodeURIComponent(input.value.trim())}`);
    if (shown?.value) parts.push(`filters[user]=${shown.value}`);
    if (sort) parts.push(`sort=${sort}`);
    history.replaceState(null, '', parts.length ? `?${parts.join('&')}` : location.pathname);
  }

  for (const head of all('.docs-list [data-sort]')) {
    const first = head.dataset.sort;
    const button = make('button', { type: 'button', className: 'sort', textContent: head.textContent });
    button.addEventListener('click', () => {
      const other = first.startsWith('-') ? first.slice(1) : `-${first}`;
      sort = sort === first ? other : first;
      arrange();
      update();
    });
    head.replaceChildren(button);
  }
  for (const row of rows) {
    const link = /** @type {HTMLAnchorElement | null} */ (
      row.querySelector(`td .entity[title="${CSS.escape(row.dataset.ref)}"]`)
    );
    if (!link) continue;
    const star = make(
      'button',
      { type: 'button', title: 'Star', 'aria-pressed': isStarred(row), 'aria-label': `Star ${link.textContent}` },
      icon('star'),
    );
    star.addEventListener('click', () => {
      const others = starred().filter((item) => item.ref !== row.dataset.ref);
      const is = !isStarred(row);
      stored.write(
        'starred',
        is
          ? [
              {
                ref: row.dataset.ref,
                title: link.textContent,
                path: new URL(link.href).pathname.slice(home.pathname.length),
              },
              ...others,
            ]
          : others,
      );
      star.setAttribute('aria-pressed', String(is));
      update();
    });
    row.querySelector('th').prepend(make('span', { className: 'row-tools' }, star));
  }

  const asked = new URLSearchParams(location.search);
  sort = asked.get('sort') ?? '';
  if (sort) arrange();
  if (input) {
    const owners = new Map(
      rows
        .filter((row) => row.dataset.ownedBy)
        .map((row) => [
          row.dataset.ownedBy,
          row.querySelector(`[title="${CSS.escape(row.dataset.ownedBy)}"]`)?.textContent ?? row.dataset.ownedBy,
        ]),
    );
    for (const [ref, title] of [...owners].sort((a, b) => a[1].localeCompare(b[1])))
      owner.append(new Option(title, ref));
    const chosen = (select, key) => {
      select.value = asked.get(`filters[${key}]`) ?? '';
      if (select.selectedIndex < 0) select.value = '';
      select.addEventListener('change', update);
    };
    chosen(owner, 'owners');
    chosen(shown, 'user');
    input.value = asked.get('filters[text]') ?? '';
    input.addEventListener('input', update);
    if (owner.value || shown.value || input.value) update();
  }
}
