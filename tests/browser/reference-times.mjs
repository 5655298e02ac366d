// Measures a page of an API reference in a real browser, by hand: node tests/browser/reference-times.mjs SITE PATH [ROUNDS]
// Prints, of each round, when the first operation was painted (without and with script), and every task of the main thread of
// 50 ms or more while the page loads and while its filter is used. On a busy machine the times say nothing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, serve } from './chromium.mjs';

const [site, path, rounds = '3'] = process.argv.slice(2);
if (!site || !path) {
  console.error('usage: node tests/browser/reference-times.mjs SITE PATH [ROUNDS]');
  process.exit(2);
}
const base = /<link rel="stylesheet" href="(.*)static\//.exec(await readFile(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
const first = `[data-operation], [data-type], [data-rpc], [data-message], .api-index a`;
for (let round = 0; round < Number(rounds); round++) {
  for (const script of [false, true]) {
    const page = await browser.page({ script });
    await page.goto(url + path);
    // Everything that a page without JavaScript shows is there when it is first painted.
    const painted = await page.evaluate(
      `Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN)`,
    );
    const times = await page.evaluate(
      `(() => { const [it] = performance.getEntriesByType('navigation'); return [it.responseEnd, it.domContentLoadedEventEnd, it.loadEventEnd].map(Math.round); })()`,
    );
    const there = await page.evaluate(`document.querySelector('${first}')?.checkVisibility() ?? false`);
    let tasks = [];
    if (script) {
      await page.evaluate(
        `window.tasks = []; new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: 'longtask', buffered: true });`,
      );
      await page.evaluate(`document.querySelector('.api-nav .filter input')?.focus()`);
      for (const letters of ['g', 'et', ' rep']) await page.type(letters);
      await page.settle(300);
      tasks = await page.evaluate('window.tasks');
    }
    console.log(
      `${script ? 'with   ' : 'without'} script: painted ${painted} ms, read ${times[0]} ms, parsed ${times[1]} ms, loaded ${times[2]} ms, an operation is there: ${there}${script ? `, tasks over 50 ms: ${tasks.length ? tasks.join(' ') : 'none'}` : ''}`,
    );
    await page.close();
  }
}
await browser.stop();
stop();
