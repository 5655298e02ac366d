// What every page adds for readers with scripts. Nothing here is needed to read a page.
const root = document.documentElement;
const home = new URL(root.dataset.root, location.href);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const find = (selector) => document.querySelector(selector);
const isTyping = (target) => target.closest?.('input, textarea, select, [contenteditable]');
// Modules are given these, too, as `Tools` in `types.d.ts`.
const make = (tag, properties = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
};
const icon = (name) => make('i', { className: `icon i-${name}`, 'aria-hidden': 'true' });
const from = (name) => import(new URL(root.dataset[name], location.href).href);

/** Reads and writes a value that this browser keeps for this portal. */
export const stored = {
  read(key, fallback) {
    try {
      return JSON.parse(localStorage.getItem(`playbill:${home.pathname}:${key}`)) ?? fallback;
    } catch {
      return fallback;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(`playbill:${home.pathname}:${key}`, JSON.stringify(value));
    } catch {
      /* storage is switched off */
    }
  },
};

/** The page of an entity, from the portal's root: names that not every host takes have a hyphen in front (`portable.rs`). */
const segment = (name) =>
  /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)\d)(\.|$)|\.(gz|br|zst)$/.test(name) ? `-${name}` : name;
export const pathOf = (...names) => `catalog/${names.map((name) => segment(name.toLowerCase())).join('/')}/`;

let page;
/**
 * Starts the scripts of the current page: its parts below, and the tools it names as modules, each by its `start`. What
 * listens beyond the page's own elements does so until `signal`: pages change in place.
 */
export function start() {
  page?.abort();
  page = new AbortController();
  const { signal } = page;
  for (const part of [
    banner,
    themeSwitch,
    search,
    words,
    fold,
    personal,
    whoIAm,
    code,
    tabs,
    scrolling,
    contents,
    ages,
    showTab,
  ])
    part(signal);
  /** @type {Tools} */
  const tools = { signal, home, stored, askMe, pathOf, make, icon, all, find };
  for (const { src } of all('script[type=module][src]')) {
    if (src !== import.meta.url) import(src).then((tool) => tool.start?.(tools));
  }
}

/** An announcement is shown until its last day, or until somebody has put it away. */
function banner() {
  const today = new Date().toISOString().slice(0, 10);
  for (const one of all('[data-until]')) if (one.dataset.until < today) one.hidden = true;
  const note = find('[data-banner]');
  if (!note) return;
  const { banner: id } = note.dataset;
  if (stored.read('banner', '') === id) note.hidden = true;
  note.querySelector('button').addEventListener('click', () => {
    stored.write('banner', id);
    note.hidden = true;
  });
}

/** Colours: what the system wants, light, dark, and round again. */
const themes = ['auto', 'light', 'dark'];
const themeNames = { auto: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };
const themeIcons = { auto: 'auto', light: 'sun', dark: 'moon' };
function themeSwitch() {
  for (const button of all('[data-theme-switch]')) {
    const show = () => {
      const theme = root.dataset.theme ?? 'auto';
      button.firstElementChild.className = `icon i-${themeIcons[theme]}`;
      button.setAttribute('aria-label', `${themeNames[theme]}; switch`);
      button.title = themeNames[theme];
    };
    button.addEventListener('click', () => {
      const next = themes[(themes.indexOf(root.dataset.theme ?? 'auto') + 1) % themes.length];
      if (next === 'auto') delete root.dataset.theme;
      else root.dataset.theme = next;
      try {
        localStorage.setItem('playbill:theme', next);
      } catch {
        /* as above */
      }
      show();
    });
    show();
  }
}

const engine = () => ({ module: new URL(root.dataset.searchModule, location.href).href, home: home.href, stored });
/** Opens the search. Its dialogue is loaded when it is first asked for; what is typed until it is there goes into it. */
async function openSearch() {
  if (!root.dataset.searchUi) {
    location.href = root.dataset.searchPage;
    return;
  }
  let text = '';
  const keep = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Backspace') text = text.slice(0, -1);
    else if ([...event.key].length === 1) text += event.key;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener('keydown', keep, true);
  try {
    const { openDialog } = await from('searchUi');
    openDialog({ ...engine(), text });
  } finally {
    document.removeEventListener('keydown', keep, true);
  }
}
function search() {
  for (const opener of all('a[data-search-open]')) {
    opener.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !root.dataset.searchUi) return;
      event.preventDefault();
      openSearch();
    });
  }
  const form = find('[data-search-form]');
  if (form && root.dataset.searchUi)
    from('searchUi').then(({ searchPage }) =>
      searchPage({ form, results: find('[data-search-results]'), ...engine() }),
    );
}

/** Who comes from a result sees the words that were looked for. */
function words() {
  const sought = new URLSearchParams(location.search).get('h');
  const content = find('[data-techdocs=content]');
  if (sought && content && root.dataset.searchUi)
    from('searchUi')
      .then(({ highlight }) => highlight(engine(), sought, content))
      .catch(() => {});
}

// Keys.
document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    openSearch();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || find('dialog[open]')) return;
  const turn = { '[': 'prev', ']': 'next' }[event.key];
  if (event.key === '/') {
    event.preventDefault();
    const filter = find('[data-filter] input');
    if (filter && filter !== document.activeElement && !root.dataset.searchUi) filter.focus();
    else openSearch();
  } else if (turn) {
    find(`a[rel=${turn}]`)?.click();
  } else if (event.key === '?') {
    showKeys();
  }
});

function showKeys() {
  const rows = [
    ['/', 'Search'],
    ['Ctrl K', 'Search'],
    ['[', 'Previous page'],
    [']', 'Next page'],
    ['Esc', 'Close'],
    ['?', 'This list'],
  ];
  const list = rows.flatMap(([keys, what]) => [
    make('dt', {}, ...keys.split(' ').flatMap((key) => [make('kbd', {}, key), ' '])),
    make('dd', {}, what),
  ]);
  const dialog = make('dialog', { className: 'keys-dialog' }, make('h2', {}, 'Keys'), make('dl', {}, ...list));
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// The drawer closes like a menu.
document.addEventListener('click', (event) => {
  for (const drawer of all('.drawer[open]')) if (!drawer.contains(event.target)) drawer.open = false;
});
document.addEventListener('keydown', (event) => {
  const drawer = event.key === 'Escape' && event.target.closest?.('details.drawer[open]');
  if (drawer) {
    drawer.open = false;
    drawer.querySelector('summary').focus();
  }
});

/** Where there is room, what is folded on narrow screens is open; older browsers need a script for that. */
function fold() {
  if (matchMedia('(min-width: 60.01rem)').matches && !CSS.supports('selector(::details-content)'))
    all('.fold').forEach((details) => {
      details.open = true;
    });
}

/** Recently viewed and starred entities, kept in this browser. */
function personal() {
  const entity = find('main[data-entity]')?.dataset.entity;
  const entry = () => ({
    ref: entity,
    title: find('main h1').textContent,
    path: `${location.pathname.slice(home.pathname.length).split('/').slice(0, 4).join('/')}/`,
  });
  if (entity) {
    const recent = stored.read('recent', []).filter((item) => item.ref !== entity);
    stored.write('recent', [entry(), ...recent].slice(0, 8));
  }
  for (const button of all('[data-star]')) {
    const is = () => stored.read('starred', []).some((item) => item.ref === entity);
    const show = () => {
      button.setAttribute('aria-pressed', is());
      button.lastElementChild.textContent = is() ? 'Starred' : 'Star';
    };
    button.addEventListener('click', () => {
      const others = stored.read('starred', []).filter((item) => item.ref !== entity);
      stored.write('starred', is() ? others : [entry(), ...others]);
      show();
    });
    show();
  }
  for (const key of ['recent', 'starred']) {
    const card = find(`[data-${key}]`);
    const items = card ? stored.read(key, []) : [];
    if (!items.length) continue;
    const known = new Set([
      /*kinds*/
    ]);
    card.querySelector('ul').append(
      ...items.slice(0, 8).map((item) => {
        const kind = item.ref.split(':')[0];
        const name = known.has(kind) ? kind : 'other';
        return make(
          'li',
          {},
          make(
            'a',
            { className: `entity k-${name}`, href: new URL(item.path, home).href, title: item.ref },
            icon(`kind-${name}`),
            make('span', {}, item.title),
          ),
        );
      }),
    );
    card.hidden = false;
  }
}

/** Who the reader is. */
const me = () => stored.read('me', null);
function showMe() {
  const now = me();
  const letters = now?.title.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const button = find('[data-me]');
  button.setAttribute('aria-label', now ? `You are ${now.title}; change` : 'Set your identity');
  button.title = now?.title ?? 'Set your identity';
  button.replaceChildren(
    now
      ? make(
          'span',
          { className: 'avatar k-user' },
          (letters[0][0] + (letters.length > 1 ? letters.at(-1)[0] : '')).toUpperCase(),
        )
      : icon('kind-user'),
  );
  const card = find('[data-you]');
  if (!card) return;
  const list = card.querySelector('ul');
  list.hidden = !now;
  card.querySelector('[data-stranger]').hidden = Boolean(now);
  if (!now) return;
  const line = (title, path) => make('li', {}, make('a', { href: new URL(path, home).href }, title));
  const groups = now.groups.map((ref) => {
    const [kind, rest] = ref.split(':');
    const [namespace, name] = rest.split('/');
    return line(name, pathOf(namespace, kind, name));
  });
  list.replaceChildren(
    line(now.title, now.path),
    line('What you and your groups own', 'catalog/?filters[kind]=all&filters[user]=owned'),
    ...groups,
  );
}
export async function askMe(after) {
  const { choose } = await from('meUi');
  choose({
    home,
    pathOf,
    make,
    icon,
    now: me(),
    done: (choice) => {
      stored.write('me', choice);
      showMe();
      after?.(choice);
    },
  });
}
function whoIAm() {
  const button = find('[data-me]');
  if (!button) return;
  showMe();
  for (const one of [button, ...all('[data-me-ask]')]) one.addEventListener('click', () => askMe());
}

/** Code can be copied, and so can the address of a page. */
function copyable(block) {
  if (!navigator.clipboard || block.parentElement.matches('.copy-box')) return;
  const button = make(
    'button',
    { type: 'button', className: 'copy', title: 'Copy', 'aria-label': 'Copy' },
    icon('copy'),
  );
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.querySelector('code')?.textContent ?? block.textContent);
    button.firstElementChild.className = 'icon i-check';
    setTimeout(() => {
      button.firstElementChild.className = 'icon i-copy';
    }, 1500);
  });
  const box = make('div', { className: 'copy-box' });
  const focused = document.activeElement === block;
  block.replaceWith(box);
  box.append(block, button);
  if (focused) block.focus({ preventScroll: true });
}
function code() {
  all('.doc pre, pre.command').forEach(copyable);
  for (const button of all('[data-copy-link]')) {
    if (!navigator.clipboard) button.remove();
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(location.href.split(/[?#]/)[0]);
      button.lastElementChild.textContent = 'Copied';
      setTimeout(() => {
        button.lastElementChild.textContent = 'Copy link';
      }, 1500);
    });
  }
  // References have hundreds of blocks: each gets its button when it is wanted.
  for (const event of ['pointerover', 'focusin']) {
    find('.api')?.addEventListener(event, ({ target }) => {
      const block = target.closest('pre');
      if (block) copyable(block);
    });
  }
  // Lines are counted where the author asked for it; the room for the numbers is there from the start.
  for (const block of all('pre[data-linenums], [data-linenums] pre')) {
    const first = Number(block.closest('[data-linenums]').dataset.linenums) || 1;
    const count = block.textContent.replace(/\n+$/, '').split('\n').length;
    block.append(
      make(
        'span',
        { className: 'linenos', 'aria-hidden': 'true' },
        Array.from({ length: count }, (_, at) => first + at).join('\n'),
      ),
    );
  }
}

/** Tabs of the same name turn together, here and on the pages read later: who reads about Windows once does so everywhere. */
const nameOf = (label) => label.textContent.trim().toLowerCase();
function tabs() {
  const chosen = stored.read('tabs', []);
  for (const set of chosen.length ? all('.tabbed-labels') : []) {
    const label = all('label', set).sort(
      (a, b) => (chosen.indexOf(nameOf(a)) + 1 || 99) - (chosen.indexOf(nameOf(b)) + 1 || 99),
    )[0];
    if (chosen.includes(nameOf(label))) label.control.checked = true;
  }
}
document.addEventListener('change', ({ target }) => {
  const label = target.matches('.tabbed-set > input') && target.labels[0];
  if (!label) return;
  const before = label.getBoundingClientRect().top;
  stored.write(
    'tabs',
    [nameOf(label), ...stored.read('tabs', []).filter((name) => name !== nameOf(label))].slice(0, 20),
  );
  tabs();
  // The content above may have another height now.
  scrollBy(0, label.getBoundingClientRect().top - before);
});

/** What scrolls can be scrolled with keys; drawings that are wider than their place open at what they are about. */
function scrolling() {
  for (const box of all('pre, .doc table, .diagram')) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  for (const box of all('.task-list-item input'))
    box.setAttribute('aria-label', box.closest('li').textContent.trim().slice(0, 80));
  for (const box of all('[data-graph]')) {
    const middle = box.querySelector('.root rect');
    if (middle && box.scrollWidth > box.clientWidth)
      box.scrollLeft = Number(middle.getAttribute('x')) + middle.getAttribute('width') / 2 - box.clientWidth / 2;
  }
}

/** The table of contents follows the reader. */
function contents(signal) {
  const here = find('.reader-nav nav [aria-current=page]');
  const side = here?.closest('.reader-nav');
  const below = side ? here.getBoundingClientRect().top - side.getBoundingClientRect().top : 0;
  // Its neighbours are in sight, too.
  if (below < 0 || below > (side?.clientHeight ?? 0) - 100) side?.scrollBy(0, below - side.clientHeight / 3);
  const marks = new Map(all('[data-techdocs=toc] a').map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  if (!marks.size) return;
  const headings = [...marks.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let waiting = false;
  const follow = () => {
    waiting = false;
    const above = headings.filter((heading) => heading.getBoundingClientRect().top < 120);
    const at =
      (innerHeight + scrollY >= document.body.scrollHeight - 2 && above.length
        ? headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight)
        : above
      ).at(-1) ?? headings[0];
    for (const [id, link] of marks) link.classList.toggle('here', id === at?.id);
  };
  addEventListener(
    'scroll',
    () => {
      if (!waiting) {
        waiting = true;
        requestAnimationFrame(follow);
      }
    },
    { passive: true, signal },
  );
  follow();
}

/**
 * Times become ages; the time itself stays as a tooltip.
 * @type {[Intl.RelativeTimeFormatUnit, number][]}
 */
const steps = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
function ages(signal) {
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  const show = () => {
    for (const time of all('time[data-ago]')) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      const [unit, length] = steps.find(([, one]) => Math.abs(seconds) >= one) ?? ['second', 1];
      time.title ||= time.textContent;
      time.textContent = words.format(Math.trunc(seconds / length), unit);
    }
  };
  show();
  // Tables fetch rows of their other pages.
  document.addEventListener('playbill:rows', show, { signal });
}

/** On a phone, the tab of the page is in view. */
function showTab() {
  if (!matchMedia('(max-width: 40rem)').matches) return;
  const tab = find('.tabs [aria-current]');
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - 80;
}

start();

// The next page is fetched while the pointer is on its link, and shown in place. Browsers without support load pages as
// usual.
if (root.dataset.navigate && window.navigation && location.protocol.startsWith('http')) {
  const once = new AbortController();
  const wake = async ({ target }) => {
    once.abort();
    const { connect } = await from('navigate');
    connect({ home, start }).approach(target);
  };
  for (const event of ['pointerover', 'pointerdown', 'focusin'])
    document.addEventListener(event, wake, { passive: true, signal: once.signal });
}
