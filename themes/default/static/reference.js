// The filter of an API reference: finds operations and types of all its pages by words of their method, path, id and summary.
// A reference on one page is its own index; that of a divided one is loaded when the filter is first used.
/**
 * Starts the filter.
 * @param {Tools} tools
 */
export function start({ signal, make, find }) {
  const nav = find('[data-api-nav]');
  if (!nav?.querySelector('.filter')) return;
  // Its contents are shown where there is room, so it says that it is open, too.
  if (matchMedia('(min-width: 60.01rem)').matches) nav.querySelector('details').open = true;
  const SHOWN = 100;
  // Where a word of a name ends.
  const WORDS = /(?<=[/_.-])(?![/_.-])|(?<=\p{Ll})(?=\p{Lu})/u;
  const input = nav.querySelector('.filter input');
  const groups = nav.querySelector('[data-groups]');
  const status = nav.querySelector('.api-found');
  const list = make('ul', { className: 'api-results', hidden: true });
  groups.after(list);

  const withText = (item) => ({ ...item, text: `${item.verb} ${item.name} ${item.id} ${item.line}`.toLowerCase() });

  let loading;
  const load = () => {
    loading ??= nav.dataset.items
      ? fetch(new URL(nav.dataset.items, location.href))
          .then((answer) => {
            if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
            return answer.json();
          })
          .then(({ pages, items }) => {
            const start = new URL(nav.dataset.start, location.href);
            return items.map(([page, anchor, verb, kind, name, id, line, deprecated]) =>
              withText({
                href: new URL(`${pages[page] ? `${pages[page]}/` : ''}#${anchor}`, start).href,
                verb,
                kind,
                name,
                id,
                line,
                deprecated,
              }),
            );
          })
      : Promise.resolve(
          [...groups.querySelectorAll('li > a')].map((link) => {
            const verb = link.querySelector('.verb');
            const item = document.getElementById(link.hash.slice(1));
            return withText({
              href: link.href,
              verb: verb?.textContent ?? '',
              kind: verb?.className.split('v-')[1] ?? '',
              name: link.title || link.lastElementChild.textContent,
              id: item?.querySelector('.api-id')?.textContent ?? '',
              line: item?.querySelector('.api-summary')?.textContent ?? '',
              deprecated: link.matches('.old'),
            });
          }),
        );
    loading.catch(() => {
      loading = undefined;
    });
    return loading;
  };

  // An address of the whole reference, or of a viewer that was here before, leads to the page of its operation.
  async function lead() {
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (!wanted || !nav.dataset.items || document.getElementById(wanted)) return;
    const last = wanted.split('/').at(-1);
    const items = await load();
    const found = items.find(
      ({ href, id }) => href.endsWith(`#${wanted}`) || (id && id === last) || href.endsWith(`#${last}`),
    );
    if (found) location.replace(found.href);
  }
  lead().catch(() => {});

  const entry = ({ href, verb, kind, name, deprecated }) => {
    const link = make('a', { href, className: deprecated ? 'old' : '' });
    if (verb) link.append(make('span', { className: `verb v-${kind}`, textContent: verb }));
    link.append(make('span', {}, ...name.split(WORDS).flatMap((word, at) => (at ? [make('wbr'), word] : [word]))));
    return make('li', {}, link);
  };

  async function show() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = [];
    if (words.length) {
      let items;
      try {
        items = await load();
      } catch (error) {
        status.textContent = `The index cannot be loaded: ${error.message}`;
        return;
      }
      // A later keystroke may have overtaken the loading.
      if (input.value.toLowerCase().split(/\s+/).filter(Boolean).join(' ') !== words.join(' ')) return;
      found = items.filter(({ text }) => words.every((word) => text.includes(word)));
      status.textContent = `${found.length} of ${items.length}${found.length > SHOWN ? `, the first ${SHOWN} are shown` : ''}`;
    } else {
      status.textContent = '';
    }
    list.replaceChildren(...found.slice(0, SHOWN).map(entry));
    list.hidden = !words.length;
    groups.hidden = words.length > 0;
  }

  // The navigation marks what is read, and keeps it in view.
  const places = new Map([...groups.querySelectorAll('li > a[href^="#"]')].map((link) => [link.hash.slice(1), link]));
  const reading = new IntersectionObserver(
    (entries) => {
      const link = places.get(entries.findLast(({ isIntersecting }) => isIntersecting)?.target.id);
      if (!link) return;
      for (const [, other] of places) other.classList.toggle('here', other === link);
      if (link.offsetTop < nav.scrollTop + 60 || link.offsetTop > nav.scrollTop + nav.clientHeight - 60)
        nav.scrollTop = link.offsetTop - nav.clientHeight / 3;
    },
    { rootMargin: '-80px 0px -70% 0px' },
  );
  for (const item of document.querySelectorAll('.api-item[id]')) reading.observe(item);
  signal.addEventListener('abort', () => reading.disconnect());

  const links = () => [...list.querySelectorAll('a')];
  input.addEventListener('focus', () => load().catch(() => {}), { once: true });
  input.addEventListener('input', show);
  nav.addEventListener('keydown', (event) => {
    const all = links();
    const at = all.findIndex((link) => link.matches(':focus'));
    const inside = at >= 0 || document.activeElement === input;
    if (!inside || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown') all[Math.min(at + 1, all.length - 1)]?.focus();
    else if (event.key === 'ArrowUp' && at >= 0) (all[at - 1] ?? input).focus();
    else if (event.key === 'Enter' && at < 0) all[0]?.click();
    else if (event.key === 'Escape' && input.value) {
      input.value = '';
      show();
      input.focus();
    } else return;
    event.preventDefault();
  });
  document.addEventListener(
    'keydown',
    (event) => {
      const typing = event.target.closest?.('input, textarea, select, [contenteditable]') || find('dialog[open]');
      if (event.key !== 'f' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      nav.querySelector('details').open = true;
      input.focus();
      event.preventDefault();
    },
    { signal },
  );
}
