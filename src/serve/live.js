// Updates a page when it changed, in place where possible, and shows what is wrong. Part of the watch server only,
// never of a built site. The braces keep its names from those of the scripts of the site.
{
  // Behind a proxy the site may be below a path.
  const own = new URL('.', /** @type {HTMLScriptElement} */ (document.currentScript).src);
  const style = `
    :host { all: initial; }
    section, button { font: 14px/1.5 system-ui, sans-serif; color: #f5f5f5; background: #1b1b1f; }
    section { position: fixed; inset: 0; z-index: 2147483647; overflow: auto; padding: 2rem; background: #1b1b1ff2; }
    section[hidden], button[hidden] { display: none; }
    h2 { margin: 0 0 1rem; font-size: 1.25rem; }
    h3 { margin: 1rem 0 0.5rem; font-size: 1rem; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace;
      padding: 0.75rem 1rem; margin: 0 0 0.75rem; border-left: 4px solid #777; background: #26262b; }
    pre.error { border-color: #ff6b6b; }
    pre.warning { border-color: #ffc04d; }
    button { border: 1px solid #777; border-radius: 4px; padding: 0.25rem 0.75rem; cursor: pointer; }
    button:focus-visible { outline: 2px solid #8ab4ff; outline-offset: 2px; }
    button.badge { position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483646; }
    button.badge.error { border-color: #ff6b6b; }
    header { display: flex; justify-content: space-between; align-items: start; gap: 1rem; }
  `;

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const badge = element('button', { type: 'button', className: 'badge', hidden: true });
  const close = element('button', { type: 'button', textContent: 'Close' });
  const title = element('h2', {});
  const list = element('div', {});
  const overlay = element('section', { hidden: true }, element('header', {}, title, close), list);
  overlay.setAttribute('role', 'alertdialog');
  overlay.setAttribute('aria-label', 'Problems');
  const host = element('playbill-live', {});
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  root.append(badge, overlay);
  document.body.append(host);

  const show = (heading, items) => {
    title.textContent = heading;
    const line = ({ heading, severity, text }) =>
      heading ? element('h3', { textContent: heading }) : element('pre', { className: severity, textContent: text });
    list.replaceChildren(...items.map(line));
    overlay.hidden = false;
  };
  const hide = () => {
    overlay.hidden = true;
  };
  close.addEventListener('click', hide);
  overlay.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
  const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

  // What a reader did to a page: what is open and chosen, and how far it is scrolled.
  const side = '.reader-nav';
  const named = (all, name) => {
    const counts = new Map();
    return [...document.querySelectorAll(all)].map((each) => {
      const own = each.id || name(each);
      counts.set(own, (counts.get(own) ?? 0) + 1);
      return [`${own}#${counts.get(own)}`, each];
    });
  };
  const opened = () => named('details', (each) => each.querySelector('summary')?.textContent.trim());
  const fields = () => named('input:not([type=radio], [type=checkbox]), textarea', (each) => each.name);
  const chosen = () => named('input[type=radio]', (each) => `${each.name}=${each.value}`);
  const look = () => ({
    scroll: [scrollX, scrollY, document.querySelector(side)?.scrollTop],
    opened: opened().map(([name, each]) => [name, each.open]),
    chosen: chosen()
      .filter(([, each]) => each.checked)
      .map(([name]) => name),
    typed: fields().map(([name, each]) => [name, each.value]),
    focus: fields().find(([, each]) => each === document.activeElement)?.[0],
  });
  const restore = (look) => {
    const [was, is] = [new Map(look.opened), new Set(look.chosen)];
    for (const [name, each] of opened()) if (was.has(name)) each.open = was.get(name);
    for (const [name, each] of chosen()) if (is.has(name)) each.checked = true;
    const typed = new Map(look.typed);
    for (const [name, each] of fields()) {
      if (typed.has(name) && typed.get(name) !== each.value) {
        each.value = typed.get(name);
        each.dispatchEvent(new Event('input', { bubbles: true }));
      }
      if (name === look.focus) each.focus({ preventScroll: true });
    }
    const [x, y, nav] = look.scroll;
    if (nav !== undefined) document.querySelector(side)?.scrollTo(0, nav);
    scrollTo({ left: x, top: y, behavior: 'instant' });
  };

  const place = `playbill:look:${location.pathname}`;
  const kept = sessionStorage.getItem(place);
  if (kept !== null) {
    sessionStorage.removeItem(place);
    restore(JSON.parse(kept));
  }
  const reload = () => {
    sessionStorage.setItem(place, JSON.stringify(look()));
    location.reload();
  };

  /** Shows the page as it is now, the way the portal moves between pages; says whether that could be done. */
  const swap = async () => {
    const app = document.querySelector('script[type=module][src]');
    const { navigate } = document.documentElement.dataset;
    if (!app || !navigate || document.querySelector('dialog[open]')) return false;
    const path = location.pathname;
    const answer = await fetch(location.href.split('#')[0]);
    const text = await answer.text();
    const [{ start }, { ready, show: exchange }] = await Promise.all(
      [app.src, new URL(navigate, location.href)].map((url) => import(String(url))),
    );
    const next = await ready({ text, url: new URL(location.href) });
    if (!start || !next || location.pathname !== path) return false;
    const was = look();
    // The room stays until the new page has its own, so that the place in it stays too.
    const { style, scrollHeight } = document.documentElement;
    style.minHeight = `${scrollHeight}px`;
    exchange(next, start);
    restore(was);
    style.minHeight = '';
    if (!style.length) document.documentElement.removeAttribute('style');
    return true;
  };

  let busy = false;
  let again = false;
  const update = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const done = await swap().catch(() => false);
    busy = false;
    if (!done) reload();
    else if (again) {
      again = false;
      await update();
    }
  };

  let failed = false;
  let shown;
  let assets;
  const told = ({ data }) => {
    const state = JSON.parse(data);
    if (state.failure !== null) {
      failed = true;
      badge.hidden = true;
      show('The site cannot be built', [{ severity: 'error', text: state.failure }]);
      return;
    }
    // Pages that were fetched ahead may be others now.
    if (shown !== undefined) document.dispatchEvent(new Event('playbill:changed'));
    const version = state.page;
    const isOther = shown !== undefined && shown !== version;
    shown = version;
    // A picture of the same address is taken from the memory of the page.
    if (assets !== undefined && assets !== state.assets) {
      reload();
      return;
    }
    assets = state.assets;
    // This page may be the one that says that there is no site yet.
    if (document.documentElement.hasAttribute('data-playbill-failure')) {
      reload();
      return;
    }
    if (failed) hide();
    failed = false;
    if (isOther) update();
    const { errors, warnings, problems, here } = state;
    badge.hidden = errors + warnings === 0;
    badge.className = errors > 0 ? 'badge error' : 'badge';
    badge.textContent = `${plural(errors, 'error')}, ${plural(warnings, 'warning')}${here.length ? `, ${here.length} on this page` : ''}`;
    badge.onclick = () => {
      const more = errors + warnings - problems.length;
      const rest = more > 0 ? [{ severity: 'warning', text: `and ${more} more, see: playbill check` }] : [];
      const own = here.length ? [{ heading: 'This page' }, ...here, { heading: 'The whole site' }] : [];
      show(badge.textContent, [...own, ...problems, ...rest]);
      close.focus();
    };
  };

  // A browser keeps only a few connections to one server, so that tabs in the background must not hold one each.
  let events = null;
  const connect = () => {
    events?.close();
    events = null;
    if (document.visibilityState === 'visible') {
      events = new EventSource(
        `${own}events?path=${encodeURIComponent(location.pathname.slice(own.pathname.length - '_playbill/'.length - 1))}`,
      );
      events.addEventListener('message', told);
    }
  };
  // The portal moves from page to page in place.
  let here = location.pathname;
  new MutationObserver(() => {
    if (!host.isConnected) document.body.append(host);
    if (location.pathname === here) return;
    here = location.pathname;
    shown = undefined;
    hide();
    connect();
  }).observe(document.documentElement, { childList: true });
  document.addEventListener('visibilitychange', connect);
  addEventListener('pagehide', () => events?.close());
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) connect();
  });
  connect();
}
