// The menu of a list: which columns it has, and the rows that the filters leave as a file.

/** What begins like a formula is one to a spreadsheet. */
const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const quoted = (text) => `"${safe(String(text)).replaceAll('"', '""')}"`;

/** The values of a row by the names that the fields of the catalog have; what is empty is left out. */
function record(row) {
  const { ref, one, namespace, name, title, type, lifecycle, owner, system, tags, description } = row;
  const own = row.more.map(({ heading, links, text }) => [heading, links ? links.map(([other]) => other) : text]);
  const fields = Object.entries({
    ref,
    kind: one,
    namespace,
    name,
    title,
    type,
    lifecycle,
    owner,
    system,
    tags,
    description,
  });
  return Object.fromEntries([...fields, ...own].filter(([, value]) => value?.length));
}

/**
 * Opens the menu below its button.
 * @param {{ button: HTMLElement, make: Function, found: any[], columns: any[], shown: string[], choose: (keys: string[]) => Promise<void> }} list
 */
export function open({ button, make, found, columns, shown, choose }) {
  const chosen = [...shown];
  const box = ([key, heading]) => {
    const input = make('input', { type: 'checkbox', checked: chosen.includes(key) });
    input.addEventListener('change', () => {
      if (input.checked) chosen.push(key);
      else chosen.splice(chosen.indexOf(key), 1);
      // Columns keep the order of the list, wherever they were chosen.
      choose(columns.map(([known]) => known).filter((known) => known !== 'name' && chosen.includes(known)));
    });
    return make('label', {}, input, make('span', { textContent: heading }));
  };

  /** The rows as they stand: a cell is what the table shows as text, entities by their references. */
  const csv = () => {
    const wanted = columns.filter(([key]) => key !== 'name' && chosen.includes(key));
    const cell = (element) => (typeof element === 'string' ? element : element.title || element.textContent);
    const text = (row, key, of) =>
      (key === 'tags' ? row.tags : key === 'description' ? [row.description] : of(row).map(cell)).join(' ');
    const lines = [
      ['ref', 'title', ...wanted.map(([, heading]) => heading)],
      ...found.map((row) => [row.ref, row.title, ...wanted.map(([key, , of]) => text(row, key, of))]),
    ];
    return lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
  };
  const files = [
    ['CSV', 'csv', 'text/csv', csv],
    ['JSON', 'json', 'application/json', () => `${JSON.stringify(found.map(record), null, 2)}\n`],
    ['NDJSON', 'ndjson', 'application/x-ndjson', () => found.map((row) => `${JSON.stringify(record(row))}\n`).join('')],
  ];
  const save = ([name, extension, type, text]) => {
    const action = make('button', { type: 'button', textContent: name });
    action.addEventListener('click', () => {
      const file = URL.createObjectURL(new Blob([text()], { type }));
      make('a', { href: file, download: `catalog.${extension}` }).click();
      setTimeout(() => URL.revokeObjectURL(file), 1000);
    });
    return action;
  };

  const menu = make(
    'div',
    { className: 'menu columns', popover: 'auto' },
    make(
      'fieldset',
      {},
      make('legend', { textContent: 'Columns' }),
      ...columns.filter(([key]) => key !== 'name').map(box),
    ),
    make('p', {
      textContent: `Save ${found.length === 1 ? 'this row' : `these ${found.length.toLocaleString('en')} rows`} as`,
    }),
    make('div', { className: 'ways', role: 'group', ariaLabel: 'Save as' }, ...files.map(save)),
  );
  menu.addEventListener('toggle', ({ newState }) => {
    if (newState === 'closed') {
      menu.remove();
      button.focus();
    }
  });
  button.after(menu);
  const { right, bottom } = button.getBoundingClientRect();
  Object.assign(menu.style, {
    right: `${Math.max(8, document.documentElement.clientWidth - right)}px`,
    left: 'auto',
    top: `${bottom + 4}px`,
  });
  menu.showPopover();
  menu.querySelector('input')?.focus();
}
