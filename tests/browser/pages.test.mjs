// Looks at a built site in a real browser: `PLAYBILL_SITE=FOLDER node --test tests/browser/pages.test.mjs`.
// Pictures of the pages are taken by pictures.mjs.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch, serve } from './chromium.mjs';
import { samples } from './samples.mjs';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';
assert(existsSync(join(site, 'index.html')), `there is no site in ${site}: build one, or say where in PLAYBILL_SITE`);
// The page for unknown addresses is the only one that knows where the site is meant to be.
const base = /<link rel="stylesheet" href="(.*)static\//.exec(await readFile(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
after(async () => {
  await browser.stop();
  stop();
});

/** Runs a test in a tab of its own; nothing may be asked of other hosts, and the console must stay silent. */
function check(name, options, body) {
  test(name, async () => {
    const page = await browser.page(options);
    try {
      await body(page);
      const foreign = page.requests.filter(
        (request) => !request.startsWith(url) && !/^(data|about|blob):/.test(request),
      );
      assert.deepEqual(foreign, [], 'requests leave the site');
      assert.deepEqual(page.problems, [], 'the console shows errors');
    } finally {
      await page.close();
    }
  });
}

/**
 * Collects what moves while a page loads. Layout shift is given in hundredths; less is a slow machine that paints a
 * page before all of it has arrived, and words that then take their place in a line.
 */
const watchShifts = `
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) if (value >= 0.005) window.shifts.push(value.toFixed(4) + ' ' + sources.map(({ node }) => node?.outerHTML?.slice(0, 80)).join(' | '));
  }).observe({ type: 'layout-shift', buffered: true });`;

/**
 * What moved while the page at `address` loaded, which it has just done. Where the parser stops to breathe in the middle
 * of a line, the rest of it moves that line once; what the page itself does wrong it does at every load.
 */
async function shifts(page, address) {
  let moved = await page.evaluate('window.shifts');
  for (let again = 0; moved.length && again < 2; again += 1) {
    await page.goto(address);
    moved = await page.evaluate('window.shifts');
  }
  return moved;
}

const pages = await samples(site);
for (const path of pages) {
  check(path || 'home', {}, async (page) => {
    await page.call('Page.addScriptToEvaluateOnNewDocument', { source: watchShifts });
    for (const width of [1440, 1024, 768, 375]) {
      await page.resize(width, 900);
      await page.goto(url + path);
      const over =
        await page.evaluate(`document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, .canvas, pre, .tabs, .kinds, table'))
        .slice(0, 3).map((element) => element.outerHTML.slice(0, 120))`);
      assert.deepEqual(over, [], `at ${width} the page scrolls sideways`);
      // A picture without a size shifts the layout when it arrives.
      if ((await page.evaluate(`document.querySelector('.doc img:not([width])')`)) === null)
        assert.deepEqual(await shifts(page, url + path), [], `at ${width} the layout shifts`);
    }
    assert.equal(await page.evaluate(`document.querySelectorAll('h1').length`), 1, 'one heading of the first level');
    const unnamed = await page.evaluate(`[...document.querySelectorAll('a[href], button, input:enabled')]
      .filter((element) => element.checkVisibility() && !(element.textContent.trim() || element.getAttribute('aria-label') || element.labels?.length || element.title || element.querySelector('img[alt]')))
      .map((element) => element.outerHTML.slice(0, 100))`);
    assert.deepEqual(unnamed, [], 'controls without a name');
  });
}

check('reading without scripts', { script: false }, async (page) => {
  for (const path of pages) {
    await page.goto(url + path);
    const { root } = await page.call('DOM.getDocument', { depth: 0 });
    const { nodeId } = await page.call('DOM.querySelector', { nodeId: root.nodeId, selector: 'main h1' });
    assert(nodeId, `${path} has nothing to read`);
  }
});

check('colours are kept without a flash', {}, async (page) => {
  await page.goto(url);
  const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
  const light = await background();
  await page.evaluate(`document.querySelector('[data-theme-switch]').click()`);
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'light');
  await page.evaluate(`document.querySelector('[data-theme-switch]').click()`);
  const dark = await background();
  assert.notEqual(dark, light);
  await page.goto(`${url}catalog/`);
  assert.equal(await background(), dark, 'the next page has forgotten');
});

check('the filters of the catalog', {}, async (page) => {
  await page.goto(`${url}catalog/?filters[kind]=component&filters[lifecycles]=production`);
  await page.settle(500);
  const state = await page.evaluate(
    `({ rows: document.querySelectorAll('[data-results] tbody tr').length, count: Number(document.querySelector('[data-count]').textContent.replace(',', '')), hidden: document.querySelector('[data-listing]').hidden, chosen: document.querySelector('[data-chosen]').textContent })`,
  );
  assert(state.hidden && state.rows > 0 && state.count >= state.rows, JSON.stringify(state));
  assert.match(state.chosen, /production/);
  await page.evaluate(`document.querySelector('.chosen').click()`);
  await page.settle();
  assert.equal(await page.evaluate('location.search'), '?filters[kind]=component');
  await page.evaluate(`document.querySelector('[data-filter] input').focus()`);
  await page.type('zzzz-nothing');
  assert.match(await page.evaluate(`document.querySelector('[data-results]').textContent`), /Nothing matches/);
});

check('columns sort, and the address says how', {}, async (page) => {
  await page.goto(`${url}catalog/component/`);
  await page.settle(500);
  const owners = () =>
    page.evaluate(
      `[...document.querySelectorAll('[data-results] tbody tr')].map((row) => row.cells[[...document.querySelectorAll('[data-results] thead th')].findIndex((head) => head.classList.contains('c-owner'))].textContent)`,
    );
  await page.evaluate(`document.querySelector('.c-owner .sort').click()`);
  await page.settle();
  const up = await owners();
  assert.equal(await page.evaluate('location.search'), '?sort=owner');
  await page.evaluate(`document.querySelector('[data-results] .c-owner .sort').click()`);
  await page.settle();
  assert.equal(await page.evaluate('location.search'), '?sort=-owner');
  assert.notDeepEqual(await owners(), up);
  assert.deepEqual((await owners()).sort(), [...up].sort());
});

check('keys', {}, async (page) => {
  await page.goto(url);
  await page.press('?');
  assert(await page.evaluate(`document.querySelector('.keys-dialog').open`));
  await page.press('Escape', { code: 'Escape' });
  assert.equal(await page.evaluate(`document.querySelector('dialog[open]')`), null);
  if (await page.evaluate(`Boolean(document.documentElement.dataset.searchUi)`)) {
    await page.press('/');
    await page.settle(400);
    assert(await page.evaluate(`document.querySelector('.search-dialog')?.open`), 'the slash opens no search');
  }
});

check('stars and recently viewed', {}, async (page) => {
  const entity = pages.find((path) => path.startsWith('catalog/default/component/'));
  await page.goto(url + entity);
  await page.evaluate(`document.querySelector('[data-star]').click()`);
  assert.equal(await page.evaluate(`document.querySelector('[data-star]').getAttribute('aria-pressed')`), 'true');
  await page.goto(url);
  const links = await page.evaluate(
    `[...document.querySelectorAll('[data-starred] a, [data-recent] a')].map((link) => link.href)`,
  );
  assert.deepEqual(links, [url + entity, url + entity]);
});

check('the page for unknown addresses', {}, async (page) => {
  await page.goto(`${url}catalog/default/component/`);
  page.problems.splice(0); // The browser reports the answer itself.
  assert.match(await page.evaluate(`document.querySelector('main').textContent`), /no page at this address/);
});
