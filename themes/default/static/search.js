// The search dialogue and the search page: as you type, by keyboard, over the index that the site holds.
const names = {
  entity: 'Catalog',
  docs: 'Documentation',
  api: 'APIs',
  template: 'Templates',
  operation: 'Operations',
  type: 'Types and messages',
  adr: 'Decisions',
  radar: 'Technologies',
};
// The order of groups: who types a name mostly means the thing that is called so. Groups that say far less than the
// best of them are below.
const groups = ['entity', 'docs', 'adr', 'radar', 'operation', 'type'];
const FAR = 0.35;
// Number of results of a group that are shown first, and the maximum.
const EACH = 3;
const MOST = 40;
// What can be written before words to say what they are about.
const verbs = [
  ['o:', 'owner'],
  ['k:', 'kind'],
  ['l:', 'level'],
  ['api:', 'APIs'],
  ['doc:', 'documents'],
  ['>', 'pages and actions'],
];
// There are levels where the navigation leads to scorecards.
const hasLevels = () => [...document.querySelectorAll('.parts a')].some(({ href }) => href.endsWith('/scorecards/'));
const icons = { docs: 'file', api: 'kind-api', template: 'kind-template', adr: 'check', radar: 'explore' };
const kinds = new Set([
  /*kinds*/
]);
const facets = {
  type: 'Type',
  kind: 'Kind',
  owner: 'Owner',
  lifecycle: 'Lifecycle',
  namespace: 'Namespace',
  tag: 'Tag',
};
// What Backstage calls the types of results in addresses.
const backstage = { 'software-catalog': ['entity', 'template'], techdocs: ['docs'], adr: ['adr'] };
// What results can be held to that no list offers.
const scopes = ['ref', 'system', 'level'];
const RECENT = 'playbill-recent-searches';
const make = (tag, properties = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
};

// A worker that is silent for this many milliseconds is pinged; after as many more it is given up.
const SILENT = 4000;

/** Opens the index in a worker, so that typing never waits for an answer; null where that is not possible. Once it has failed, the page answers. */
async function worker(module, home, page) {
  let worker;
  try {
    worker = new Worker(module, { type: 'module' });
  } catch {
    return undefined;
  }
  const waiting = new Map();
  let last = 0;
  let gone = false;
  let clock;
  const here = async ({ text, options, done, failed }) => {
    try {
      done(await (await page()).query(text, options));
    } catch (error) {
      failed(error);
    }
  };
  const leave = () => {
    gone = true;
    clearTimeout(clock);
    worker.terminate();
    for (const asked of waiting.values()) here(asked);
    waiting.clear();
  };
  const listen = () => {
    clearTimeout(clock);
    if (!waiting.size) return;
    clock = setTimeout(() => {
      worker.postMessage({});
      clock = setTimeout(leave, SILENT);
    }, SILENT);
  };
  const ready = await new Promise((resolve) => {
    setTimeout(resolve, 3 * SILENT, false);
    worker.addEventListener('error', () => {
      resolve(false);
      leave();
    });
    worker.addEventListener('message', ({ data: { id, ready, answer, error } }) => {
      if (ready) resolve(true);
      const asked = waiting.get(id);
      waiting.delete(id);
      listen();
      if (asked)
        if (error === undefined) asked.done(answer);
        else asked.failed(new Error(error));
    });
  });
  if (!ready) {
    worker.terminate();
    return undefined;
  }
  return {
    query: (text, { from, ...options }) =>
      new Promise((done, failed) => {
        const asked = { text, options, done, failed };
        if (gone) {
          here(asked);
          return;
        }
        waiting.set(++last, asked);
        worker.postMessage({ id: last, from, base: home, text, options });
        if (waiting.size === 1) listen();
      }),
  };
}

let opened;
let place;
/** Opens the index once; a failure is forgotten, so that the next attempt tries again. A version of a documentation site has one of its own. */
function index({ module, home }) {
  if (place !== module) opened = undefined;
  place = module;
  opened ??= import(module).then(async (engine) => {
    let own;
    const page = () => {
      own ??= engine.open({ base: home });
      own.catch(() => {
        own = undefined;
      });
      return own;
    };
    return { engine, index: (await worker(module, home, page)) ?? (await page()) };
  });
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

/** Reads the last queries; storage may be shut. */
function recent() {
  try {
    const list = JSON.parse(localStorage.getItem(RECENT) ?? '[]');
    return Array.isArray(list) ? list.filter((text) => typeof text === 'string').slice(0, 8) : [];
  } catch {
    return [];
  }
}

function remember(text) {
  try {
    localStorage.setItem(RECENT, JSON.stringify([text, ...recent().filter((one) => one !== text)].slice(0, 8)));
  } catch {
    /* storage is shut */
  }
}

function iconOf(result) {
  const kind = result.ref?.split(':')[0];
  if (result.type === 'entity') return `kind-${kinds.has(kind) ? kind : 'other'}`;
  return icons[result.type] ?? 'file';
}

/** Says where a document is: whose documentation, which page, which heading. */
function trail(url, heading) {
  const parts = decodeURIComponent(url.split('#')[0])
    .split('/')
    .filter(Boolean)
    .slice(3)
    .map((part) => part.replaceAll('-', ' '));
  if (heading) parts.push(heading);
  return parts.join(' › ');
}

/** Returns the address of a result, with the words that the page should mark. */
function address(result, query, home) {
  const url = new URL(result.url, home);
  if (result.type === 'docs') url.searchParams.set('h', query);
  return url.href;
}

/**
 * Reads the verbs of a query: `o:cash fade` asks for `fade` in what `cash` owns. An open verb waits for its value; a
 * command is looked for among pages and actions. References such as `api:default/desk` are no verbs.
 */
export function readVerbs(typed, withLevels = hasLevels()) {
  if (typed.startsWith('>')) return { command: typed.slice(1).trim().toLowerCase() };
  const filters = {};
  const words = [];
  let open;
  for (const word of typed.split(/\s+/)) {
    const [, verb, value = ''] =
      (withLevels ? /^(o|owner|k|kind|l|level|tag|api|docs?):(.*)$/i : /^(o|owner|k|kind|tag|api|docs?):(.*)$/i).exec(
        word,
      ) ?? [];
    const facet = { o: 'owner', owner: 'owner', k: 'kind', kind: 'kind', l: 'level', level: 'level', tag: 'tag' }[
      verb?.toLowerCase()
    ];
    if (open && !verb) {
      filters[open] = [word.toLowerCase()];
      open = undefined;
    } else if (facet) {
      if (value) filters[facet] = [value.toLowerCase()];
      else open = facet;
    } else if (verb && !value.includes('/')) {
      if (verb.toLowerCase() === 'api') Object.assign(filters, { kind: ['api'], type: ['entity', 'api'] });
      else filters.type = ['docs'];
      if (value) words.push(value);
    } else {
      words.push(word);
    }
  }
  if (filters.kind && !filters.type) {
    const [kind] = filters.kind;
    filters.kind = [kinds.has(kind) ? kind : ([...kinds].find((one) => one.startsWith(kind)) ?? kind)];
    filters.type = ['entity', 'template'];
  }
  // It is entities that have levels.
  if (filters.level) filters.type ??= ['entity', 'template'];
  return { text: words.join(' '), filters, open };
}

let number = 0;
/** Makes a group of lines below a title. */
function group(title, lines) {
  const head = make('div', { id: `hits-${++number}`, className: 'hit-type', role: 'presentation', textContent: title });
  return make('div', { role: 'group', 'aria-labelledby': head.id }, head, ...lines);
}

/** Makes a line that can be chosen. */
function line(href, icon, ...content) {
  return make(
    'a',
    { id: `hit-${++number}`, role: 'option', 'aria-selected': 'false', href },
    make('i', { className: `icon i-${icon}` }),
    make('span', { className: 'hit-text' }, ...content),
  );
}

/** Makes the line of a result; texts are inserted as text, whatever they contain. */
function lineOf(result, answer, query, { engine, home }) {
  const marked = (text) =>
    engine.pieces(text, answer.terms).map((piece, at) => (at % 2 ? make('mark', { textContent: piece }) : piece));
  const text = [
    make('b', {}, ...marked(result.title)),
    make('small', { textContent: result.type === 'docs' ? trail(result.url, result.heading) : result.ref }),
  ];
  // The title is shown above already.
  const excerpt = result.excerpt.startsWith(`${result.title}: `)
    ? result.excerpt.slice(result.title.length + 2)
    : result.excerpt;
  if (excerpt && excerpt !== result.title) text.push(make('span', { className: 'excerpt-text' }, ...marked(excerpt)));
  // Known where the filters are, which count them.
  const { owner, lifecycle } = result;
  const chips = [
    ...(owner
      ? [
          make(
            'span',
            { className: 'chip', title: owner },
            make('i', { className: `icon i-${iconOf({ type: 'entity', ref: owner })}` }),
            owner.split('/').at(-1),
          ),
        ]
      : []),
    ...(lifecycle ? [make('span', { className: 'chip', textContent: lifecycle })] : []),
  ];
  if (chips.length) text.push(make('span', { className: 'hit-facts' }, ...chips));
  return line(address(result, query, home), iconOf(result), ...text);
}

const groupOf = ({ type, role }) => (type === 'template' ? 'entity' : (role ?? type));

/** Makes the list of results, by group; `more` is asked for the rest of one. */
function lines(answer, query, context, more) {
  const found = new Map();
  for (const result of answer.results) found.set(groupOf(result), [...(found.get(groupOf(result)) ?? []), result]);
  const place = (name) => (groups.indexOf(name) + groups.length + 1) % (groups.length + 1);
  const best = answer.results[0]?.score ?? 0;
  const far = (name) => Number(found.get(name)[0].score < FAR * best);
  const order = [...found.keys()].sort((a, b) => far(a) - far(b) || place(a) - place(b));
  return order.map((name) => {
    const list = found.get(name);
    const shown = order.length > 1 ? list.slice(0, EACH) : list;
    const left = answer.groups[name] - shown.length;
    const rest = left > 0 && shown.length < MOST ? [more(name, left)] : [];
    return group(names[name] ?? name, [...shown.map((result) => lineOf(result, answer, query, context)), ...rest]);
  });
}

/** Says what to try when nothing is found. */
function nothing(text, answer, { narrowed, widen }) {
  const parts = [make('b', { textContent: `Nothing found for “${text}”.` })];
  if (answer.unknown.length)
    parts.push(` No text here has ${answer.unknown.map((word) => `“${word}”`).join(' or ')}, nor a word like it.`);
  parts.push(' Try fewer or other words, or the name of a team, a tag or an API.');
  const box = make('div', { className: 'hit-none' }, make('p', {}, ...parts));
  if (narrowed()) {
    const button = make('button', { type: 'button', className: 'button', textContent: 'Search everything' });
    button.addEventListener('click', widen);
    box.append(button);
  }
  return box;
}

/** Makes a line that does something here. */
function action(icon, title, run, href = '') {
  const one = line(href || location.href, icon, title);
  one.dataset.action = '';
  one.addEventListener('click', (event) => {
    if (href && (event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  });
  return one;
}

/** Makes the list of the last queries. */
function asked(home, again) {
  const lines = recent().map((text) =>
    action('search', text, () => again(text), new URL(`search/?query=${encodeURIComponent(text)}`, home).href),
  );
  return lines.length ? [group('Recent searches', lines)] : [];
}

/** Lists what the reader has seen and starred. */
function visited(home, stored) {
  return [
    ['recent', 'Recently viewed', 5],
    ['starred', 'Starred', 5],
  ].flatMap(([key, title, most]) => {
    const items = stored?.read(key, []).slice(0, most) ?? [];
    if (!items.length) return [];
    return [
      group(
        title,
        items.map((item) =>
          line(
            new URL(item.path, home).href,
            iconOf({ type: 'entity', ref: item.ref }),
            make('b', { textContent: item.title }),
            make('small', { textContent: item.ref }),
          ),
        ),
      ),
    ];
  });
}

/** Lists the parts of the portal, as its navigation does, and what else can be done on the page; those whose names have the words. */
function commands(home, text = '', done = () => {}) {
  const fits = (title) => text.split(/\s+/).every((word) => title.toLowerCase().includes(word));
  const places = new Map([[new URL('', home).href, 'Home']]);
  for (const link of document.querySelectorAll('.parts a:not(.more), .tabs a, .foot a'))
    if (!places.has(link.href)) places.set(link.href, link.textContent.trim());
  places.set(new URL('search/', home).href, 'Search');
  const pages = [...places].filter(([, title]) => fits(title)).map(([href, title]) => line(href, 'file', title));
  const click = (selector) => document.querySelector(selector);
  const buttons = [
    ['star', click('[data-star]'), 'Star'],
    ['sun', click('[data-theme-switch]'), 'Switch theme'],
    ['kind-user', click('[data-me]'), 'Set your identity'],
  ];
  const actions = buttons
    .filter(([, button, title]) => button && fits(title))
    .map(([icon, button, title]) =>
      action(icon, button.matches('[data-star][aria-pressed=true]') ? 'Remove the star' : title, () => {
        done();
        button.click();
      }),
    );
  if (fits('Keyboard shortcuts'))
    actions.push(
      action('info', 'Keyboard shortcuts', () => {
        done();
        document.dispatchEvent(new KeyboardEvent('keydown', { key: '?' }));
      }),
    );
  return {
    pages: pages.length ? [group('Pages', pages)] : [],
    actions: actions.length ? [group('Actions', actions)] : [],
  };
}

/** Connects an input with a place for results. */
function connect({
  input,
  results,
  status,
  options,
  limit,
  filters = () => ({}),
  narrowed = () => false,
  widen = () => {},
  onAnswer = (_query, _answer) => {},
  onEmpty = (_type) => [],
  done = () => {},
  counted = false,
}) {
  let turn = 0;
  let shown = '';
  // The number of results, or what to try, is shown above the list.
  const note = make('div');
  const list = make('div', { role: 'listbox', 'aria-label': 'Results', id: `results-${++number}` });
  results.replaceChildren(note, list);
  for (const [name, value] of Object.entries({
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-controls': list.id,
    'aria-expanded': 'false',
  }))
    input.setAttribute(name, value);
  const choices = () => [...list.querySelectorAll('[role=option]')];
  const choose = (next) => {
    for (const one of choices()) {
      one.classList.toggle('chosen', one === next);
      one.setAttribute('aria-selected', String(one === next));
    }
    if (next) {
      input.setAttribute('aria-activedescendant', next.id);
      next.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const put = (said, above, content = []) => {
    note.replaceChildren(...above);
    list.replaceChildren(...content);
    choose();
    input.setAttribute('aria-expanded', String(choices().length > 0));
    status.textContent = said;
  };
  const type = (text) => {
    input.value = text;
    input.focus();
    show();
  };
  const ask = async (query, more) => {
    const { engine, index: ready } = await index(options);
    const { text, filters: verbs } = query;
    return {
      engine,
      text,
      answer: await ready.query(text, {
        limit,
        groups: EACH,
        list: Object.keys(verbs).length > 0,
        filters: { ...filters(), ...verbs },
        facets: counted,
        from: list.id,
        ...more,
      }),
    };
  };
  /** Makes the line that shows the rest of a group in its place. */
  const rest = (query) =>
    function more(name, left) {
      const types = name === 'entity' ? ['entity', 'template'] : [name];
      const chosen = filters();
      const href = new URL(
        `search/${writeAddress({ query: input.value.trim(), filters: { ...chosen, type: types } })}`,
        options.home,
      ).href;
      const one = action(
        'next',
        `${left} more`,
        async () => {
          const { engine, text, answer } = await ask(query, {
            limit: MOST,
            groups: 1,
            facets: false,
            filters: { ...chosen, ...query.filters, type: types },
            from: `${list.id} ${name}`,
          });
          const box = one.parentElement;
          if (!box?.isConnected) return;
          const before = box.querySelectorAll('[role=option]').length - 1;
          const made = answer.results.map((result) => lineOf(result, answer, text, { engine, home: options.home }));
          box.replaceChildren(box.firstElementChild, ...made);
          if (answer.total > made.length)
            box.append(
              make('p', {
                className: 'hit-count',
                textContent: `${answer.total - made.length} more: add a word to see them`,
              }),
            );
          choose(made[before]);
          status.textContent = `${made.length} of ${answer.total} shown`;
        },
        href,
      );
      one.classList.add('hit-more');
      one.setAttribute('aria-label', `${left} more in ${names[name] ?? name}`);
      return one;
    };
  /** Lists the values that a verb can have. */
  const offer = async (facet, typed) => {
    const { index: ready } = await index(options);
    const { facets: counts } = await ready.query('', {
      limit: 0,
      list: true,
      facets: facet !== 'level' || facet,
      filters: filters(),
      from: list.id,
    });
    const values = (counts[facet] ?? []).slice(0, 12);
    return values.length
      ? [
          group(
            facets[facet] ?? 'Level',
            values.map(([value, count]) => {
              const name = facet === 'owner' ? value.split('/').at(-1) : value;
              const icon =
                facet === 'kind'
                  ? iconOf({ type: 'entity', ref: `${value}:` })
                  : facet === 'owner'
                    ? iconOf({ type: 'entity', ref: value })
                    : 'tag';
              return action(icon, `${name} (${count})`, () => type(`${typed.replace(/\s+$/, '')}${name} `));
            }),
          ),
        ]
      : [];
  };
  const show = async () => {
    const typed = input.value.trim();
    const mine = ++turn;
    shown = '';
    if (!typed) {
      put('', [], onEmpty(type));
      onAnswer('', undefined);
      return;
    }
    const query = readVerbs(typed);
    if (query.command !== undefined) {
      const { pages, actions } = commands(options.home, query.command, done);
      put(
        '',
        pages.length + actions.length
          ? []
          : [make('p', { className: 'hit-none', textContent: 'No page or action is called so.' })],
        [...pages, ...actions],
      );
      onAnswer('', undefined);
      return;
    }
    try {
      if (query.open && !query.text) {
        const values = await offer(query.open, typed);
        if (mine === turn) put('', [], values);
        return;
      }
      const { engine, text, answer } = await ask(query);
      // While the index was loading, more may have been typed.
      if (mine !== turn) return;
      const { total } = answer;
      const content = total ? lines(answer, text, { engine, home: options.home }, rest(query)) : [];
      const count = content.reduce((sum, one) => sum + one.querySelectorAll('[role=option]:not(.hit-more)').length, 0);
      const all = total > count ? `${count} of ${total} results` : `${total} ${total === 1 ? 'result' : 'results'}`;
      if (total) put(all, [make('p', { className: 'hit-count', textContent: all })], content);
      else put('Nothing found', [nothing(typed, answer, { narrowed, widen })]);
      shown = typed;
      onAnswer(typed, answer);
    } catch (error) {
      if (mine !== turn) return;
      const why =
        location.protocol === 'file:'
          ? 'Search needs a web server: run “playbill serve”, or publish the folder.'
          : `The search index cannot be read: ${error.message}`;
      put(why, [make('p', { className: 'hit-none', textContent: why })]);
    }
  };
  let timer;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(show, 60);
  });
  input.addEventListener(
    'focus',
    () => {
      index(options).catch(() => {});
    },
    { once: true },
  );
  results.addEventListener('click', (event) => {
    if (event.target.closest('a:not([data-action])') && shown) remember(shown);
  });
  // Arrows move through the results without leaving the input.
  input.addEventListener('keydown', async (event) => {
    const links = choices();
    const at = links.findIndex((link) => link.classList.contains('chosen'));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && links.length) {
      event.preventDefault();
      choose(links[at < 0 && step < 0 ? links.length - 1 : (at + step + links.length) % links.length]);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      // Who types fast gets the answer to what is typed, not to what was shown.
      if (input.value.trim() && input.value.trim() !== shown && at < 0) {
        clearTimeout(timer);
        await show();
      }
      const ready = choices();
      (ready.find((link) => link.classList.contains('chosen')) ?? ready[0])?.click();
    }
  });
  return show;
}

/** Returns whose documentation the reader is in: `{ ref, name }`. */
function here(home) {
  const path = decodeURIComponent(location.pathname.slice(new URL(home).pathname.length));
  const [, namespace, kind, name] = /^docs\/([^/]+)\/([^/]+)\/([^/]+)\//.exec(path) ?? [];
  return name && { ref: `${kind}:${namespace}/${name}`, name };
}

let dialog;
/** Opens the dialogue. */
export function openDialog(options) {
  if (!dialog?.isConnected) {
    const input = make('input', {
      type: 'search',
      placeholder: 'Search',
      autocomplete: 'off',
      spellcheck: false,
      'aria-label': 'Search',
    });
    const results = make('div', { className: 'hits' });
    const status = make('p', { className: 'unseen', role: 'status' });
    const close = make(
      'button',
      { type: 'button', className: 'icon-button', 'aria-label': 'Close' },
      make('i', { className: 'icon i-close' }),
    );
    close.addEventListener('click', () => dialog.close());
    const help = make('p', { className: 'hit-verbs' });
    for (const [verb, what] of verbs.filter(([verb]) => verb !== 'l:' || hasLevels())) {
      const button = make('button', { type: 'button' }, make('kbd', { textContent: verb }), ` ${what}`);
      button.addEventListener('click', () => {
        input.value = verb;
        input.focus();
        show();
      });
      help.append(button);
    }
    const hint = make('p', { className: 'hit-keys' });
    for (const [key, what] of [
      ['↑↓', 'choose'],
      ['↵', 'open'],
      ['Esc', 'close'],
    ])
      hint.append(make('kbd', { textContent: key }), ` ${what} `);
    // What is found in a version of a documentation site is all of it.
    const { searchVersion: version } = document.documentElement.dataset;
    if (version) input.placeholder = `Search ${version}`;
    const all = make('a', { textContent: version ? 'Search everything' : 'All results and filters' });
    hint.append(all);
    dialog = make(
      'dialog',
      { className: 'search-dialog', 'aria-label': 'Search' },
      make('div', { className: 'search-head' }, make('i', { className: 'icon i-search' }), input, close),
    );
    const place = version ? undefined : here(options.home);
    const scope = make(
      'select',
      { className: 'search-scope', 'aria-label': 'Where to search' },
      make('option', { value: '', textContent: 'Everything' }),
    );
    if (place)
      scope.append(make('option', { value: `ref ${place.ref}`, textContent: `This documentation (${place.name})` }));
    const { system } = document.documentElement.dataset;
    if (system && !version)
      scope.append(
        make('option', { value: `system ${system}`, textContent: `This system (${system.split('/').at(-1)})` }),
      );
    if (scope.options.length > 1) dialog.append(scope);
    const within = () => {
      const [facet, value] = scope.value.split(' ');
      return value ? { [facet]: [value] } : {};
    };
    dialog.append(help, results, status, hint);
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    const page = (text) => {
      const url = new URL('search/', options.home);
      if (text) url.searchParams.set('query', text);
      for (const [facet, [value]] of Object.entries(within())) url.searchParams.set(`filters[${facet}]`, value);
      all.href = url.href;
    };
    page('');
    const show = connect({
      input,
      results,
      status,
      options,
      limit: 8,
      filters: within,
      narrowed: () => Boolean(scope.value),
      widen: () => {
        scope.value = '';
        input.focus();
        show();
      },
      onAnswer: page,
      done: () => dialog.close(),
      onEmpty: (type) => [
        ...visited(options.home, options.stored),
        ...asked(options.home, type),
        ...commands(options.home).pages,
      ],
    });
    scope.addEventListener('change', () => {
      show();
      input.focus();
    });
    dialog.refresh = show;
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
  const input = dialog.querySelector('input');
  input.focus();
  if (options.text) {
    input.value = options.text;
    dialog.refresh();
  } else {
    input.select();
    if (!input.value) dialog.refresh();
  }
}

/** Reads query and filters from an address as Backstage writes them. */
export function readAddress(search) {
  const parameters = new URLSearchParams(search);
  const filters = {};
  const add = (facet, values) => {
    const list = values.filter(Boolean);
    if (list.length) filters[facet] = [...new Set([...(filters[facet] ?? []), ...list])];
  };
  for (const key of ['types[]', 'types'])
    add(
      'type',
      parameters.getAll(key).flatMap((type) => backstage[type] ?? [type]),
    );
  for (const facet of [...Object.keys(facets), ...scopes]) {
    for (const key of [`filters[${facet}]`, `filters[${facet}][]`])
      add(
        facet,
        parameters.getAll(key).map((value) => value.toLowerCase()),
      );
  }
  return { query: parameters.get('query') ?? '', filters };
}

/** Writes query and filters as an address. */
export function writeAddress({ query, filters }) {
  const parameters = new URLSearchParams();
  if (query) parameters.set('query', query);
  for (const [facet, values] of Object.entries(filters))
    for (const value of values) parameters.append(facet === 'type' ? 'types[]' : `filters[${facet}][]`, value);
  return parameters.size ? `?${parameters}` : '';
}

/** Starts the search page. */
export function searchPage({ form, results, ...options }) {
  const input = form.querySelector('input');
  const state = readAddress(location.search);
  results.className = 'hits page-hits';
  results.removeAttribute('aria-live');
  const status = make('p', { className: 'unseen', role: 'status' });
  const panel = make('div', { className: 'search-filters', role: 'group', 'aria-label': 'Filters', hidden: true });
  results.before(panel, status);
  const remove = (facet) => {
    delete state.filters[facet];
  };
  /** Shows a list a facet, with how many results each of its values has. */
  const offer = (answer) => {
    const busy = panel.querySelector('select:focus')?.name;
    const lists = Object.entries(facets)
      .map(([facet, label]) => {
        const chosen = state.filters[facet]?.[0] ?? '';
        const counts = answer?.facets?.[facet] ?? [];
        const values = counts.some(([value]) => value === chosen) || !chosen ? counts : [[chosen, 0], ...counts];
        if (values.length < 2 && !chosen) return undefined;
        const list = make(
          'select',
          { name: facet },
          make('option', { value: '', textContent: `${label}: any` }),
          ...values.slice(0, 100).map(([value, count]) =>
            make('option', {
              value,
              selected: value === chosen,
              textContent: `${facet === 'type' ? (names[value] ?? value) : facet === 'owner' ? value.split('/').at(-1) : value} (${count})`,
            }),
          ),
        );
        list.setAttribute('aria-label', label);
        list.addEventListener('change', () => {
          remove(facet);
          if (list.value) state.filters[facet] = [list.value];
          show();
        });
        return list;
      })
      .filter(Boolean);
    for (const facet of scopes.filter((facet) => state.filters[facet])) {
      const [name] = state.filters[facet];
      const scope = make('button', { type: 'button', className: 'button', textContent: `In ${name} ×` });
      scope.setAttribute('aria-label', `Search outside ${name}, too`);
      scope.addEventListener('click', () => {
        remove(facet);
        show();
      });
      lists.push(scope);
    }
    panel.replaceChildren(...lists);
    panel.hidden = !lists.length;
    if (busy) panel.querySelector(`[name=${busy}]`)?.focus();
  };
  const browse = document.querySelector('[data-search-browse]');
  const show = connect({
    input,
    results,
    status,
    options,
    limit: 40,
    counted: true,
    onEmpty: (type) => asked(options.home, type),
    filters: () => state.filters,
    narrowed: () => Object.keys(state.filters).length > 0,
    widen: () => {
      Object.keys(state.filters).forEach(remove);
      input.focus();
      show();
    },
    onAnswer: (query, answer) => {
      state.query = query;
      // The reader may be on another page by now.
      if (!form.isConnected) return;
      if (browse) browse.hidden = Boolean(query);
      history.replaceState(null, '', writeAddress(state) || location.pathname);
      offer(answer);
    },
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    show();
  });
  // What is typed before this runs stays.
  input.value ||= state.query;
  input.focus();
  show();
}

/** Marks on an opened page the words by which it was found. */
export async function highlight({ module, home }, query, content) {
  const { engine, index: ready } = await index({ module, home });
  const wanted = new Set(
    engine
      .terms(query)
      .filter(({ stop, whole }) => !stop && !whole)
      .map(({ term }) => term),
  );
  if (!wanted.size || !ready) return;
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let left = 20000; left > 0 && walker.nextNode(); left--)
    if (!walker.currentNode.parentElement.closest('script, style, svg, mark')) texts.push(walker.currentNode);
  let marks = 0;
  for (const text of texts) {
    const found = engine.pieces(text.data, wanted);
    if (found.length < 2 || marks > 500) continue;
    marks += found.length >> 1;
    text.replaceWith(
      ...found.map((piece, at) => (at % 2 ? make('mark', { className: 'found', textContent: piece }) : piece)),
    );
  }
}
