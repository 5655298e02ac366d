// Looks at a built site in a real browser: `node tests/browser/pages.mjs SITE [FOLDER-FOR-SCREENSHOTS]`.
import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, serve } from './chromium.mjs';

const [site, shots] = process.argv.slice(2);
assert(site, 'usage: node pages.mjs SITE [FOLDER-FOR-SCREENSHOTS]');
const { url, stop } = await serve(site);
const browser = await launch();
const failures = [];
let checks = 0;

async function check(name, options, body) {
  const page = await browser.page(options);
  checks += 1;
  try {
    await body(page);
    const foreign = page.requests.filter((request) => !request.startsWith(url) && !/^(data|about|blob):/.test(request));
    assert.deepEqual(foreign, [], 'requests leave the site');
    assert.deepEqual(page.problems, [], 'the console shows errors');
  } catch (error) {
    failures.push(name);
    console.error(`FAILED ${name}\n  ${String(error.message).replaceAll('\n', '\n  ')}`);
  } finally {
    await page.close();
  }
}

/** The first entity of each kind and one page of each other type. */
async function samples() {
  const found = ['', 'catalog/', 'api-docs/', 'docs/', 'explore/', 'create/', 'search/', 'problems/'];
  const folders = async (path) => (await readdir(join(site, path), { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  const seen = new Set();
  for (const namespace of ['default', ...await folders('catalog')]) {
    for (const kind of await folders(`catalog/${namespace}`)) {
      const [name] = await folders(`catalog/${namespace}/${kind}`);
      if (!name || seen.has(kind)) continue;
      const inside = await folders(`catalog/${namespace}/${kind}/${name}`);
      if (!inside.includes('raw')) continue;
      seen.add(kind);
      found.push(`catalog/${namespace}/${kind}/${name}/`, ...inside.filter((tab) => kind === 'component' || tab === 'definition').map((tab) => `catalog/${namespace}/${kind}/${name}/${tab}/`));
    }
  }
  for (const namespace of await folders('docs')) {
    for (const kind of await folders(`docs/${namespace}`)) {
      for (const name of (await folders(`docs/${namespace}/${kind}`)).slice(0, 3)) {
        const path = `docs/${namespace}/${kind}/${name}/`;
        found.push(path, ...(await folders(path)).slice(0, 2).map((page) => `${path}${page}/`));
      }
    }
  }
  return found;
}

const pages = await samples();
for (const path of pages) {
  for (const width of [1440, 1024, 768, 375]) {
    await check(`${path || 'home'} at ${width}`, { width, height: 900 }, async (page) => {
      await page.call('Page.addScriptToEvaluateOnNewDocument', { source: `
        window.shift = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });` });
      await page.goto(url + path);
      const { wide, over } = await page.evaluate(`(() => {
        const wide = document.documentElement.scrollWidth - innerWidth;
        const over = wide > 0 ? [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, pre, .tabs, .kinds, table')).slice(0, 3).map((element) => element.outerHTML.slice(0, 120)) : [];
        return { wide, over };
      })()`);
      assert(wide <= 0, `the page scrolls sideways by ${wide} px: ${over.join(' | ')}`);
      const shift = await page.evaluate('window.shift');
      assert(shift < 0.001, `the layout shifts by ${shift}`);
      assert.equal(await page.evaluate(`document.querySelectorAll('h1').length`), 1, 'exactly one heading of the first level');
      const unnamed = await page.evaluate(`[...document.querySelectorAll('a[href], button, input')].filter((element) => element.checkVisibility() && !(element.textContent.trim() || element.getAttribute('aria-label') || element.labels?.length || element.title || element.querySelector('img[alt]'))).map((element) => element.outerHTML.slice(0, 100))`);
      assert.deepEqual(unnamed, [], 'controls without a name');
    });
  }
  if (shots) {
    await mkdir(shots, { recursive: true });
    for (const [width, dark] of [[1440, false], [1440, true], [375, false], [375, true]]) {
      await check(`picture of ${path}`, { width, height: 1000, dark }, async (page) => {
        await page.goto(url + path);
        await writeFile(join(shots, `${(path || 'home').replaceAll('/', '_')}${width}${dark ? '-dark' : ''}.png`), await page.screenshot());
      });
    }
  }
}

await check('reading without scripts', { script: false }, async (page) => {
  for (const path of pages) {
    await page.goto(url + path);
    const { root } = await page.call('DOM.getDocument', { depth: 0 });
    const { nodeId } = await page.call('DOM.querySelector', { nodeId: root.nodeId, selector: 'main h1' });
    assert(nodeId, `${path} has nothing to read`);
  }
});

await check('colours are kept without a flash', {}, async (page) => {
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

await check('the filters of the catalog', {}, async (page) => {
  await page.goto(`${url}catalog/?filters[kind]=component&filters[lifecycles]=production`);
  await page.settle(500);
  const state = await page.evaluate(`({ rows: document.querySelectorAll('[data-results] tbody tr').length, count: Number(document.querySelector('[data-count]').textContent.replace(',', '')), hidden: document.querySelector('[data-listing]').hidden, chosen: document.querySelector('[data-chosen]').textContent })`);
  assert(state.hidden && state.rows > 0 && state.count >= state.rows, JSON.stringify(state));
  assert.match(state.chosen, /production/);
  await page.evaluate(`document.querySelector('.chosen').click()`);
  await page.settle();
  assert.equal(await page.evaluate('location.search'), '?filters[kind]=component');
  await page.evaluate(`document.querySelector('[data-filter] input').focus()`);
  await page.type('zzzz-nothing');
  assert.match(await page.evaluate(`document.querySelector('[data-results]').textContent`), /Nothing matches/);
});

await check('keys', {}, async (page) => {
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

await check('stars and recently viewed', {}, async (page) => {
  const entity = pages.find((path) => path.startsWith('catalog/default/component/'));
  await page.goto(url + entity);
  await page.evaluate(`document.querySelector('[data-star]').click()`);
  assert.equal(await page.evaluate(`document.querySelector('[data-star]').getAttribute('aria-pressed')`), 'true');
  await page.goto(url);
  const links = await page.evaluate(`[...document.querySelectorAll('[data-starred] a, [data-recent] a')].map((link) => link.href)`);
  assert.deepEqual(links, [url + entity, url + entity]);
});

await check('the page for unknown addresses', {}, async (page) => {
  await page.goto(`${url}catalog/default/component/`);
  page.problems.splice(0); // The browser reports the answer itself.
  assert.match(await page.evaluate(`document.querySelector('main').textContent`), /no page at this address/);
});

await browser.stop();
stop();
console.log(`${checks - failures.length} of ${checks} checks passed`);
process.exitCode = failures.length ? 1 : 0;
