// The search dialogue and the search page in a real browser, over a site that `PLAYBILL` (a binary) builds from
// `search_site/`. Run: PLAYBILL=target/debug/playbill node --test tests/browser/dialog.test.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, serve } from './chromium.mjs';

const binary = process.env.PLAYBILL ?? 'target/debug/playbill';
const site = mkdtempSync(join(tmpdir(), 'playbill-search-'));
execFileSync(binary, ['build', fileURLToPath(new URL('search_site', import.meta.url)), '-o', site], {
  stdio: 'ignore',
});
const { url, stop } = await serve(site, '/portal/');
const browser = await launch();
after(async () => {
  await browser.stop();
  stop();
  rmSync(site, { recursive: true, force: true });
});

/** Runs a test in a tab of its own; the console must stay silent unless the test takes the network away. */
function check(name, body, { silent = true } = {}) {
  test(name, async () => {
    const page = await browser.page();
    try {
      await body(page);
      // The browser says so itself when it leaves out the transition to the next page.
      const own = page.problems.filter((problem) => !/Transition was (aborted|skipped)/.test(problem));
      if (silent) assert.deepEqual(own, []);
    } finally {
      await page.close();
    }
  });
}

const hits = (page) => page.evaluate(`[...document.querySelectorAll('[role=option]')].map((one) => one.href)`);
const value = (page) => page.evaluate(`document.activeElement.value`);
const network = (page, conditions) =>
  page.call('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
    ...conditions,
  });
/** Waits for a condition; says what it was if it does not come true. */
async function until(page, expression) {
  for (let turn = 0; turn < 60; turn++) {
    if (await page.evaluate(expression)) return;
    await page.settle(100);
  }
  assert.fail(`never true: ${expression}`);
}
// Before anything is typed, pages are listed: only answers are counted.
const answered = `document.querySelectorAll('.search-dialog .hit-count').length > 0`;
async function ask(page, text) {
  await page.goto(url);
  await page.press('/');
  await until(page, `Boolean(document.querySelector('.search-dialog')?.open)`);
  await page.type(text);
  await until(page, `Boolean(document.querySelector('.search-dialog .hit-count, .search-dialog .hit-none'))`);
}

check('the keyboard is enough', async (page) => {
  await ask(page, 'fade times');
  const [first, second] = await hits(page);
  assert.match(first, /guide\/cues\/\?h=fade\+times#fade-times$/);
  await page.press('ArrowDown');
  const chosen = () =>
    page.evaluate(`document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.href`);
  assert.equal(await chosen(), first);
  if (second) {
    await page.press('ArrowDown');
    assert.equal(await chosen(), second);
    await page.press('ArrowUp');
  }
  assert.match(await page.evaluate(`document.querySelector('.search-dialog [role=status]').textContent`), /result/);
  await page.press('Enter');
  await until(page, `location.pathname.endsWith('/guide/cues/')`);
  // The page shows what was looked for, and the query is remembered.
  await until(page, `document.querySelectorAll('mark.found').length > 1`);
  await page.press('/');
  await until(
    page,
    `[...document.querySelectorAll('.search-dialog [role=option]')].some((one) => one.textContent === 'fade times')`,
  );
  await page.press('Escape', { code: 'Escape' });
  assert.equal(await page.evaluate(`document.querySelector('dialog[open]')`), null);
});

check('what is typed before anything has loaded is answered, on a slow network', async (page) => {
  await page.goto(url);
  await network(page, { latency: 400 });
  await page.press('/');
  for (const letter of 'lamps') await page.press(letter);
  await until(page, answered);
  assert.equal(await value(page), 'lamps');
});

check(
  'what was loaded is answered offline',
  async (page) => {
    await ask(page, 'lamps');
    const before = await hits(page);
    assert.ok(before.length > 0);
    await network(page, { offline: true });
    await page.evaluate(`document.activeElement.select()`);
    await page.type('lamps ');
    assert.deepEqual(
      await hits(page),
      before.map((href) => href),
    );
  },
  { silent: false },
);

check('scripts without blanks and accents', async (page) => {
  await ask(page, '照明');
  assert.match((await hits(page))[0], /guide\/languages\//);
  await page.evaluate(`document.activeElement.select()`);
  await page.type('eclairage scene');
  await until(page, `document.querySelector('[role=option]')?.href.includes('h=eclairage')`);
  assert.match((await hits(page))[0], /guide\/languages\//);
  await until(page, `[...document.querySelectorAll('.hits mark')].some((one) => one.textContent === 'Éclairage')`);
});

check('markup in titles and texts is text', async (page) => {
  await ask(page, 'dimmer');
  assert.ok((await hits(page)).some((href) => href.includes('dimmer-bridge')));
  assert.equal(
    await page.evaluate(
      `document.querySelector('.search-dialog .hits img, .search-dialog .hits script, .search-dialog .hits b b')`,
    ),
    null,
  );
  assert.match(await page.evaluate(`document.querySelector('.search-dialog .hits').textContent`), /<img src=x/);
  await page.evaluate(`document.activeElement.select()`);
  await page.type('<img src=x onerror=alert(1)>zzz');
  await page.settle(400);
  assert.notEqual(await page.evaluate('document.title'), 'broken in');
});

check('an answer that is none says what to try', async (page) => {
  await ask(page, 'qqqqzzzz');
  assert.match(
    await page.evaluate(`document.querySelector('.search-dialog .hit-none').textContent`),
    /Nothing found for “qqqqzzzz”.*No text here has “qqqqzzzz”/,
  );
});

check('this documentation or everything', async (page) => {
  await page.goto(`${url}docs/default/component/lighting-desk/`);
  await page.press('/');
  await until(page, `Boolean(document.querySelector('.search-dialog')?.open)`);
  await page.type('lamps');
  await until(page, answered);
  const everywhere = await hits(page);
  assert.ok(everywhere.some((href) => href.includes('dimmer-bridge')));
  await page.evaluate(
    `(() => { const scope = document.querySelector('.search-scope'); scope.value = 'ref component:default/lighting-desk'; scope.dispatchEvent(new Event('change')); })()`,
  );
  await until(
    page,
    `document.querySelectorAll('.search-dialog [role=option]').length && ![...document.querySelectorAll('.search-dialog [role=option]')].some((one) => one.href.includes('dimmer-bridge'))`,
  );
});

check('this system, from an entity or its documentation', async (page) => {
  for (const path of ['catalog/default/component/curtain/', 'docs/default/component/lighting-desk/']) {
    await page.goto(url + path);
    await page.press('/');
    await until(page, `Boolean(document.querySelector('.search-dialog')?.open)`);
    await page.type('lamps');
    await until(
      page,
      `[...document.querySelectorAll('.search-dialog [role=option]')].some((one) => one.href.includes('dimmer-bridge'))`,
    );
    await page.evaluate(
      `(() => { const scope = document.querySelector('.search-scope'); scope.value = 'system system:default/stage'; scope.dispatchEvent(new Event('change')); })()`,
    );
    await until(
      page,
      `document.querySelectorAll('.search-dialog [role=option]').length && ![...document.querySelectorAll('.search-dialog [role=option]')].some((one) => one.href.includes('dimmer-bridge'))`,
    );
    const found = (await hits(page)).join(' ');
    for (const part of ['component/curtain/', 'system/stage/', 'component/lighting-desk/'])
      assert.ok(found.includes(part), found);
    assert.match(
      await page.evaluate(`document.querySelector('.hit-keys a').search`),
      /filters%5Bsystem%5D=system%3Adefault%2Fstage/,
    );
  }
});

check('answers are made in a worker', async (page) => {
  await ask(page, 'lamps');
  assert.ok((await hits(page)).length > 0);
  // What a worker loads is not among what the page loads.
  assert.equal(
    await page.evaluate(`performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.bin')).length`),
    0,
  );
});

check('where no worker can be had, the page answers itself', async (page) => {
  await page.goto(url);
  await page.evaluate('window.Worker = undefined');
  await page.press('/');
  await until(page, `Boolean(document.querySelector('.search-dialog')?.open)`);
  await page.type('lamps');
  await until(page, answered);
  assert.ok(
    (await page.evaluate(
      `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.bin')).length`,
    )) > 0,
  );
});

check('when the worker dies, the page answers what was asked of it', async (page) => {
  for (const death of ['terminate()', `dispatchEvent(new Event('error'))`]) {
    await page.goto(url);
    await page.evaluate(
      `void (window.Worker = class extends Worker { constructor(...all) { super(...all); window.last = this; } })`,
    );
    await page.press('/');
    await until(page, `Boolean(document.querySelector('.search-dialog')?.open)`);
    await page.type('lamps');
    await until(page, answered);
    await page.evaluate(`window.last.${death}`);
    await page.evaluate(`document.activeElement.select()`);
    await page.type('qqqqzzzz');
    // One that dies without a word is missed after a while.
    await page.settle(death === 'terminate()' ? 8000 : 0);
    await until(page, `Boolean(document.querySelector('.search-dialog .hit-none'))`);
    await page.evaluate(`document.activeElement.select()`);
    await page.type('fade times');
    await until(page, answered);
  }
});

check('before anything is typed the search page shows ways on, and what was asked last', async (page) => {
  await page.goto(`${url}search/`);
  const browse = () =>
    page.evaluate(
      `[...document.querySelectorAll('[data-search-browse] a')].filter((one) => one.checkVisibility()).map((one) => one.textContent)`,
    );
  assert.ok((await browse()).includes('Stage crew 4'), String(await browse()));
  assert.ok((await browse()).includes('Components 3'), String(await browse()));
  await page.goto(`${url}search/?query=lamps`);
  await until(page, `document.querySelectorAll('[role=option]').length > 0`);
  assert.deepEqual(await browse(), []);
  await page.evaluate(`document.querySelector('[role=option]').click()`);
  await until(page, `!location.pathname.endsWith('/search/')`);
  await page.goto(`${url}search/`);
  await until(page, `[...document.querySelectorAll('[role=option]')].some((one) => one.textContent === 'lamps')`);
});

const groups = (page, within) =>
  page.evaluate(
    `[...document.querySelectorAll('${within} [role=group]')].map((one) => [one.firstElementChild.textContent, ...[...one.querySelectorAll('[role=option]')].map((line) => line.classList.contains('hit-more') ? line.textContent : new URL(line.href).pathname)])`,
  );

check('what is called so comes before what carries the word, three of a group at most', async (page) => {
  const look = async (within) => {
    await until(page, `document.querySelectorAll('${within} [role=group]').length === 4`);
    const found = await groups(page, within);
    assert.deepEqual(
      found.map(([title]) => title),
      ['Catalog', 'Documentation', 'Operations', 'Types and messages'],
    );
    assert.equal(found[0][1], '/portal/catalog/default/component/curtain/');
    assert.equal(found[1][1], '/portal/docs/default/component/lighting-desk/guide/curtain/');
    for (const [, ...lines] of found)
      assert.ok(lines.filter((line) => line.startsWith('/')).length <= 3, lines.join(' '));
    assert.equal(found[2].at(-1), '2 more');
    assert.match(found[3].at(-1), /more$/);
  };
  await ask(page, 'curtain');
  await look('.search-dialog');
  // The rest of a group is shown in its place, by keyboard, too.
  await page.evaluate(`void document.querySelector('.hit-more').click()`);
  await until(page, `document.querySelectorAll('.search-dialog [role=group]:nth-child(3) [role=option]').length === 5`);
  assert.equal((await groups(page, '.search-dialog'))[2].length, 6);
  await page.goto(`${url}search/?query=curtain`);
  await look('.page-hits');
});

check('each thing is found first by the first word of its title', async (page) => {
  for (const [word, path] of [
    ['lighting', 'component/lighting-desk/'],
    ['everything', 'system/stage/'],
    ['carpenters', 'group/carpenters/'],
    ['fly', 'api/fly-api/'],
    ['curtain', 'component/curtain/'],
  ]) {
    await page.goto(`${url}search/?query=${word}`);
    await until(page, `document.querySelectorAll('.page-hits [role=option]').length > 0`);
    assert.equal((await hits(page))[0], `${url}catalog/default/${path}`, word);
    await ask(page, word);
    await until(page, `document.querySelectorAll('.search-dialog [role=option]').length > 0`);
    const first = await page.evaluate(`document.querySelector('.search-dialog [role=option]').href`);
    assert.equal(first, `${url}catalog/default/${path}`, word);
  }
});

check('the dialogue opens with what was seen and starred, pages, and the verbs', async (page) => {
  await page.goto(`${url}catalog/default/component/curtain/`);
  await page.evaluate(`void document.querySelector('[data-star]').click()`);
  await page.goto(`${url}catalog/default/component/lighting-desk/`);
  await page.press('/');
  await until(page, `document.querySelectorAll('.search-dialog [role=group]').length > 2`);
  const found = await groups(page, '.search-dialog');
  const of = (title) => found.find(([one]) => one === title)?.slice(1);
  assert.deepEqual(
    of('Recently viewed'),
    ['lighting-desk', 'curtain'].map((name) => `/portal/catalog/default/component/${name}/`),
  );
  assert.deepEqual(of('Starred'), ['/portal/catalog/default/component/curtain/']);
  for (const path of ['', 'catalog/', 'docs/', 'search/', 'status/'])
    assert.ok(of('Pages').includes(`/portal/${path}`), path);
  assert.equal(
    await page.evaluate(`[...document.querySelectorAll('.hit-verbs kbd')].map((one) => one.textContent).join(' ')`),
    'o: k: l: api: doc: >',
  );
});

check('verbs narrow what is looked for', async (page) => {
  const answers = async (text, path) => {
    await ask(page, text);
    await until(page, `document.querySelectorAll('.search-dialog [role=option]').length > 0`);
    const all = await page.evaluate(
      `[...document.querySelectorAll('.search-dialog [role=option]:not(.hit-more)')].map((one) => new URL(one.href).pathname)`,
    );
    assert.ok(all.length > 0 && all.every((one) => path.test(one)), `${text}: ${all}`);
    return all;
  };
  await answers('doc: lamps', /^\/portal\/docs\//);
  await answers('doc:lamps', /^\/portal\/docs\//);
  await answers('api: curtain', /\/api\/fly-api\//);
  await answers('k:sys', /\/system\//);
  await answers('lamps k:system', /\/system\/stage\//);
  assert.deepEqual(await answers('o:carp', /fly-api|carpenters/), ['/portal/catalog/default/api/fly-api/']);
  // Who has a level, on any scorecard or on one; documents of theirs have none.
  const gold = ['dimmer-bridge', 'lighting-desk'].map((name) => `/portal/catalog/default/component/${name}/`);
  assert.deepEqual((await answers('l:gold', /./)).sort(), gold);
  assert.deepEqual((await answers('level:ready=gold lamps', /./)).sort(), gold);
  assert.deepEqual(await answers('l:bronze', /./), ['/portal/catalog/default/component/curtain/']);
  // A reference is no verb.
  assert.equal((await answers('api:default/fly-api', /./))[0], '/portal/catalog/default/api/fly-api/');
  // An open verb lists what it can be about.
  await page.goto(url);
  await page.press('/');
  await page.type('o:');
  await until(
    page,
    `[...document.querySelectorAll('.search-dialog [role=option]')].some((one) => one.textContent === 'crew (4)')`,
  );
  await page.evaluate(`void document.querySelector('.search-dialog [role=option]').click()`);
  assert.equal(await value(page), 'o:crew ');
  await until(
    page,
    `[...document.querySelectorAll('.search-dialog [role=option]')].some((one) => one.href.endsWith('/dimmer-bridge/'))`,
  );
  await page.goto(url);
  await page.press('/');
  await page.type('l:');
  await until(
    page,
    `[...document.querySelectorAll('.search-dialog [role=option]')].some((one) => one.textContent === 'ready=gold (2)')`,
  );
});

check('pages and actions are called by their names', async (page) => {
  await page.goto(url);
  await page.press('/');
  await page.type('> expl');
  await until(page, `document.querySelectorAll('.search-dialog [role=option]').length === 1`);
  await page.press('Enter');
  await until(page, `location.pathname === '/portal/explore/'`);
  await page.press('/');
  await page.type('>switch theme');
  await until(page, `document.querySelectorAll('.search-dialog [role=option]').length === 1`);
  await page.press('Enter');
  await until(page, `document.documentElement.dataset.theme === 'light' && !document.querySelector('dialog[open]')`);
});

check('the search page filters, and says so in its address as Backstage does', async (page) => {
  await page.goto(`${url}search/?query=lamps&filters[lifecycle][]=experimental`);
  await until(page, `document.querySelectorAll('[role=option]').length > 0`);
  assert.deepEqual(
    (await hits(page)).map((href) => href.slice(url.length)),
    ['catalog/default/component/dimmer-bridge/'],
  );
  await page.evaluate(
    `(() => { const list = document.querySelector('[name=lifecycle]'); list.value = ''; list.dispatchEvent(new Event('change')); })()`,
  );
  await until(page, `document.querySelectorAll('[role=option]').length > 1`);
  assert.match(await page.evaluate(`document.querySelector('[name=tag]').textContent`), /lamps \(\d+\)/);
  await page.goto(`${url}search/?query=lamps&types[]=techdocs`);
  await until(page, `document.querySelectorAll('[role=option]').length > 0`);
  assert.ok((await hits(page)).every((href) => href.startsWith(`${url}docs/`)));
  assert.match(await page.evaluate('location.search'), /query=lamps/);
});
