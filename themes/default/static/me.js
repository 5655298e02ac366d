// Who the reader is: a person or group of the catalog, chosen once and kept in this browser.

/** Asks who the reader is; calls `done` with the choice, or nothing to forget it. */
export async function choose({ home, pathOf, now, done }) {
  const rows = async (kind) => {
    const answer = await fetch(new URL(`catalog/${kind}.json`, home));
    if (!answer.ok) return [];
    const data = await answer.json();
    const groups = data.more.findIndex(([key]) => key === 'groups');
    return data.rows.map((row) => ({
      ref: `${kind}:${row[2]}/${row[0]}`.toLowerCase(), title: row[1] ?? row[0], kind, one: data.one,
      path: pathOf(row[2], kind, row[0]),
      groups: (row[10][groups] ?? []).map((at) => data.refs[at][0]),
    }));
  };
  const dialog = Object.assign(document.createElement('dialog'), { className: 'me-dialog' });
  const input = Object.assign(document.createElement('input'), { type: 'search', placeholder: 'Your name, or that of your team', autocomplete: 'off' });
  input.setAttribute('aria-label', 'Your name');
  const list = document.createElement('ul');
  const head = Object.assign(document.createElement('h2'), { textContent: 'Who are you?' });
  const note = Object.assign(document.createElement('p'), { className: 'quiet', textContent: 'Lists can then show what is yours. The choice stays in this browser.' });
  dialog.append(head, note, input, list);
  const end = (choice) => { done(choice); dialog.close(); };
  if (now) {
    const forget = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: `Forget ${now.title}` });
    forget.addEventListener('click', () => end(null));
    dialog.append(forget);
  }
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  const everybody = (await Promise.all(['user', 'group'].map(rows))).flat().sort((a, b) => a.title.localeCompare(b.title));
  const show = () => {
    const text = input.value.trim().toLowerCase();
    const hits = everybody.filter((one) => one.title.toLowerCase().includes(text) || one.ref.includes(text)).slice(0, 8);
    list.replaceChildren(...hits.map((one) => {
      const button = Object.assign(document.createElement('button'), { type: 'button' });
      const icon = Object.assign(document.createElement('i'), { className: `icon i-kind-${one.kind} k-${one.kind}` });
      icon.setAttribute('aria-hidden', 'true');
      button.append(icon, Object.assign(document.createElement('span'), { textContent: one.title }), Object.assign(document.createElement('small'), { textContent: one.one }));
      button.addEventListener('click', () => end({ ref: one.ref, title: one.title, path: one.path, groups: one.groups }));
      const line = document.createElement('li');
      line.append(button);
      return line;
    }));
    if (!hits.length) list.textContent = 'Nobody has such a name.';
  };
  input.addEventListener('input', show);
  input.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); list.querySelector('button')?.click(); } });
  show();
  input.focus();
}
