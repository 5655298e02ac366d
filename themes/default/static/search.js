// The search dialogue and the search page: as you type, by keyboard, over the index that the site holds.
const names = { entity: 'Catalog', docs: 'Documentation', api: 'APIs', template: 'Templates' };
const icons = { docs: 'file', api: 'kind-api', template: 'kind-template' };
const kinds = new Set(['component', 'api', 'resource', 'system', 'domain', 'group', 'user', 'template', 'airesource', 'location']);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

let opened;
/** Opens the index once; a failure is forgotten, so that the next attempt starts anew. */
function index({ module, home }) {
  opened ??= import(module).then(({ open }) => open({ base: home }));
  opened.catch(() => { opened = undefined; });
  return opened;
}

function iconOf(result) {
  const kind = result.ref?.split(':')[0];
  if (result.type === 'entity') return `kind-${kinds.has(kind) ? kind : 'other'}`;
  return icons[result.type] ?? 'file';
}

/** Marks the words of the query in a text; the excerpt is text, not HTML. */
function marked(text, query) {
  const words = query.split(/\s+/).filter((word) => word.length > 1).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (!words.length) return [text];
  return text.split(new RegExp(`(${words.join('|')})`, 'gi')).map((part, at) => (at % 2 ? make('mark', { textContent: part }) : part));
}

/** Says where a document stands: whose documentation, which page, which heading. */
function trail(url) {
  const [path, heading] = decodeURIComponent(url).split('#');
  const parts = path.split('/').filter(Boolean).slice(3);
  if (heading) parts.push(heading);
  return parts.map((part) => part.replaceAll('-', ' ')).join(' › ');
}

function lines(results, query, home) {
  const groups = new Map();
  for (const result of results) groups.set(result.type, [...(groups.get(result.type) ?? []), result]);
  return [...groups].flatMap(([type, found]) => [
    make('h2', { textContent: names[type] ?? type }),
    make('ul', {}, ...found.map((result) => {
      const text = make('span', { className: 'hit-text' }, make('b', {}, ...marked(result.title, query)));
      const detail = result.type === 'docs' ? trail(result.url) : result.ref;
      text.append(make('small', { textContent: detail }));
      if (result.excerpt) text.append(make('span', { className: 'excerpt-text' }, ...marked(result.excerpt, query)));
      return make('li', {}, make('a', { href: new URL(result.url, home).href }, make('i', { className: `icon i-${iconOf(result)}` }), text));
    })),
  ]);
}

/** Connects an input with a place for results. */
function connect({ input, results, options, limit, onQuery }) {
  let turn = 0;
  const show = async () => {
    const text = input.value.trim();
    const mine = ++turn;
    onQuery?.(text);
    if (!text) { results.replaceChildren(); return; }
    try {
      const found = await (await index(options)).query(text, { limit });
      if (mine !== turn) return;
      const all = found.total > found.results.length ? `${found.results.length} of ${found.total} results` : `${found.total} ${found.total === 1 ? 'result' : 'results'}`;
      results.replaceChildren(...(found.results.length
        ? [make('p', { className: 'hit-count', textContent: all }), ...lines(found.results, text, options.home)]
        : [make('p', { className: 'hit-none' }, make('b', { textContent: `Nothing found for “${text}”.` }), ' Try fewer or other words, or the name of a team, tag or API.')]));
    } catch (error) {
      if (mine === turn) results.replaceChildren(make('p', { className: 'hit-none', textContent: location.protocol === 'file:' ? 'Search needs a web server: run “playbill serve”, or publish the folder.' : `The search index cannot be read: ${error.message}` }));
    }
  };
  let timer;
  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(show, 60); });
  input.addEventListener('focus', () => { index(options).catch(() => {}); }, { once: true });
  // Arrows move through the results without leaving the input.
  input.addEventListener('keydown', (event) => {
    const links = [...results.querySelectorAll('a')];
    const at = links.findIndex((link) => link.classList.contains('chosen'));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && links.length) {
      event.preventDefault();
      links[at]?.classList.remove('chosen');
      const next = links[(at + step + links.length) % links.length];
      next.classList.add('chosen');
      next.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && links.length) {
      event.preventDefault();
      (links[at] ?? links[0]).click();
    }
  });
  return show;
}

let dialog;
/** Opens the dialogue. */
export function openDialog(options) {
  if (!dialog) {
    const input = make('input', { type: 'search', placeholder: 'Search', autocomplete: 'off', spellcheck: false });
    input.setAttribute('aria-label', 'Search');
    const results = make('div', { className: 'hits' });
    results.setAttribute('aria-live', 'polite');
    const close = make('button', { type: 'button', className: 'icon-button' }, make('i', { className: 'icon i-close' }));
    close.setAttribute('aria-label', 'Close');
    close.addEventListener('click', () => dialog.close());
    const hint = make('p', { className: 'hit-keys' });
    for (const [key, what] of [['↑↓', 'choose'], ['↵', 'open'], ['Esc', 'close']]) hint.append(make('kbd', { textContent: key }), ` ${what} `);
    dialog = make('dialog', { className: 'search-dialog' }, make('div', { className: 'search-head' }, make('i', { className: 'icon i-search' }), input, close), results, hint);
    dialog.setAttribute('aria-label', 'Search');
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    connect({ input, results, options, limit: 12 });
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
  const input = dialog.querySelector('input');
  input.focus();
  input.select();
}

/** Brings the search page to life. */
export function searchPage({ form, results, ...options }) {
  const input = form.querySelector('input');
  results.className = 'hits page-hits';
  const show = connect({
    input, results, options, limit: 40,
    onQuery: (text) => history.replaceState(null, '', text ? `?query=${encodeURIComponent(text)}` : location.pathname),
  });
  form.addEventListener('submit', (event) => { event.preventDefault(); show(); });
  input.value = new URLSearchParams(location.search).get('query') ?? '';
  input.focus();
  if (input.value) show();
}
