// Pages change in place: what is there then is what a fresh load would show, and history, scroll and focus behave as
// after a fresh load.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch, serve } from './chromium.mjs';
import { samples } from './samples.mjs';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';
const base = /<link rel="stylesheet" href="(.*)static\//.exec(await readFile(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
after(async () => {
  await browser.stop();
  stop();
});

function check(name, body) {
  test(name, async () => {
    const page = await browser.page();
    try {
      await body(page);
      assert.deepEqual(page.problems, [], 'the console shows errors');
    } finally {
      await page.close();
    }
  });
}

/** Loads a page whole, and leaves a mark that lasts as long as its document. */
async function load(page, path) {
  await page.goto(url + path);
  await page.evaluate(
    `document.querySelector('.brand').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))`,
  );
  await page.settle(200);
  await page.evaluate('void (window.same = true)');
}
/** Follows a link to an address of the portal. */
async function move(page, address) {
  await page.evaluate(`(() => {
    const link = document.createElement('a');
    link.href = ${JSON.stringify(address)};
    document.body.append(link);
    link.click();
    link.remove();
  })()`);
  await page.settle(300);
}
const isSame = (page) => page.evaluate('window.same === true');
const text = (page, selector) =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent.trim()`);

/** The document as text, without the announcement for screen readers and what only browsers without scripts show; sheets and modules by their whole addresses. */
const whole = `(() => {
  const copy = document.documentElement.cloneNode(true);
  [...copy.querySelectorAll('body > p.unseen[role=status], noscript')].forEach((element) => element.remove());
  const head = copy.querySelector('head');
  const sheets = [...document.styleSheets].map(({ href }) => href);
  const rest = [...head.querySelectorAll(':scope > :not(link[rel=stylesheet], script:not([type]))')].map((element) => element.outerHTML).sort();
  const attributes = [...copy.attributes].map(({ name, value }) => name + '=' + value).sort();
  return { sheets: sheets.sort(), rest, attributes, body: copy.querySelector('body').outerHTML };
})()`;

/** Where two documents differ, in words; undefined if they do not. */
function difference(moved, loaded) {
  for (const part of Object.keys(loaded)) {
    const [is, was] = [moved[part], loaded[part]].map((lines) =>
      Array.isArray(lines) ? lines : lines.split(/(?<=>)/),
    );
    const at = is.findIndex((line, place) => line !== was[place]);
    if (at >= 0 || is.length !== was.length)
      return `${part}: after a move ${is.slice(at, at + 3).join('')}, after a load ${was.slice(at, at + 3).join('')}`;
  }
  return undefined;
}

for (const path of await samples(site)) {
  if (/\/raw\/$|^catalog-graph\//.test(path) || !/(^|\/)$/.test(path)) continue;
  check(`shows in place what a load shows: ${path || 'home'}`, async (page) => {
    const from = path === 'explore/' ? 'status/' : 'explore/';
    await page.goto(url + from);
    await page.evaluate('localStorage.clear()');
    await page.goto(url + path);
    await page.settle(200);
    const loaded = await page.evaluate(whole);
    await load(page, from);
    await page.evaluate('localStorage.clear()');
    await move(page, url + path);
    assert.equal(await page.evaluate('location.href'), url + path);
    assert(await isSame(page), 'the page was loaded');
    // What scripts add comes when it has been fetched.
    let found = difference(await page.evaluate(whole), loaded);
    for (let turn = 0; found && turn < 20; turn += 1) {
      await page.settle(100);
      found = difference(await page.evaluate(whole), loaded);
    }
    assert.equal(found, undefined);
    // The status for screen readers says where the reader is, a moment after the page is there.
    const isTold = 'document.body.lastElementChild.textContent === document.title';
    for (let turn = 0; turn < 20 && !(await page.evaluate(isTold)); turn += 1) await page.settle(100);
    assert.equal(await page.evaluate(isTold), true);
  });
}

check('what only the last page says of itself goes with it, and what this browser added stays', async (page) => {
  await load(page, 'explore/');
  await page.evaluate(`Object.assign(document.documentElement.dataset, { theme: 'dark', old: '' })`);
  await move(page, `${url}status/`);
  assert(await isSame(page));
  assert.deepEqual(
    await page.evaluate(`[document.documentElement.dataset.theme, 'old' in document.documentElement.dataset]`),
    ['dark', false],
  );
});

check('back and forward restore what was scrolled and filtered', async (page) => {
  await load(page, 'catalog/component/');
  await page.evaluate(`document.querySelector('[data-filter] input').focus()`);
  await page.type('booking');
  const shown = () =>
    page.evaluate(
      `[...document.querySelectorAll('[data-results] tbody .c-name .entity')].map((link) => link.textContent)`,
    );
  const found = await shown();
  assert(found.length > 0 && found.length < 10, found.join());
  await page.evaluate(`document.querySelector('[data-results] .c-name .entity').click()`);
  await page.settle(500);
  assert.match(await text(page, 'h1'), /Booking/);
  await page.evaluate('history.back()');
  await page.settle(700);
  assert(await isSame(page));
  assert.deepEqual(await shown(), found);
  assert.match(await page.evaluate('location.search'), /booking/);
  await page.evaluate('history.forward()');
  await page.settle(500);
  assert.match(await text(page, 'h1'), /Booking/);

  await page.resize(1000, 300);
  await move(page, `${url}explore/`);
  assert.equal(await page.evaluate('scrollY'), 0);
  await page.evaluate('scrollTo(0, 240)');
  await page.settle(300);
  await move(page, `${url}status/`);
  assert.equal(await page.evaluate('scrollY'), 0);
  await page.evaluate('history.back()');
  await page.settle(700);
  assert(await isSame(page));
  assert.equal(await page.evaluate('scrollY'), 240);
});

check('a page keeps its look while the sheets of the next one load', async (page) => {
  await load(page, 'explore/');
  await page.evaluate(`void (window.inUse = [], new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const { media, rel } of addedNodes) if (rel === 'stylesheet') inUse.push(matchMedia(media).matches);
  }).observe(document.head, { childList: true }))`);
  await move(page, `${url}status/`);
  assert(await isSame(page));
  const inUse = await page.evaluate('inUse');
  assert(inUse.length > 0, 'no sheet was loaded');
  assert(!inUse.includes(true), 'a sheet of the next page changes the last one');
  assert(
    await page.evaluate(`[...document.styleSheets].every(({ media }) => matchMedia(media.mediaText).matches)`),
    'a sheet stays without use',
  );
});

check('a link to a heading arrives there', async (page) => {
  await load(page, 'explore/');
  const path = 'docs/default/component/booking-service/';
  await page.resize(1000, 300);
  await move(page, url + path);
  const id = await page.evaluate(`[...document.querySelectorAll('[data-techdocs=content] :is(h2, h3)[id]')].at(-1).id`);
  await move(page, `${url}explore/`);
  await move(page, `${url}${path}#${id}`);
  assert(await isSame(page));
  assert.equal(await page.evaluate(`document.querySelector(':target')?.id`), id);
  const top = await page.evaluate(`document.getElementById(${JSON.stringify(id)}).getBoundingClientRect().top`);
  assert(top >= 0 && top < 300, `the heading is at ${top}`);
});

check('the search stays loaded and opens its results in place', async (page) => {
  await load(page, 'explore/');
  for (const [words, name] of Object.entries({
    'booking service': /Booking Service/,
    'audience forecast': /Audience Forecast/i,
  })) {
    await page.press('/', { code: 'Slash' });
    await page.settle(500);
    await page.type(words);
    await page.settle(500);
    await page.press('Enter', { code: 'Enter' });
    await page.settle(600);
    assert.match(await text(page, 'h1'), name);
    assert(await isSame(page));
    assert.equal(await page.evaluate(`document.querySelectorAll('dialog').length`), 0);
  }
});

check('a page that writes its address while the next one is fetched does not take the click back', async (page) => {
  await load(page, 'catalog/component/');
  await page.evaluate(`(() => {
    const fetched = window.fetch;
    window.fetch = async (...asked) => { const answer = await fetched(...asked); await new Promise((done) => setTimeout(done, 200)); return answer; };
    const link = Object.assign(document.createElement('a'), { href: ${JSON.stringify(`${url}status/`)} });
    document.body.append(link);
    link.click();
    history.replaceState(null, '', '?filters[text]=x');
  })()`);
  await page.settle(700);
  assert(await isSame(page));
  assert.equal(await page.evaluate('location.pathname'), new URL(`${url}status/`).pathname);
});

check('what is not plain is left to the browser', async (page) => {
  await load(page, 'catalog/component/');
  const prevented = (change, link = '.c-name .entity') =>
    page.evaluate(`(() => {
    let seen;
    addEventListener('click', (event) => { seen = event.defaultPrevented; event.preventDefault(); }, { once: true });
    document.querySelector(${JSON.stringify(link)}).dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...${JSON.stringify(change)} }));
    return seen;
  })()`);
  assert.equal(await prevented({ ctrlKey: true }), false);
  assert.equal(await prevented({ shiftKey: true }), false);
  assert.equal(await prevented({ button: 1 }), false);
  assert.equal(await prevented({}, '.skip'), false);
  assert.equal(await prevented({}), true);
  await page.settle(500);
  // What is not there is the host's to say.
  await page.evaluate('void (window.same = true)');
  await move(page, `${url}catalog/default/component/nobody/`);
  await page.settle(500);
  page.problems.splice(0);
  assert.equal(await isSame(page), false);
  assert.match(await page.evaluate('document.title'), /not found/i);
});

test('a page of another build is loaded whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'playbill-site-'));
  await cp(site, folder, { recursive: true });
  const other = await serve(folder, base);
  const page = await browser.page();
  try {
    await page.goto(`${other.url}explore/`);
    await page.evaluate(
      `document.querySelector('.brand').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))`,
    );
    await page.settle(300);
    await page.evaluate('void (window.same = true)');
    const name = (await readdir(join(folder, 'static'))).find((file) => /^app\..*js$/.test(file));
    await rename(join(folder, 'static', name), join(folder, 'static', 'app.0.js'));
    const status = join(folder, 'status/index.html');
    await writeFile(status, (await readFile(status, 'utf8')).replaceAll(name, 'app.0.js'));
    await move(page, `${other.url}status/`);
    await page.settle(300);
    assert.equal(await isSame(page), false);
    assert.match(await text(page, 'h1'), /Status/);
    assert.deepEqual(page.problems, []);
  } finally {
    await page.close();
    other.stop();
    await rm(folder, { recursive: true });
  }
});
