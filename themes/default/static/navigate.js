// Moves between the pages of the portal in place: the next page is fetched while the pointer is on its link, and put
// where the last one was, so that nothing is loaded, parsed and started twice. Addresses, history, scroll and focus are
// the browser's own (Navigation API); whatever is not plain, and every failure, is left to it as well.
const MINUTES = 5;
const PAGES = 30;
/** The medium of sheets that are loaded and not in use yet. */
const WAITING = 'not all';
const kept = new Map();

/** What is to be fetched for an address: the page, without the place on it. */
const file = (url) => url.href.split('#')[0];

/** Fetches a page, or gives the one fetched before: `{ text, url }`. Fails where the browser had better load it itself. */
function get(url) {
  const key = file(url);
  const before = kept.get(key);
  kept.delete(key);
  const entry =
    before && Date.now() - before.at < MINUTES * 60_000
      ? before
      : {
          at: Date.now(),
          page: fetch(key).then(async (answer) => {
            if (!answer.ok || !answer.headers.get('content-type')?.startsWith('text/html'))
              throw new Error(`${answer.status} ${key}`);
            return { text: await answer.text(), url: new URL(answer.url) };
          }),
        };
  entry.page.catch(() => {
    if (kept.get(key) === entry) kept.delete(key);
  });
  kept.set(key, entry);
  if (kept.size > PAGES) kept.delete(kept.keys().next().value);
  return entry.page;
}

/** The modules and sheets that a page names, as whole addresses. */
const named = (page, selector, name, base) =>
  [...page.querySelectorAll(selector)].map((element) => new URL(element.getAttribute(name), base).href);
const app = 'script[type=module][src]';
/** What runs once for all pages. They are named after their content, so that another build has others. */
const common = (page, base) =>
  `${named(page, app, 'src', base)[0]} ${named(page, 'script[src]:not([type])', 'src', base)}`;
const ours = common(document, location.href);

/** Makes a document of a fetched page, with its sheets loaded; null where it belongs to another build of the portal. */
export async function ready({ text, url }) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  if (common(page, url) !== ours) return null;
  // Only browsers without scripts read them, and this parser runs without scripts.
  for (const element of page.querySelectorAll('noscript')) element.remove();
  const sheets = named(page, 'link[rel=stylesheet]', 'href', url);
  const there = new Set([...document.styleSheets].map(({ href }) => href));
  await Promise.all(
    sheets
      .filter((href) => !there.has(href))
      .map(
        (href) =>
          new Promise((done) => {
            // It waits until its page is shown: the page that is left would change its look, and the place it is scrolled to.
            const link = Object.assign(document.createElement('link'), {
              rel: 'stylesheet',
              href,
              media: WAITING,
              onload: done,
              onerror: done,
            });
            [...document.head.querySelectorAll('link[rel=stylesheet]')].at(-1).after(link);
          }),
      ),
  );
  return { page, sheets };
}

/** What the browser of this reader adds to the element of the whole page. */
const added = ['class', 'data-theme', 'style'];

/** Replaces the current document by another one. */
export function show({ page, sheets }, start) {
  const [root, next] = [document.documentElement, page.documentElement];
  const side = '.reader-nav';
  const nav = () => document.querySelector(`${side} nav`)?.ariaLabel;
  const [site, scrolled] = [nav(), document.querySelector(side)?.scrollTop];
  // A browser that removes what has the focus works out the styles of the old page once more, unless nothing has changed yet.
  document.activeElement?.blur();
  for (const name of root.getAttributeNames())
    if (!added.includes(name) && !next.hasAttribute(name)) root.removeAttribute(name);
  for (const { name, value } of next.attributes) if (!added.includes(name)) root.setAttribute(name, value);
  const stays = 'link[rel=stylesheet], script';
  for (const element of document.head.querySelectorAll(
    `:scope > :not(${stays}), script[type="application/ld+json"], ${app}`,
  ))
    element.remove();
  document.head.append(
    ...[...page.head.children].filter((element) => !element.matches('link[rel=stylesheet], script:not([type])')),
  );
  document.body.replaceWith(document.adoptNode(page.body));
  for (const { href, ownerNode: link } of [...document.styleSheets]) {
    if (!(link instanceof HTMLLinkElement)) continue;
    if (!sheets.includes(href)) link.remove();
    else if (link.media === WAITING) link.media = '';
  }
  if (site && site === nav()) document.querySelector(side).scrollTop = scrolled;
  start();
}

/** Shows another page. Screen readers announce a new document by its title; this one is announced here. */
function turnTo(next, start) {
  show(next, start);
  const status = Object.assign(document.createElement('p'), { className: 'unseen', role: 'status' });
  document.body.append(status);
  setTimeout(() => {
    status.textContent = document.title;
  }, 100);
}

// While a portal is being written, a page fetched ahead may be outdated.
document.addEventListener('playbill:changed', () => kept.clear());

/** Takes over the links of the portal at `home`; `start` starts the scripts of a page. Returns what fetches the page of a link. */
export function connect({ home, start }) {
  const here = () => new URL(location.href);
  const link = (target) => target.closest?.('a[href]:not([download])');
  /** Where a link leads, if that is another page of the portal in this tab. */
  const goal = (anchor) => {
    if (!anchor || (anchor.getAttribute('target') ?? '_self') !== '_self') return null;
    const url = new URL(anchor.getAttribute('href'), location.href);
    const isPage =
      url.origin === home.origin && url.pathname.startsWith(home.pathname) && /(\/|\.html)$/.test(url.pathname);
    return isPage && file(url) !== file(here()) ? url : null;
  };

  const approach = (target) => {
    const url = goal(link(target));
    if (url && !navigator.connection?.saveData) get(url).catch(() => {});
  };
  for (const event of ['pointerover', 'pointerdown', 'focusin'])
    document.addEventListener(event, ({ target }) => approach(target), { passive: true });

  let turn = 0;
  document.addEventListener('click', async (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
      return;
    const url = goal(link(event.target));
    if (!url) return;
    event.preventDefault();
    const mine = ++turn;
    const busy = setTimeout(() => {
      document.body.ariaBusy = 'true';
    }, 150);
    try {
      const answer = await get(url);
      const next = await ready(answer);
      if (mine !== turn) return;
      if (!next) throw new Error('another build');
      if (answer.url.pathname !== url.pathname) url.pathname = answer.url.pathname;
      navigation.navigate(url.href, { info: next });
    } catch {
      if (mine === turn) location.assign(url.href);
    } finally {
      clearTimeout(busy);
      document.body.ariaBusy = null;
    }
  });

  navigation.addEventListener('navigate', (event) => {
    const { navigationType, canIntercept, destination, info } = event;
    if (!canIntercept) return;
    if (info?.page) {
      event.intercept({
        async handler() {
          turnTo(info, start);
          // After moves through the history the browser may leave the new page where the old one was scrolled to.
          if (!new URL(destination.url).hash) scrollTo(0, 0);
        },
      });
      return;
    }
    // A page that writes its filters into the address takes nobody's click back.
    if (navigationType === 'replace') return;
    turn += 1;
    const url = new URL(destination.url);
    if (navigationType !== 'traverse' || url.pathname === location.pathname) return;
    event.intercept({
      async handler() {
        // The address is the new page's already, and the links of the old one would lead astray.
        document.body.inert = true;
        try {
          const next = await ready(await get(url));
          if (event.signal.aborted) return;
          if (next) turnTo(next, start);
          else location.reload();
        } catch {
          if (!event.signal.aborted) location.reload();
        }
      },
    });
  });
  return { approach };
}
