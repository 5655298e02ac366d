// The form of a template in a real browser: filled in by keyboard, with a field that comes with an answer and a list of
// the catalog; the result is a file that `playbill new` takes. `PLAYBILL` and `PLAYBILL_SITE` name another binary and
// site.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { launch, serve } from './chromium.mjs';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';
const binary = resolve(process.env.PLAYBILL ?? 'target/debug/playbill');
const example = process.env.PLAYBILL_EXAMPLE ?? 'content-example';
const base = /<link rel="stylesheet" href="(.*)static\//.exec(readFileSync(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
const folder = mkdtempSync(join(tmpdir(), 'playbill-create-'));
after(async () => {
  await browser.stop();
  stop();
  rmSync(folder, { recursive: true, force: true });
});
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const address = `${url}create/templates/default/stage-ready-service/`;

const active = (page) => page.evaluate(`document.activeElement?.id || document.activeElement?.textContent`);
async function until(page, expression) {
  for (let turn = 0; turn < 60; turn++) {
    if (await page.evaluate(expression)) return;
    await page.settle(100);
  }
  assert.fail(`never true: ${expression}`);
}
/** Goes on with the key until the field or button has the focus. */
async function reach(page, wanted) {
  for (let turn = 0; turn < 60; turn++) {
    if ((await active(page)) === wanted) return;
    await page.press('Tab');
  }
  assert.fail(`${wanted} cannot be reached; ${await active(page)} has the focus`);
}
async function accessible(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))`,
  );
  assert.deepEqual(found, [], where);
}
const heading = (page) => page.evaluate(`document.querySelector('[data-form] h2')?.textContent`);

for (const width of [1440, 375]) {
  test(`a form is filled in by keyboard at ${width}`, async () => {
    const page = await browser.page({ width });
    try {
      const downloads = mkdtempSync(join(folder, 'downloads-'));
      await page.call('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
      await page.goto(address);
      await until(page, `Boolean(document.querySelector('[data-form] form'))`);
      await page.evaluate(
        `document.querySelector('[data-form]').previousElementSibling.querySelector('a, button')?.focus()`,
      );
      await accessible(page, 'the first page');
      // What is missing is announced, and has the focus.
      await reach(page, 'Next');
      await page.press(' ');
      assert.equal(await page.evaluate(`document.activeElement.getAttribute('role')`), 'alert');
      await accessible(page, 'errors');
      await reach(page, 'field-name');
      await page.type(`prompt'box`);
      await reach(page, 'field-description');
      await page.type('Whispers "the next line" to $USER & co; `rm -rf`');
      await reach(page, 'field-owner');
      await page.evaluate(`document.activeElement.focus()`);
      await page.press('S');
      await page.press('t');
      await page.press('a');
      assert.match(await page.evaluate(`document.activeElement.value`), /^group:default\/sta/);
      await reach(page, 'Next');
      await page.press(' ');
      assert.match(await page.evaluate(`document.querySelector('#field-name-wrong').textContent`), /match/);
      await page.evaluate(
        `document.querySelector('#field-name').select(), document.querySelector('#field-name').focus()`,
      );
      await page.type('prompt-box');
      await reach(page, 'Next');
      await page.press(' ');
      assert.equal(
        await heading(page),
        'The costume',
        await page.evaluate(`document.querySelector('[role=alert]')?.textContent`),
      );
      // One field comes with another.
      assert.equal(await page.evaluate(`Boolean(document.querySelector('#field-storageGiB'))`), false);
      await reach(page, 'field-database');
      await page.press(' ');
      assert.equal(await page.evaluate(`document.activeElement.id`), 'field-database');
      await reach(page, 'field-storageGiB');
      assert.equal(await page.evaluate(`document.activeElement.value`), '20');
      await page.evaluate(`document.activeElement.select()`);
      await page.type('64');
      await reach(page, 'field-tags-add');
      await page.press(' ');
      assert.equal(await active(page), 'field-tags-1');
      await page.type('new');
      await accessible(page, 'the second page');
      await reach(page, 'Next');
      await page.press(' ');
      assert.equal(await heading(page), 'The stage');
      await reach(page, 'field-repoUrl-repo');
      await page.type('prompt-box');
      await accessible(page, 'the third page');
      await reach(page, 'Rehearse');
      await page.press(' ');
      assert.equal(await heading(page), 'Review');
      assert.match(await page.evaluate(`document.querySelector('.answers').textContent`), /How many GiB\?64/);
      await accessible(page, 'the review');
      await reach(page, 'Curtain up');
      await page.press(' ');
      assert.equal(await heading(page), 'Ready');
      await accessible(page, 'the end');
      assert(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`), 'wider than the screen');
      // The command means the same to a shell.
      const command = await page.evaluate(`document.querySelector('[data-form] pre.command').textContent`);
      const told = spawnSync('sh', ['-c', `playbill() { printf '%s\\n' "$@"; }; ${command}`], {
        encoding: 'utf8',
        env: { USER: 'somebody', PATH: process.env.PATH },
      });
      assert.equal(told.stderr, '');
      const words = told.stdout.trimEnd().split('\n');
      assert.deepEqual(words.slice(0, 4), ['new', 'template:default/stage-ready-service', '--set', 'name=prompt-box']);
      const about = words.find((word) => word.startsWith('description='));
      assert.equal(JSON.parse(about.slice('description='.length)), 'Whispers "the next line" to $USER & co; `rm -rf`');
      assert.doesNotMatch(command, /[$`&;!\\](?!u[0-9a-f]{4})/);
      await reach(page, 'Download values.yaml');
      await page.evaluate(`document.activeElement.click()`);
      const file = join(downloads, 'values.yaml');
      for (let turn = 0; turn < 50 && !existsSync(file); turn++) await page.settle(100);
      for (const values of [['--values', file], words.slice(2, words.indexOf('--record'))]) {
        const report = JSON.parse(
          execFileSync(
            binary,
            ['new', 'template:default/stage-ready-service', ...values, '--dry-run', '--format', 'json'],
            { cwd: example, encoding: 'utf8' },
          ),
        );
        assert.equal(report.status, 'completed');
        assert.equal(report.parameters.storageGiB, 64);
        assert.equal(report.parameters.repoUrl, 'github.com?owner=footlights-example&repo=prompt-box');
        assert.deepEqual(report.parameters.tags, ['tier-2', 'new']);
        assert(report.files.some(({ path }) => path === 'deploy/prompt-box.yaml'));
      }
      assert.deepEqual(page.problems, []);
    } finally {
      await page.close();
    }
  });
}

test('a workflow is started with what fits its forge', async () => {
  const { workflow } = await import(resolve('themes/default/static/form.js'));
  const values = { name: "a'b", text: '$X `y` "z"', list: [1, true] };
  const inputs = {
    template: 'template:default/t',
    values: '{"name":"a\\u0027b","text":"\\u0024X \\u0060y\\u0060 \\u0022z\\u0022","list":[1,true]}',
  };
  const github = 'https://github.com/acme/portal/actions/workflows/create.yml';
  assert.deepEqual(workflow(github, inputs.template, values), { link: github, inputs });
  assert.deepEqual(JSON.parse(inputs.values), values);
  for (const place of [
    'https://gitlab.com/acme/portal',
    'https://gitlab.com/acme/portal/',
    'https://gitlab.acme.org/acme/portal/-/pipelines/new?ref=next',
  ]) {
    const { link, inputs: left } = workflow(place, inputs.template, values);
    const address = new URL(link);
    assert.equal(address.pathname, '/acme/portal/-/pipelines/new');
    assert.equal(address.searchParams.get('ref'), place.includes('next') ? 'next' : null);
    assert.equal(address.searchParams.get('var[PLAYBILL_TEMPLATE]'), inputs.template);
    assert.equal(address.searchParams.get('var[PLAYBILL_VALUES]'), inputs.values);
    assert.deepEqual(left, {});
  }
  const long = workflow('https://gitlab.com/acme/portal', inputs.template, { text: 'x'.repeat(9000) });
  assert.equal(long.link, 'https://gitlab.com/acme/portal/-/pipelines/new');
  assert.equal(long.inputs.values.length, 9011);
});

test('without script the page says what is asked and done', async () => {
  const page = await browser.page({ script: false });
  try {
    await page.goto(address);
    const { root } = await page.call('DOM.getDocument', { depth: -1 });
    const { outerHTML } = await page.call('DOM.getOuterHTML', { nodeId: root.nodeId });
    for (const text of [
      'storageGiB',
      'OwnerPicker',
      'publish:github',
      'playbill new template:default/stage-ready-service',
      'deploy/prompt-box.yaml',
    ])
      assert(outerHTML.includes(text), text);
  } finally {
    await page.close();
  }
});

test('the list is filtered by text, category and tag', async () => {
  const page = await browser.page();
  try {
    await page.goto(`${url}create/`);
    const shown = () =>
      page.evaluate(
        `[...document.querySelectorAll('[data-ref]')].filter((card) => card.offsetParent).map((card) => card.querySelector('h3').textContent)`,
      );
    const everything = await shown();
    await page.evaluate(`document.querySelector('[data-filter] input').focus()`);
    await page.type('house');
    assert.deepEqual(await shown(), ['House docs']);
    await page.goto(`${url}create/?tag=kubernetes&type=service`);
    assert.deepEqual(await shown(), ['Stage-ready service']);
    assert(everything.length > 1);
    assert.deepEqual(page.problems, []);
  } finally {
    await page.close();
  }
});
