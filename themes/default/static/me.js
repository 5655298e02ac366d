// Who the reader is: a person or group of the catalog, chosen once and kept in this browser.

/** Asks who the reader is; calls `done` with the choice, or nothing to forget it. */
export async function choose({ home, pathOf, make, icon, now, done }) {
  const rows = async (kind) => {
    const answer = await fetch(new URL(`catalog/${kind}.json`, home));
    if (!answer.ok) return [];
    const data = await answer.json();
    const groups = data.more.findIndex(([key]) => key === 'groups');
    return data.rows.map((row) => ({
      ref: `${kind}:${row[2]}/${row[0]}`.toLowerCase(),
      title: row[1] ?? row[0],
      kind,
      one: data.one,
      path: pathOf(row[2], kind, row[0]),
      groups: (row[10][groups] ?? []).map((at) => data.refs[at][0]),
    }));
  };
  const input = make('input', {
    type: 'search',
    placeholder: 'Your name, or that of your team',
    autocomplete: 'off',
    'aria-label': 'Your name',
  });
  const list = make('ul');
  const note = make(
    'p',
    { className: 'quiet' },
    'Lists can then show what is yours. The choice stays in this browser.',
  );
  const dialog = make('dialog', { className: 'me-dialog' }, make('h2', {}, 'Who are you?'), note, input, list);
  const end = (choice) => {
    done(choice);
    dialog.close();
  };
  if (now) {
    const forget = make('button', { type: 'button', className: 'button' }, `Forget ${now.title}`);
    forget.addEventListener('click', () => end(null));
    dialog.append(forget);
  }
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  const everybody = (await Promise.all(['user', 'group'].map(rows)))
    .flat()
    .sort((a, b) => a.title.localeCompare(b.title));
  const show = () => {
    const text = input.value.trim().toLowerCase();
    const hits = everybody
      .filter((one) => one.title.toLowerCase().includes(text) || one.ref.includes(text))
      .slice(0, 8);
    list.replaceChildren(
      ...hits.map((one) => {
        const button = make(
          'button',
          { type: 'button' },
          icon(`kind-${one.kind} k-${one.kind}`),
          make('span', {}, one.title),
          make('small', {}, one.one),
        );
        button.addEventListener('click', () =>
          end({ ref: one.ref, title: one.title, path: one.path, groups: one.groups }),
        );
        return make('li', {}, button);
      }),
    );
    if (!hits.length) list.textContent = 'Nobody has such a name.';
  };
  input.addEventListener('input', show);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      list.querySelector('button')?.click();
    }
  });
  show();
  input.focus();
}
