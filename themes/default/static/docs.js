// What documents add for readers with scripts: notes on code, footnotes and pictures in place, keys, the size of the text.
const make = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const icon = (name) => {
  const element = make('i', { className: `icon i-${name}` });
  element.setAttribute('aria-hidden', 'true');
  return element;
};
const named = (element, name) => {
  element.setAttribute('aria-label', name);
  element.title = name;
  return element;
};
const isTyping = (target) => target.closest?.('input, textarea, select, [contenteditable], dialog');

export function start({ signal, stored }) {
  const article = document.querySelector('[data-techdocs=content]');
  if (!article) return;
  annotations(article);
  footnotes(article, signal);
  pictures(article);
  sizes(article, stored);
  sections();
  tableOfContents(signal);
  report();
  top(signal);
  addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const way = { n: 'next', '.': 'next', p: 'prev', ',': 'prev' }[event.key];
      document.querySelector(`.turn a[rel=${way}]`)?.click();
    },
    { signal },
  );
}

let notes = 0;
/** A note that opens at its mark: as a popover, which closes by itself and takes the keys. */
function note(content, name) {
  const id = `note-${(notes += 1)}`;
  const box = make('div', { id, className: 'note-box prose', popover: 'auto' }, ...content);
  const button = named(make('button', { type: 'button', className: 'note-mark' }), name);
  button.setAttribute('popovertarget', id);
  box.addEventListener('beforetoggle', ({ newState }) => {
    if (newState === 'open') place(box, button);
  });
  return [button, box];
}

/** Puts a box below a mark, or above where there is no room. */
function place(box, mark) {
  requestAnimationFrame(() => {
    const at = mark.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8));
    const below = at.bottom + height + 12 < innerHeight;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(below ? at.bottom + 6 : Math.max(8, at.top - height - 6)) + scrollY}px`;
  });
}

/** `(1)` in a comment of code, or in a text with the class `annotate`, is the first item of the list below. */
function annotations(article) {
  for (const block of article.querySelectorAll('.highlight, .annotate, pre.code')) {
    if (block.parentElement.closest('.highlight, .annotate')) continue;
    let list = (block.closest('.copy-box') ?? block).nextElementSibling;
    if (list?.matches('details, .told')) list = list.nextElementSibling;
    if (list?.tagName !== 'OL') continue;
    const isCode = !block.matches('.annotate') || block.querySelector('pre');
    const items = [...list.children];
    const places = [];
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      if ((!isCode || text.parentElement.closest('.c')) && /\(\d+\)/.test(text.textContent)) places.push(text);
    }
    const used = new Set();
    for (const text of places) {
      const parts = text.textContent.split(/(\s*(?:\/\/|#|--|;|<!--|\/\*)?\s*\(\d+\)!?\s*(?:-->|\*\/)?)/);
      const made = parts.map((part, at) => {
        const number = at % 2 && Number(/\((\d+)\)/.exec(part)[1]);
        const item = number && items[number - 1];
        if (!item) return part;
        used.add(item);
        const [button, box] = note([...item.cloneNode(true).childNodes], `Note ${number}`);
        button.dataset.number = number;
        article.append(box);
        const keeps = isCode && /!/.test(part) ? ' ' : part.replace(/\(\d+\)!?/, '');
        const span = make('span', {}, keeps, button);
        return span;
      });
      text.replaceWith(...made);
    }
    // The list stays for those parts that have no mark.
    if (items.length && items.every((item) => used.has(item))) list.hidden = true;
  }
}

/** The text of a footnote where it is referred to. */
function footnotes(article, signal) {
  for (const link of article.querySelectorAll('a.footnote-ref')) {
    const content = article.querySelector(`[id="${CSS.escape(decodeURIComponent(link.hash.slice(1)))}"]`);
    if (!content) continue;
    let box;
    const show = () => {
      if (!box) {
        const copy = content.cloneNode(true);
        for (const back of copy.querySelectorAll('.footnote-backref')) back.remove();
        for (const element of copy.querySelectorAll('[id]')) element.removeAttribute('id');
        box = make('div', { className: 'note-box prose', popover: 'manual' }, ...copy.childNodes);
        article.append(box);
      }
      box.showPopover();
      place(box, link);
    };
    const hide = () => {
      if (box?.matches(':popover-open')) box.hidePopover();
    };
    for (const [event, act] of [
      ['pointerenter', show],
      ['focus', show],
      ['pointerleave', hide],
      ['blur', hide],
    ])
      link.addEventListener(event, act, { signal });
  }
}

/** Pictures and diagrams as large as the window. */
function pictures(article) {
  const open = (picture, name) => {
    const copy = picture.cloneNode(true);
    copy.removeAttribute('loading');
    const close = named(make('button', { type: 'button', className: 'icon-button' }, icon('close')), 'Close');
    const box = make(
      'dialog',
      { className: 'full-view' },
      make('form', { method: 'dialog' }, close),
      make('div', { className: 'full-picture' }, copy),
    );
    box.setAttribute('aria-label', name);
    close.addEventListener('click', () => box.close());
    box.addEventListener('click', ({ target }) => {
      if (target === box) box.close();
    });
    box.addEventListener('close', () => box.remove());
    copy.addEventListener('click', () => box.classList.toggle('is-large'));
    document.body.append(box);
    box.showModal();
  };
  for (const image of article.querySelectorAll('img')) {
    if (image.closest('a, button, .emoji, .twemoji') || image.matches('.off-glb, .uml')) continue;
    const wide = () => image.naturalWidth > image.clientWidth * 1.1 || image.clientWidth > 320;
    const ready = () => {
      if (wide()) enlarge(image, () => open(image, image.alt || 'Picture'));
    };
    if (image.complete) ready();
    else image.addEventListener('load', ready, { once: true });
  }
  for (const drawing of article.querySelectorAll('.diagram > svg.drawn')) {
    if (Number(drawing.getAttribute('width')) < 400) continue;
    const button = named(
      make('button', { type: 'button', className: 'icon-button full-button' }, icon('expand')),
      'Full view',
    );
    button.addEventListener('click', () => open(drawing, drawing.getAttribute('aria-label')));
    drawing.before(button);
  }
}

function enlarge(image, act) {
  image.classList.add('zooms');
  image.tabIndex = 0;
  image.setAttribute('role', 'button');
  image.setAttribute('aria-label', `${image.alt || 'Picture'}: full view`);
  image.addEventListener('click', act);
  image.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      act();
    }
  });
}

/** The size of the text, kept for this portal. */
const SIZES = ['small', '', 'large', 'larger'];
function sizes(article, stored) {
  const buttons = document.querySelectorAll('.sizes button');
  const show = () => {
    article.dataset.size = stored.read('text-size', '');
  };
  show();
  const step = (by) => {
    const at = SIZES.indexOf(article.dataset.size) + by;
    if (SIZES[at] !== undefined) stored.write('text-size', SIZES[at]);
    show();
  };
  for (const [at, button] of buttons.entries()) button.addEventListener('click', () => step(at ? 1 : -1));
}

/** All sections of the navigation at once. */
function sections() {
  const nav = document.querySelector('[data-techdocs=nav]');
  const folds = [...(nav?.querySelectorAll('details') ?? [])];
  if (folds.length < 3) return;
  const button = make('button', { type: 'button', className: 'unfold' });
  const all = () => folds.every((fold) => fold.open);
  const say = () => {
    button.textContent = all() ? 'Collapse all' : 'Expand all';
  };
  button.addEventListener('click', () => {
    const open = !all();
    for (const fold of folds) fold.open = open || Boolean(fold.querySelector('[aria-current]'));
    say();
  });
  say();
  // Behind it: what is read already does not move.
  nav.after(button);
}

/** The table of contents is folded where there is no room beside the page; older browsers need a script to unfold it. */
function tableOfContents(signal) {
  const fold = document.querySelector('.reader-toc > details');
  const narrow = matchMedia('(max-width: 72rem)');
  if (fold && !narrow.matches && !CSS.supports('selector(::details-content)')) fold.open = true;
  fold?.addEventListener(
    'click',
    ({ target }) => {
      if (narrow.matches && target.closest('a')) fold.open = false;
    },
    { signal },
  );
}

/** An issue about a page quotes what is selected. */
function report() {
  const link = document.querySelector('[data-issue]');
  link?.addEventListener('pointerdown', () => quote(link));
  link?.addEventListener('focus', () => quote(link));
}
function quote(link) {
  const text = String(getSelection()).trim().slice(0, 1500);
  link.dataset.plain ??= link.href;
  const url = new URL(link.dataset.plain);
  const key = link.dataset.issue;
  if (text) url.searchParams.set(key, `${text.replace(/^/gm, '> ')}\n\n${url.searchParams.get(key) ?? ''}`);
  link.href = url.href;
}

/** Back to the top, once the reader has gone far and turns round. */
function top(signal) {
  const button = make(
    'button',
    { type: 'button', className: 'to-top', hidden: true },
    icon('chevron-right'),
    'Back to top',
  );
  button.addEventListener('click', () => {
    scrollTo({ top: 0 });
    document.querySelector('#main')?.focus?.();
  });
  document.querySelector('#main').append(button);
  let before = scrollY;
  addEventListener(
    'scroll',
    () => {
      if (Math.abs(scrollY - before) < 8) return;
      button.hidden = scrollY > before || scrollY < innerHeight;
      before = scrollY;
    },
    { passive: true, signal },
  );
}
