// Versions of a documentation site in a browser: other names keep the place in a page and the query, the list keeps the
// page, and search stays within the version.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { launch, serve } from './chromium.mjs';

const folder = await mkdtemp(join(tmpdir(), 'playbill-versions-'));
const git = (...words) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...words]);
const write = async (path, text) => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};
git('init', '-q', '-b', 'main');
await write(
  'catalog-info.yaml',
  `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: web, annotations: {backstage.io/techdocs-ref: 'dir:.'}}
spec: {type: website, lifecycle: production, owner: shop}
`,
);
await write('docs/index.md', '# Web\n\nStart.\n');
await write('docs/setup.md', `# Setup\n\n${'Text of an armadillo.\n\n'.repeat(60)}## Install\n\nHere.\n`);
const commit = (tag) => {
  git('add', '-A');
  git('commit', '-q', '-m', tag);
  git('tag', tag);
};
commit('v1.0');
await write('docs/setup.md', `# Setup\n\n${'Text of a pangolin.\n\n'.repeat(60)}## Install\n\nThere.\n`);
await write('docs/new.md', '# New\n');
commit('v2.0');
await write(
  'playbill.yaml',
  "baseUrl: https://example.org/portal/\nversions:\n  - {refs: ['v*'], aliases: {lts: v1.0}}\n",
);
await write('announcements/move.md', '---\ntitle: The portal moves\n---\nSoon.\n');
execFileSync('target/debug/playbill', ['build', folder, '-o', join(folder, 'site'), '--quiet', '--no-cache']);

const { url, stop } = await serve(join(folder, 'site'), '/portal/');
const browser = await launch();
after(async () => {
  await browser.stop();
  stop();
  await rm(folder, { recursive: true });
});
const root = 'docs/default/component/web/';
const open = async (path) => {
  const page = await browser.page();
  await page.goto(url + root + path).catch(() => {});
  await page.settle(500);
  return page;
};
const at = (page) => page.evaluate('location.href');
const text = (page, selector) =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent.trim() ?? null`);

test('other names lead to their version with the place in the page and the query', async () => {
  for (const [from, to] of [
    ['v/latest/setup/?h=text&x=1#install', 'setup/?h=text&x=1#install'],
    ['v/v2.0/setup/#install', 'setup/#install'],
    ['v/lts/setup/?a=b#install', 'v/v1.0/setup/?a=b#install'],
  ]) {
    const page = await open(from);
    assert.equal(await at(page), url + root + to);
    const [top, height, scrolled] = await page.evaluate(
      "[document.querySelector('#install').getBoundingClientRect().top, innerHeight, scrollY]",
    );
    assert.ok(scrolled > 0 && top >= 0 && top < height, `${from} is at its heading: ${top}`);
    await page.close();
  }
});

test('the list of versions keeps the page and says where it is missing', async () => {
  const page = await open('setup/');
  await page.evaluate("document.querySelector('.versions summary').click()");
  await page.evaluate('document.querySelector(\'[data-version="v1.0"]\').click()');
  await page.settle(500);
  assert.equal(await at(page), `${url}${root}v/v1.0/setup/`);
  assert.equal(await page.evaluate('document.documentElement.dataset.docsVersion'), 'v1.0');
  assert.match(await text(page, '[data-version-notice="outdated"]'), /old version/);
  await page.evaluate("document.querySelector('[data-version-notice] a').click()");
  await page.settle(500);
  assert.equal(await at(page), `${url}${root}setup/`);
  assert.equal(await text(page, '[data-version-notice]'), null);
  await page.close();
  const other = await open('new/');
  assert.match(await text(other, '[data-version="v1.0"]'), /without this page/);
  await other.close();
});

test('a version is searched alone, the portal in its latest version', async () => {
  const found = async (path, query) => {
    const page = await open(path);
    const urls = await page.evaluate(`import(new URL(document.documentElement.dataset.searchModule, location.href).href)
      .then(({ open }) => open({ base: new URL(document.documentElement.dataset.root, location.href).href }))
      .then((index) => index.query(${JSON.stringify(query)})).then(({ results }) => results.map(({ url }) => url.split("#")[0]))`);
    await page.close();
    return urls;
  };
  assert.deepEqual(await found('v/v1.0/setup/', 'armadillo'), [`${root}v/v1.0/setup/`]);
  assert.deepEqual(await found('v/v1.0/setup/', 'pangolin'), []);
  assert.deepEqual(await found('setup/', 'pangolin'), [`${root}setup/`]);
  assert.deepEqual(await found('setup/', 'armadillo'), []);
});

test('pages with a list of versions, a note and a banner are accessible, and complete without script', async () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const path of ['setup/', 'new/', 'v/v1.0/setup/', 'v/next/new/']) {
    const page = await browser.page();
    for (const [width, dark] of [
      [1440, false],
      [1440, true],
      [375, false],
      [375, true],
    ]) {
      await page.resize(width, 900);
      await page.colours(dark);
      await page.goto(url + root + path);
      await page.evaluate("document.querySelector('.versions').open = true");
      await page.evaluate(axe);
      const found = await page.evaluate(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))`,
      );
      assert.deepEqual(found, [], `${path} at ${width}${dark ? ', dark' : ''}`);
      assert.ok(
        await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        `${path} fits into ${width}`,
      );
    }
    await page.close();
  }
  const plain = await browser.page({ script: false });
  await plain.goto(`${url}${root}v/v1.0/setup/`);
  const links = await plain
    .call('Runtime.evaluate', {
      expression: "[...document.querySelectorAll('[data-version]')].map((link) => link.getAttribute('href'))",
      returnByValue: true,
    })
    .catch(() => null);
  if (links) assert.equal(links.result.value.length, 3);
  await plain.close();
});
