// Filters of the list of templates: a text, categories, owners, tags, and what is the reader's own; in the URL.
export function start({ stored, askMe }) {
  const filters = document.querySelector('[data-create-filters]');
  if (!filters) return;
  const cards = [...document.querySelectorAll('[data-group] [data-ref]')];
  const input = document.querySelector('[data-filter] input');
  const boxes = [...filters.querySelectorAll('input[type=checkbox]')];
  const starred = filters.querySelector('[data-starred]');
  const owned = filters.querySelector('[data-owned]');
  const count = document.querySelector('[data-count]');
  const none = document.querySelector('[data-none]');
  const is = (button) => button.getAttribute('aria-pressed') === 'true';

  const given = new URLSearchParams(location.search);
  input.value = given.get('text') ?? '';
  for (const box of boxes) box.checked = given.getAll(box.name).includes(box.value);
  starred.setAttribute('aria-pressed', String(given.get('user') === 'starred'));
  owned.setAttribute('aria-pressed', String(given.get('user') === 'owned'));

  function show() {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = (name) => boxes.filter((box) => box.name === name && box.checked).map((box) => box.value);
    const [types, owners, tags] = ['type', 'owner', 'tag'].map(wanted);
    const stars = new Set(stored.read('starred', []).map((item) => item.ref));
    const me = stored.read('me', null);
    const mine = new Set(me ? [me.ref, ...me.groups] : []);
    let shown = 0;
    for (const card of cards) {
      const { ref, type, owner, words: text } = card.dataset;
      const has = card.dataset.tags.split(' ');
      const fits =
        words.every((word) => text.includes(word)) &&
        (!types.length || types.includes(type)) &&
        (!owners.length || owners.includes(owner)) &&
        tags.every((tag) => has.includes(tag)) &&
        (!is(starred) || stars.has(ref)) &&
        (!is(owned) || mine.has(owner));
      card.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const group of document.querySelectorAll('[data-group]'))
      group.hidden = !group.querySelector('[data-ref]:not([hidden])');
    none.hidden = shown > 0;
    count.textContent = shown === cards.length ? `${shown}` : `${shown} of ${cards.length}`;
    const query = new URLSearchParams();
    if (input.value.trim()) query.set('text', input.value.trim());
    for (const box of boxes) if (box.checked) query.append(box.name, box.value);
    if (is(starred)) query.set('user', 'starred');
    else if (is(owned)) query.set('user', 'owned');
    history.replaceState(history.state, '', query.size ? `?${query}` : location.pathname);
  }
  const press = (button, other) => {
    button.setAttribute('aria-pressed', String(!is(button)));
    other.setAttribute('aria-pressed', 'false');
    show();
  };
  starred.addEventListener('click', () => press(starred, owned));
  owned.addEventListener('click', () => {
    if (is(owned) || stored.read('me', null)) press(owned, starred);
    else
      askMe((me) => {
        if (me) press(owned, starred);
      });
  });
  input.addEventListener('input', show);
  filters.addEventListener('change', show);
  if (location.search) show();
}
