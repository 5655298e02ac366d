// Holds the built site to the standards: the grammar of HTML on every page, and axe-core's rules of accessibility on one
// page of every type, light and dark, wide and narrow. `PLAYBILL_SITE=FOLDER node --test tests/browser/standards.test.mjs`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { launch, serve } from './chromium.mjs';
import { samples } from './samples.mjs';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';

test('every page is HTML by the standard', async () => {
  const validator = new HtmlValidate({
    root: true,
    extends: ['html-validate:standard'],
    // Columns of tables in documents are aligned by attribute: the policy of the site forbids styles in pages.
    rules: { 'no-deprecated-attr': 'off' },
  });
  const faults = [];
  for (const file of (await readdir(site, { recursive: true })).filter((file) => file.endsWith('.html'))) {
    for (const { messages } of validator.validateStringSync(await readFile(join(site, file), 'utf8'), file).results) {
      faults.push(
        ...messages.map(({ line, column, message, ruleId }) => `${file}:${line}:${column} ${message} (${ruleId})`),
      );
    }
  }
  assert.deepEqual(faults.slice(0, 20), [], `${faults.length} faults`);
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const base = /<link rel="stylesheet" href="(.*)static\//.exec(await readFile(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
after(async () => {
  await browser.stop();
  stop();
});

for (const path of [...(await samples(site)), 'no-such-page/']) {
  test(`axe finds nothing: ${path || 'home'}`, async () => {
    const page = await browser.page();
    try {
      for (const [width, dark] of [
        [1440, false],
        [1440, true],
        [375, false],
      ]) {
        await page.resize(width, 900);
        await page.colours(dark);
        await page.goto(url + path);
        await page.evaluate(axe);
        const found =
          await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary.replaceAll(/\\s+/g, ' ').slice(0, 200))))`);
        assert.deepEqual(found.slice(0, 10), [], `${found.length} at ${width}${dark ? ', dark' : ''}`);
      }
    } finally {
      await page.close();
    }
  });
}
