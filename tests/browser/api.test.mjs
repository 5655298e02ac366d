// What readers do with an API reference, in a real browser on the built example: find an operation, read its types
// without JavaScript, copy a request, follow a link into another page of a divided reference.
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
const reference = `${url}catalog/default/api/booking-api/definition/`;

function check(name, options, body) {
  test(name, async () => {
    const page = await browser.page(options);
    try {
      await body(page);
    } finally {
      await page.close();
    }
  });
}

check('an operation is found by its name and by its path', {}, async (page) => {
  for (const words of ['listBookings', 'GET /bookings', 'list bookings']) {
    await page.goto(url);
    await page.press('/', { code: 'Slash' });
    await page.settle(500);
    await page.type(words);
    await page.settle(1200);
    // Entities and documents, three of each at most, come before operations.
    const found = await page.evaluate(
      `[...document.querySelectorAll('[role=option]')].slice(0, 10).map((one) => one.href)`,
    );
    assert(
      found.some(
        (href) => href.split(/[?#]/)[0].endsWith('/booking-api/definition/bookings/') && href.endsWith('#listBookings'),
      ),
      `${words}: ${found.join(' ')}`,
    );
  }
});

check('types are read without script', { script: false }, async (page) => {
  await page.goto(`${reference}bookings/`);
  const type = await page.evaluate(`document.querySelector('#listBookings .api-type a').href`);
  assert.equal(type, `${reference}schemas/#schema-BookingPage`);
  await page.goto(type);
  const shown = await page.evaluate(
    `(() => { const it = document.querySelector(':target'); return [it.dataset.schema, it.checkVisibility(), it.querySelector('[data-property="items"], [data-property="items[]"]') !== null]; })()`,
  );
  assert.deepEqual(shown, ['BookingPage', true, true]);
});

check('a request is copied', {}, async (page) => {
  await page.goto(`${reference}bookings/#listBookings`);
  await page.evaluate(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`);
  await page.evaluate(`document.querySelector('#listBookings .snippets pre').focus()`);
  assert(await page.evaluate(`document.activeElement.matches('#listBookings .snippets pre')`), 'the focus stays');
  await page.evaluate(`document.querySelector('#listBookings .snippets .copy').click()`);
  assert.match(await page.evaluate('window.copied'), /^curl 'https:\/\/api\.footlights\.example\/v4\/bookings/);
});

check('the overview leads to operations on other pages', {}, async (page) => {
  await page.goto(reference);
  const links = await page.evaluate(
    `[...document.querySelectorAll('.api-main a[href*="/bookings/#"], .api-main a[href^="bookings/#"]')].map((link) => link.href)`,
  );
  assert(links.includes(`${reference}bookings/#listBookings`), links.join(' '));
  await page.goto(`${reference}bookings/#listBookings`);
  const place = await page.evaluate(`document.querySelector(':target').getBoundingClientRect().top`);
  assert(place >= 0 && place < 300, `the operation is at ${place}`);
});

check('the filter finds what stands on other pages, by keyboard too', {}, async (page) => {
  await page.goto(`${reference}schemas/`);
  assert.equal(await page.evaluate(`document.querySelector('.api-nav .filter').checkVisibility()`), true);
  await page.press('f', { code: 'KeyF' });
  assert(await page.evaluate(`document.activeElement.matches('.api-nav .filter input')`), 'f leads to the filter');
  await page.type('get bookings');
  const found = await page.evaluate(`[...document.querySelectorAll('.api-results a')].map((link) => link.href)`);
  assert(found.includes(`${reference}bookings/#listBookings`), found.join(' '));
  assert.match(
    await page.evaluate(`document.querySelector('.api-found').textContent`),
    new RegExp(`^${found.length} of \\d+$`),
  );
  await page.press('ArrowDown');
  assert.equal(await page.evaluate('document.activeElement.href'), found[0]);
  await page.press('Escape');
  assert.deepEqual(
    await page.evaluate(
      `[document.querySelector('.api-results').hidden, document.querySelector('[data-groups]').hidden]`,
    ),
    [true, false],
  );
  await page.type('nothing is called so');
  assert.match(await page.evaluate(`document.querySelector('.api-found').textContent`), /^0 of \d+$/);
  assert.deepEqual(page.problems, []);
});

check('without script there is no filter, and the index stays', { script: false }, async (page) => {
  await page.goto(`${reference}schemas/`);
  assert.equal(await page.evaluate(`document.querySelector('.api-nav .filter').checkVisibility()`), false);
  assert.equal(await page.evaluate(`document.querySelector('[data-groups] a').checkVisibility()`), true);
});

check('a system shows who provides and who consumes its APIs', { script: false }, async (page) => {
  await page.goto(`${url}catalog/default/system/box-office/apis/`);
  const cells = await page.evaluate(
    `[...document.querySelectorAll('.matrix tbody tr')].map((row) => [row.cells[0].textContent.trim(), [...row.cells].slice(1).map((cell) => cell.textContent.trim()).filter((text) => text !== '–')])`,
  );
  assert(
    cells.some(([, marks]) => marks.includes('provides') && marks.includes('consumes')),
    JSON.stringify(cells),
  );
});
