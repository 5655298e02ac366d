// What readers do, in a real browser on the built example: find an owner, an API, a runbook, who is affected; filter and
// share; star; with keys alone, on a phone, without scripts. And what it costs them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch, serve } from './chromium.mjs';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';
const base = /<link rel="stylesheet" href="(.*)static\//.exec(await readFile(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
after(async () => {
  await browser.stop();
  stop();
});

function check(name, options, body) {
  test(name, async () => {
    const page = await browser.page(options);
    try {
      await body(page);
      assert.deepEqual(page.problems, [], 'the console shows errors');
    } finally {
      await page.close();
    }
  });
}

/** Waits until something holds on a page. */
async function until(page, expression) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await page.evaluate(`Boolean(${expression})`)) return;
    await page.settle(50);
  }
  assert.fail(`it never holds: ${expression}`);
}
const text = (page, selector) =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent.trim()`);
/** Follows the link whose words are given, as a click would. */
async function follow(page, words, within = 'body') {
  const href = await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(within)} + ' a[href]')].find((link) => link.textContent.trim() === ${JSON.stringify(words)})?.href`,
  );
  assert(href, `there is no link "${words}"`);
  await page.goto(href);
}

for (const [name, options] of [
  ['', {}],
  [' on a phone', { width: 375, height: 800 }],
]) {
  check(`who owns a service, its API and its runbook${name}`, options, async (page) => {
    await page.goto(`${url}catalog/component/`);
    await follow(page, 'Booking Service', 'main');
    assert.match(await text(page, '.by-owner'), /Box Office Crew/);
    await follow(page, 'Booking API', '#provided-apis');
    assert.match(await text(page, 'h1'), /Booking API/);
    await follow(page, 'Definition', '.tabs');
    assert(await page.evaluate(`document.querySelector('.api-main .verb') !== null`), 'the definition is not there');
    await page.goto(`${url}catalog/default/component/booking-service/`);
    await follow(page, 'Docs', '.tabs');
    await follow(page, 'Runbook', '[data-techdocs=nav]');
    assert.match(await text(page, 'article h1'), /Runbook/);
  });
}

check('who is affected if a service fails', { script: false }, async (page) => {
  await page.goto(`${url}catalog/default/component/booking-service/dependencies/`);
  const html = await readFile(join(site, 'catalog/default/component/booking-service/dependencies/index.html'), 'utf8');
  const section = html.slice(html.indexOf('id="needed-by"'));
  for (const name of ['Booking API', 'Waiting Room', 'Storefront'])
    assert(section.includes(`<span>${name}</span>`), `${name} is not among them`);
  assert.match(section, /Owned by/);
  assert.match(html, /<svg class="graph[^>]*aria-label="What Booking Service needs/);
});

check('a whole documentation on one page', {}, async (page) => {
  await page.goto(`${url}docs/default/component/booking-service/`);
  await follow(page, 'All on one page', '.reader-nav');
  assert.match(await page.evaluate('location.pathname'), /\/print\/$/);
  const parts = await page.evaluate(`document.querySelectorAll('[data-techdocs=whole] > section').length`);
  assert(parts > 2, `${parts} parts`);
  const lost = await page.evaluate(
    `[...document.querySelectorAll('[data-techdocs=whole] a[href^="#"], .whole-contents a')].filter((link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).map((link) => link.hash)`,
  );
  assert.deepEqual(lost, [], 'links that lead nowhere');
  const twice = await page.evaluate(
    `[...document.querySelectorAll('[id]')].map((it) => it.id).filter((id, at, all) => all.indexOf(id) !== at)`,
  );
  assert.deepEqual(twice, [], 'names of two places');
});

check('a filtered list is shared by its address', {}, async (page) => {
  await page.goto(
    `${url}catalog/?filters[kind]=component&filters[owners]=group:default/box-office-crew&filters[tags]=kotlin`,
  );
  await page.settle(500);
  const rows = () =>
    page.evaluate(
      `[...document.querySelectorAll('[data-results] tbody .c-name .entity')].map((link) => link.textContent)`,
    );
  const found = await rows();
  assert(found.length > 0 && found.every((name) => name.startsWith('Booking')), found.join());
  const shared = await page.evaluate('location.href');
  await page.goto(`${url}catalog/`);
  await page.goto(shared);
  await page.settle(500);
  assert.deepEqual(await rows(), found);
  await page.goto(`${url}api-docs/?filters[type]=openapi`);
  await page.settle(500);
  assert.equal((await rows()).length, 3);
});

const links = (page, selector) =>
  page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((link) => link.textContent.trim())`);

check('a tag, a type and an owner lead to their lists without script', { script: false }, async (page) => {
  // Chromium does not evaluate where scripts are off, so that the pages are read.
  const read = async (path) =>
    (await readFile(join(site, path, 'index.html'), 'utf8')).replace(/^[\s\S]*<main/, '<main');
  const names = (html) =>
    [...html.matchAll(/<th scope="row"[^>]*><a [^>]*>.*?<span>(.*?)<\/span>/g)].map((match) => match[1]);
  const from = 'catalog/default/component/booking-service/';
  const entity = await read(from);
  for (const [words, path] of [
    ['kotlin', 'tag/kotlin/'],
    ['service', 'type/component/service/'],
  ]) {
    assert(entity.includes(`href="../../../../${path}">${words}</a>`), `${words} leads elsewhere`);
    const listed = names(await read(path));
    assert(listed.length > 1 && listed.includes('Booking Service'), `${path}: ${listed}`);
  }
  const owner = await read('catalog/default/group/box-office-crew/');
  assert.match(owner, /href="..\/..\/..\/..\/owner\/default\/group\/box-office-crew\/\?filters\[kind\]=component/);
  assert(names(await read('owner/default/group/box-office-crew/')).includes('Booking Service'));
  await page.goto(`${url}tag/kotlin/`);
});

check('the list of a tag is the catalog with the tag chosen', {}, async (page) => {
  await page.goto(`${url}tag/kotlin/`);
  await page.settle(500);
  const all = await links(page, '[data-listing] .c-name .entity');
  assert(
    await page.evaluate(
      `!document.querySelector('[data-listing]').hidden && document.querySelector('[data-results]').hidden`,
    ),
  );
  const box = (words) =>
    `[...document.querySelectorAll('[data-facets] label')].find((label) => label.querySelector('span').textContent === ${JSON.stringify(words)}).querySelector('input')`;
  assert.equal(await page.evaluate(`${box('kotlin')}.checked`), true);
  await page.evaluate(`${box('experimental')}.click()`);
  await page.settle(300);
  const some = await links(page, '[data-results] .c-name .entity');
  assert(some.length > 0 && some.length < all.length && some.every((name) => all.includes(name)), `${some} of ${all}`);
  assert.equal(
    await page.evaluate('location.pathname + location.search'),
    `${new URL(url).pathname}tag/kotlin/?filters[lifecycles]=experimental`,
  );
  // Without the tag it is the whole catalog, and what else was chosen stays.
  await page.evaluate(`${box('kotlin')}.click()`);
  await page.settle(800);
  assert.equal(
    await page.evaluate('location.pathname + location.search'),
    `${new URL(url).pathname}catalog/?filters[lifecycles]=experimental`,
  );
  assert((await links(page, '[data-results] .c-name .entity')).length > some.length);
});

check('a saved view filters within what it has, and keeps its columns and order', {}, async (page) => {
  await page.goto(`${url}views/services-in-production/`);
  await page.settle(800);
  const listed = await links(page, '[data-listing] .c-name .entity');
  const heads = await links(page, '[data-listing] thead th');
  assert.deepEqual(heads.slice(0, 4), ['Name', 'Owner', 'System', 'Impact']);
  assert(!listed.includes('Callboard'), 'the view has more than it asks for');
  await page.evaluate(`document.querySelector('[data-filter] input').focus()`);
  await page.type('box office');
  await page.settle(500);
  const found = await links(page, '[data-results] .c-name .entity');
  assert(found.length > 1 && found.length < listed.length, found.join());
  assert.deepEqual(
    found,
    listed.filter((name) => found.includes(name)),
  );
  assert.deepEqual(await links(page, '[data-results] thead th'), heads);
});

check('a reader chooses the columns of a list and saves what it shows', {}, async (page) => {
  await page.goto(`${url}catalog/component/?filters[lifecycles]=production&filters[text]=box`);
  await page.settle(500);
  await page.evaluate(
    `(() => { window.saved = []; const make = URL.createObjectURL; URL.createObjectURL = (blob) => { saved.push(blob.text()); return make.call(URL, blob); }; })()`,
  );
  await page.evaluate(`document.querySelector('[data-columns-tool]').click()`);
  await page.settle(500);
  assert.equal(await page.evaluate(`document.activeElement.type`), 'checkbox');
  const choose = (words) =>
    page.evaluate(
      `[...document.querySelectorAll('.menu label')].find(({ textContent }) => textContent === ${JSON.stringify(words)}).querySelector('input').click()`,
    );
  for (const words of ['System', 'Type', 'Lifecycle', 'Description', 'Tags', 'Impact', 'Build']) await choose(words);
  await page.settle(500);
  assert.deepEqual(await links(page, '[data-results] thead th'), ['Name', 'Owner', 'Readiness']);
  assert.match(await page.evaluate('location.search'), /&columns=owner,own-1$/);
  const shown = await links(page, '[data-results] .c-name .entity');
  for (const words of ['CSV', 'JSON', 'NDJSON'])
    await page.evaluate(
      `[...document.querySelectorAll('.menu button')].find(({ textContent }) => textContent === '${words}').click()`,
    );
  const [csv, json, lines] = await page.evaluate('Promise.all(saved)');
  const rows = csv.trimEnd().split('\r\n');
  assert.equal(rows[0], '"ref","title","Owner","Readiness"');
  assert.match(
    rows.find((row) => row.includes('booking-service')),
    /^"component:default\/booking-service","Booking Service","group:default\/box-office-crew","\w+"$/,
  );
  assert.deepEqual(
    JSON.parse(json).map(({ title }) => title),
    shown,
  );
  assert.equal(lines.trimEnd().split('\n').length, shown.length);
  // The address brings the same columns back, and clearing takes them away.
  await page.goto(await page.evaluate('location.href'));
  await page.settle(500);
  assert.deepEqual(await links(page, '[data-results] thead th'), ['Name', 'Owner', 'Readiness']);
});

check('the first row of a list is near for the keyboard', {}, async (page) => {
  await page.goto(`${url}catalog/component/`);
  await page.settle(800);
  await page.evaluate(`(document.querySelector('a[href="#rows"]').click(), document.querySelector('#rows').focus())`);
  let stops = 0;
  do {
    await page.press('Tab');
    stops += 1;
  } while (stops < 40 && !(await page.evaluate(`document.activeElement.matches('tbody .entity')`)));
  assert(stops <= 15, `${stops} stops`);
});

check('what is mine', {}, async (page) => {
  await page.goto(url);
  await page.evaluate(`document.querySelector('[data-me]').click()`);
  await page.settle(500);
  await page.type('ingrid');
  await page.press('Enter', { code: 'Enter' });
  assert.match(
    await page.evaluate(`document.querySelector('[data-me]').getAttribute('aria-label')`),
    /You are Ingrid Solberg/,
  );
  assert.match(await text(page, '[data-you]'), /Ingrid Solberg/);
  await page.goto(`${url}catalog/?filters[kind]=all&filters[user]=owned`);
  await page.settle(600);
  assert((await page.evaluate(`document.querySelectorAll('[data-results] tbody tr').length`)) > 5, 'nothing is owned');
});

check('the graph follows the reader', {}, async (page) => {
  await page.goto(
    `${url}catalog-graph/?rootEntityRefs[]=component:default/booking-service&maxDepth=1&selectedKinds[]=api&selectedKinds[]=component`,
  );
  await page.settle(600);
  assert.equal(await text(page, 'h1'), 'Graph of Booking Service');
  const kinds = await page.evaluate(
    `[...document.querySelectorAll('.canvas .n')].map((node) => node.getAttribute('class').split(' ')[1])`,
  );
  assert(kinds.length > 3 && kinds.every((kind) => ['k-api', 'k-component'].includes(kind)), kinds.join());
  await page.evaluate(
    `[...document.querySelectorAll('.canvas .n')].find((node) => node.textContent.includes('Booking API')).dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))`,
  );
  await page.settle(400);
  assert.equal(await text(page, 'h1'), 'Graph of Booking API');
  assert.match(
    await page.evaluate('decodeURIComponent(location.search)'),
    /rootEntityRefs\[\]=api:default\/booking-api/,
  );
  await page.evaluate('history.back()');
  await page.settle(600);
  assert.equal(await text(page, 'h1'), 'Graph of Booking Service');
});

check('an address that is nearly right', {}, async (page) => {
  await page.goto(`${url}catalog/default/component/bookin-servise/`);
  await page.settle(500);
  page.problems.splice(0); // The browser reports the answer itself.
  assert.match(await text(page, '[data-nearest]'), /Booking Service/);
});

check('an address of Backstage with capitals leads to the page, with path, query and place', {}, async (page) => {
  const at = () => page.evaluate('location.pathname + location.search + location.hash');
  const base = new URL(url).pathname;
  await page.goto(`${url}docs/default/Component/Callboard/commands?q=A#list`);
  await page.settle(700);
  assert.equal(await at(), `${base}docs/default/component/callboard/commands/?q=A#list`);
  await page.goto(`${url}catalog/Default/Component/Callboard/`);
  await page.settle(700);
  assert.equal(await at(), `${base}catalog/default/component/callboard/`);
  // What nobody knows stays where it is.
  await page.goto(`${url}docs/default/Component/Nobody/guide`);
  await page.settle(700);
  assert.equal(await at(), `${base}docs/default/Component/Nobody/guide`);
  page.problems.splice(0); // The browser reports the answers themselves.
});

check('keys alone: the first is the skip link, and what has the focus shows it', {}, async (page) => {
  await page.goto(`${url}catalog/default/component/booking-service/`);
  await page.press('Tab', { code: 'Tab' });
  assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
  await page.press('Enter', { code: 'Enter' });
  assert.equal(await page.evaluate('location.hash'), '#main');
  const seen = new Set();
  for (let step = 0; step < 12; step += 1) {
    await page.press('Tab', { code: 'Tab' });
    const state = await page.evaluate(
      `(() => { const on = document.activeElement; return [on.outerHTML.slice(0, 80), on.closest('main') !== null, getComputedStyle(on).outlineStyle !== 'none' || on.matches('.n')]; })()`,
    );
    assert(state[1] && state[2], `${state[0]} shows no focus`);
    seen.add(state[0]);
  }
  assert(seen.size > 6, 'the focus is caught');
});

check('stars go from one browser to another by a link', {}, async (page) => {
  await page.goto(`${url}catalog/?stars=component:default/ledger,api:default/booking-api`);
  await page.settle(600);
  const rows = () =>
    page.evaluate(`[...document.querySelectorAll('[data-results] tbody .c-name .entity')].map((link) => link.title)`);
  assert.deepEqual(await rows(), ['api:default/booking-api', 'component:default/ledger']);
  await page.evaluate(
    `[...document.querySelectorAll('[data-chosen] button')].find(({ textContent }) => textContent === 'Star all 2').click()`,
  );
  await page.goto(`${url}catalog/?filters[user]=starred`);
  await page.settle(600);
  assert.deepEqual(await rows(), ['api:default/booking-api', 'component:default/ledger']);
  assert.match(await text(page, '[data-chosen]'), /Copy as a link/);
});

check('tabs stay turned to what the reader uses', {}, async (page) => {
  const path = 'docs/default/component/engineering-handbook/working/writing-docs/';
  const shown = () =>
    page.evaluate(
      `[...document.querySelectorAll('.tabbed-set > input:checked')].map((input) => input.labels[0].textContent).join()`,
    );
  await page.goto(url + path);
  assert.equal(await shown(), 'Kotlin');
  await page.evaluate(
    `[...document.querySelectorAll('.tabbed-labels label')].find(({ textContent }) => textContent === 'curl').click()`,
  );
  assert.equal(await shown(), 'curl');
  await page.goto(url + path);
  assert.equal(await shown(), 'curl');
});

check('the way from one entity to another, and systems in the place of their parts', {}, async (page) => {
  const drawn = () =>
    page.evaluate(`[...document.querySelectorAll('.canvas .n text')].map((node) => node.textContent)`);
  const relations = ['dependsOn', 'consumesApi', 'providesApi'].map((name) => `&selectedRelations[]=${name}`).join('');
  await page.goto(
    `${url}catalog-graph/?rootEntityRefs[]=component:default/storefront&to=component:default/ledger${relations}`,
  );
  await page.settle(600);
  const way = await drawn();
  assert(way.includes('Storefront') && way.includes('Ledger') && !way.includes('Seating'), way.join());
  assert.match(await text(page, '[data-graph-note]'), /on the shortest paths to component:default\/ledger/);
  await page.goto(
    `${url}catalog-graph/?rootEntityRefs[]=component:default/booking-service&rollUp=system&maxDepth=1&selectedKinds[]=system`,
  );
  await page.settle(600);
  assert((await drawn()).includes('Payments'), (await drawn()).join());
  assert(
    await page.evaluate(
      `[...document.querySelectorAll('.canvas text.l')].some(({ textContent }) => /depends on × \\d/.test(textContent))`,
    ),
    'no line says how many it stands for',
  );
  const table = await page.evaluate(`(async () => {
    const make = URL.createObjectURL;
    const saved = new Promise((done) => { URL.createObjectURL = (blob) => { done(blob.text()); return make(blob); }; });
    document.querySelector('[data-save=csv]').click();
    return saved;
  })()`);
  assert.match(
    table,
    /^"steps","entity","title","kind","owner"\r\n"0","system:default\/box-office","Box Office","System","group:/,
  );
});

check('what a service lacks to its next level, why, and how to mend it', { script: false }, async (page) => {
  await page.goto(`${url}scorecards/production/`);
  const row = await page.evaluate(
    `document.querySelector('[data-scorecard-map=production] [data-ref="component:default/seating-service"] [data-rule=runbook] a').href`,
  );
  await page.goto(row);
  const html = await readFile(join(site, 'catalog/default/component/seating-service/scorecards/index.html'), 'utf8');
  assert.match(html, /data-scorecard="production" data-rank="1" data-level="bronze"/);
  assert.match(html, /To reach Silver/);
  const rule = html.slice(
    html.indexOf('id="production-runbook"'),
    html.indexOf('</li>', html.indexOf('id="production-runbook"')),
  );
  assert.match(rule, /data-status="fail"/);
  assert.match(rule, /data-evidence="docs.pages\[0\].path" data-value="[^"]+\.md"/);
  assert.match(rule, /Add a page <code>runbook.md<\/code>/);
});

check('the map of a scorecard is filtered by owner and shared by its address', {}, async (page) => {
  await page.goto(`${url}scorecards/production/?owner=group%3Adefault%2Fseating-crew`);
  const shown = await page.evaluate(
    `[...document.querySelectorAll('[data-row]:not([hidden])')].map((row) => row.dataset.owner)`,
  );
  assert(shown.length > 0 && shown.every((owner) => owner === 'group:default/seating-crew'), shown.join());
});

check('the map of a scorecard is sorted, grouped, and shows who fails', {}, async (page) => {
  await page.goto(`${url}scorecards/production/`);
  const refs = () =>
    page.evaluate(
      `[...document.querySelectorAll('[data-row]:not([hidden])')].map((row) => [row.dataset.score, row.dataset.ownerTitle ?? ''])`,
    );
  await until(page, `document.querySelector('th[data-sort=score] button')`);
  const before = await refs();
  await page.evaluate(`document.querySelector('th[data-sort=score] button').click()`);
  await until(page, `document.querySelector('th[data-sort=score]').getAttribute('aria-sort') === 'descending'`);
  const scores = (await refs()).map(([score]) => Number(score));
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  );
  assert.equal(scores.length, before.length);
  await page.evaluate(
    `(() => { const by = document.querySelector('[data-group-by]'); by.value = 'owner'; by.dispatchEvent(new Event('change', { bubbles: true })); })()`,
  );
  await until(page, `document.querySelector('.map .group')`);
  const owners = (await refs()).map(([, owner]) => owner);
  assert.deepEqual(
    owners,
    owners.toSorted(
      (a, b) => Number(!a) - Number(!b) || a.localeCompare(b, 'en', { sensitivity: 'base', numeric: true }),
    ),
  );
  await page.evaluate(
    `(() => { const of = document.querySelector('[data-cells=status]'); of.value = 'exempt'; of.dispatchEvent(new Event('change', { bubbles: true })); })()`,
  );
  const left = await page.evaluate(
    `[...document.querySelectorAll('[data-row]:not([hidden])')].map((row) => row.querySelector('[data-status=exempt]') !== null)`,
  );
  assert(left.length > 0 && left.length < before.length && left.every(Boolean), left.join());
});

check('the map of ages is grouped, sorted and filtered', {}, async (page) => {
  await page.goto(`${url}insights/freshness/`);
  const rows = `[...document.querySelectorAll('.map [data-row]')].filter((row) => !row.hidden)`;
  await until(
    page,
    `document.querySelector('th[data-sort=snapshots] button') && document.querySelector('[data-field=kind]').options.length > 2`,
  );
  const heads = () =>
    page.evaluate(
      `[...document.querySelectorAll('.map .group')].filter((head) => !head.hidden).map((head) => head.textContent)`,
    );
  // Without a choice the rows of each owner are together.
  assert.ok((await heads()).includes('Box Office Crew'));
  await page.evaluate(
    `(() => { const list = document.querySelector('[data-field=kind]'); list.value = 'api'; list.dispatchEvent(new Event('change', { bubbles: true })); })()`,
  );
  await until(page, `document.querySelector('.map .group[hidden]')`);
  const kinds = await page.evaluate(`${rows}.map((row) => row.dataset.kind)`);
  assert.ok(kinds.length > 2 && kinds.every((kind) => kind === 'api'), kinds.join());
  assert.ok(!(await heads()).includes('Foundations'));
  await page.goto(`${url}insights/freshness/`);
  await until(page, `document.querySelector('th[data-sort=snapshots] button')`);
  await page.evaluate(
    `(() => { const list = document.querySelector('[data-group-by]'); list.value = ''; list.dispatchEvent(new Event('change')); })()`,
  );
  await page.evaluate(`void document.querySelector('th[data-sort=snapshots] button').click()`);
  await until(page, `document.querySelector('th[aria-sort=ascending]') && !document.querySelector('.map .group')`);
  assert.deepEqual(await heads(), []);
  const times = await page.evaluate(
    `${rows}.map((row) => row.querySelector('[data-evidence=snapshots] time')?.dateTime ?? 'none')`,
  );
  const known = times.filter((time) => time !== 'none');
  assert.ok(known.length > 3 && known.length < times.length);
  // The oldest first, and what has no answer last.
  assert.deepEqual(times.slice(0, known.length), [...known].sort());
});

check('a dashboard says everything without a script', { script: false }, async (page) => {
  await page.goto(`${url}dashboards/services/`);
  const rows = await page.evaluate(
    `[...document.querySelectorAll('[data-widget=pie] tr')].map((row) => Number(row.dataset.value))`,
  );
  const shown = await page.evaluate(
    `[...document.querySelectorAll('[data-widget=number] b')].map((one) => one.textContent)`,
  );
  assert.equal(shown.length, 3);
  const expected = (await readFile(join(site, 'api/catalog/entities.csv'), 'utf8'))
    .split('\n')
    .filter((line) => /^(component|api):/i.test(line)).length;
  assert.equal(
    rows.reduce((sum, value) => sum + value, 0),
    expected,
  );
  // What a chart draws stands beside it in words.
  assert.ok(await page.evaluate(`document.querySelectorAll('[data-widget=line] details tbody tr').length > 5`));
  const file = await page.evaluate(`document.querySelector('[data-widget=table] h2 a').getAttribute('href')`);
  const lines = (await readFile(join(site, 'dashboards/services', file), 'utf8')).trim().split('\n');
  assert.equal(
    lines.length - 1,
    Number(await page.evaluate(`document.querySelector('[data-widget=table] .count').textContent`)),
  );
});

check('the results of an entity go by category, too', {}, async (page) => {
  await page.goto(`${url}catalog/default/component/booking-service/scorecards/`);
  const groups = () =>
    page.evaluate(
      `[...document.querySelectorAll('#scorecard-production .score-group:not([hidden]) > summary')].map((group) => group.firstChild.textContent.trim())`,
    );
  await until(page, `document.querySelector('.group-by')`);
  const levels = await groups();
  await page.evaluate(`document.querySelectorAll('#scorecard-production .group-by button')[1].click()`);
  const categories = await groups();
  assert.notDeepEqual(categories, levels);
  const count = () => page.evaluate(`document.querySelectorAll('#scorecard-production [data-rule]').length`);
  const all = await count();
  await page.evaluate(`document.querySelectorAll('#scorecard-production .group-by button')[0].click()`);
  assert.deepEqual([await groups(), await count()], [levels, all]);
});

check('the graph and the catalog know levels', {}, async (page) => {
  await page.goto(
    `${url}catalog-graph/?rootEntityRefs%5B%5D=component:default/booking-service&maxDepth=1&scorecard=production`,
  );
  await until(page, `document.querySelector('.canvas svg .dot')`);
  assert.match(await text(page, '[data-graph-note]'), /Bronze/);
  await page.goto(`${url}catalog/?filters[kind]=component&filters[scorecard]=production=bronze`);
  await until(page, `document.querySelector('[data-results] tbody tr')`);
  const found = await page.evaluate(`document.querySelectorAll('[data-results] tbody tr').length`);
  const expected = (await readFile(join(site, 'scorecards/production.csv'), 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('component:') && line.includes(',bronze,')).length;
  assert.equal(found, expected);
});
