// Whether a thing is the first that a reader sees who types the first word of its title, in the dialogue and on the page.
// `PLAYBILL_SITE=FOLDER node --test tests/browser/search-titles.test.mjs` asks any site; PLAYBILL_TITLES says how many titles.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch, serve } from './chromium.mjs';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';
const most = Number(process.env.PLAYBILL_TITLES ?? 60);
const base = /<link rel="stylesheet" href="(.*)static\//.exec(await readFile(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
after(async () => {
  await browser.stop();
  stop();
});

const entities = (await readFile(join(site, 'api/catalog/entities.ndjson'), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const asked = entities.map(({ kind, metadata, spec }) => {
  const title = metadata.title ?? spec?.profile?.displayName ?? metadata.name;
  return {
    word: title.toLowerCase().match(/[\p{L}\p{N}]+/u)?.[0] ?? '',
    path: `${(metadata.namespace ?? 'default').toLowerCase()}/${kind.toLowerCase()}/${metadata.name.toLowerCase()}/`,
  };
});
// A word that begins one title only, and says something.
const own = asked.filter(({ word }) => word.length > 3 && asked.filter((other) => other.word === word).length === 1);
const titles = own.filter((_, at) => at % Math.ceil(own.length / most) === 0);

for (const [place, address, input, list] of [
  ['the dialogue', '', '.search-dialog input', '.search-dialog .hits'],
  ['the page', 'search/', '[data-search-form] input', '.page-hits'],
]) {
  test(`the first word of a title finds it in ${place}`, async (context) => {
    const page = await browser.page();
    await page.goto(url + address);
    if (!address) await page.press('/');
    await page.settle(500);
    let [first, three] = [0, 0];
    for (const { word, path } of titles) {
      const shown = await page.evaluate(`(async () => {
        const [input, list] = [document.querySelector('${input}'), document.querySelector('${list}')];
        const lines = () => [...list.querySelectorAll('[role=option]')].slice(0, 3).map((line) => new URL(line.href).pathname.slice(${JSON.stringify(base)}.length));
        const done = new Promise((done) => { new MutationObserver((_, watch) => { if (list.querySelector('.hit-count, .hit-none')) { watch.disconnect(); done(); } }).observe(list, { childList: true, subtree: true }); });
        list.querySelector('.hit-count, .hit-none')?.remove();
        input.value = ${JSON.stringify(word)};
        input.dispatchEvent(new Event('input'));
        await done;
        return lines();
      })()`);
      const at = shown.findIndex((one) => one.startsWith(`catalog/${path}`) || one === `docs/${path}`);
      first += Number(at === 0);
      three += Number(at >= 0);
      if (at !== 0) context.diagnostic(`${word}: ${path} is not first, but ${shown[0]}`);
    }
    context.diagnostic(`of ${titles.length} first ${first}, among three ${three}`);
    assert.ok(
      titles.length > 0 && first >= 0.92 * titles.length && three >= 0.99 * titles.length,
      `of ${titles.length} first ${first}, among three ${three}`,
    );
    assert.deepEqual(page.problems, []);
    await page.close();
  });
}
