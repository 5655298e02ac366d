// The watch server in a browser: what changed is shown in place, and what the reader did to the page stays.
//
// PLAYBILL=path/to/playbill node --test tests/browser/serve.test.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './chromium.mjs';
import { seen, serve } from './serve.mjs';

const program = process.env.PLAYBILL ?? 'target/debug/playbill';
let folder;
let server;
let browser;
const put = async (path, text) => {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), text);
};
const long = Array.from({ length: 80 }, (_, at) => `Paragraph ${at} of the document.\n`).join('\n');
const document = (mark) =>
  `# Start\n\n${mark}\n\n<details><summary>More</summary>Hidden.</details>\n\n=== "One"\n\n    first\n\n=== "Two"\n\n    second\n\n${long}`;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playbill-serve-'));
  await put(
    'catalog-info.yaml',
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}\nspec: {type: service, lifecycle: production, owner: team}\n",
  );
  await put('mkdocs.yml', 'site_name: Web\nmarkdown_extensions: [pymdownx.tabbed: {alternate_style: true}]\n');
  await put('docs/index.md', document('as it was'));
  await put('playbill.yaml', 'css: extra.css\n');
  await put('extra.css', 'h1 { color: rgb(1, 2, 3) }\n');
  server = await serve(program, folder);
  await server.line(/^built /);
  browser = await launch();
});
after(async () => {
  await browser?.stop();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a changed document is shown in place', async () => {
  const page = await browser.page();
  await page.goto(`${server.url}docs/default/component/web/`);
  await page.evaluate(`document.querySelector('article details').open = true; window.mark = 1; scrollTo(0, 900)`);
  await page.evaluate(`[...document.querySelectorAll('article input[type=radio]')].at(-1)?.click()`);
  const radio = `[...document.querySelectorAll('article input[type=radio]')].at(-1)?.checked ?? null`;
  const chosen = await page.evaluate(radio);
  const wait = seen(page, 'as it is');
  await put('docs/index.md', document('as it is'));
  await wait;
  await page.settle();
  assert.deepEqual(
    await page.evaluate(`[window.mark, document.querySelector('article details').open, scrollY, ${radio}]`),
    [1, true, 900, chosen],
  );
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('a template is run dry for a page of the server, and writes nothing', async () => {
  await put(
    'templates/stage/template.yaml',
    "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: stage}\nspec:\n  type: service\n  parameters: {required: [name], properties: {name: {type: string, pattern: '^[a-z]+$'}}}\n  secrets: {schema: {properties: {token: {type: string}}}}\n  steps:\n    - {id: fetch, action: 'fetch:template', input: {url: ./skeleton, values: {name: '${{ parameters.name }}'}}}\n    - {id: say, action: 'debug:log', input: {message: 'with ${{ secrets.token }}'}}\n    - {id: publish, action: 'publish:github', input: {repoUrl: 'github.com?owner=o&repo=${{ parameters.name }}'}}\n",
  );
  await put('templates/stage/skeleton/${{ values.name }}.txt', 'for ${{ values.name }}\n');
  await put(
    'catalog-info.yaml',
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}\nspec: {type: service, lifecycle: production, owner: team}\n---\napiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: templates}\nspec: {target: ./templates/stage/template.yaml}\n",
  );
  const ask = async (body, headers = {}) =>
    fetch(`${server.url}_playbill/new`, {
      method: 'POST',
      headers: { origin: new URL(server.url).origin, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const request = (name) => ({ template: 'template:default/stage', values: { name }, secrets: { token: 'hush-hush' } });
  let answer = await ask(request('foyer'));
  for (let turn = 0; turn < 100 && answer.status === 404; turn++) {
    await new Promise((done) => setTimeout(done, 100));
    answer = await ask(request('foyer'));
  }
  assert.equal(answer.status, 200);
  const text = await answer.text();
  const report = JSON.parse(text);
  assert.equal(report.status, 'completed');
  assert.deepEqual(report.shown, { 'foyer.txt': 'for foyer\n' });
  assert.deepEqual(
    report.plan.map(({ action }) => action),
    ['publish:github'],
  );
  assert(!text.includes('hush-hush') && text.includes('with ***'));
  await assert.rejects(access(join(folder, 'foyer.txt')));
  const refused = await (await ask(request('NO'))).json();
  assert.deepEqual([refused.status, refused.errors[0].pointer], ['invalid', '/name']);
  assert.equal((await ask(request('foyer'), { origin: 'http://elsewhere.example' })).status, 403);
  assert.equal((await ask({ template: 'template:default/none' })).status, 404);
});

test('a changed sheet is put in place', async () => {
  const page = await browser.page();
  await page.goto(`${server.url}docs/default/component/web/`);
  await page.evaluate('window.mark = 1');
  await put('extra.css', 'h1 { color: rgb(4, 5, 6) }\n');
  await page.evaluate(
    `new Promise((done) => { const look = () => getComputedStyle(document.querySelector('h1')).color === 'rgb(4, 5, 6)' ? done() : setTimeout(look, 10); look(); })`,
  );
  assert.equal(await page.evaluate('window.mark'), 1);
  await page.close();
});

test('problems are told with file, line and excerpt, and a broken configuration covers the page until it is mended', async () => {
  const page = await browser.page();
  await page.goto(`${server.url}docs/default/component/web/`);
  await put('docs/index.md', `${document('as it is')}\n\n[gone](gone.md)\n`);
  const shadow = `document.querySelector('playbill-live').shadowRoot`;
  const until = (condition) =>
    page.evaluate(
      `new Promise((done, fail) => { const end = Date.now() + 10000; const look = () => ${condition} ? done() : Date.now() > end ? fail(new Error(${JSON.stringify(condition)})) : setTimeout(look, 10); look(); })`,
    );
  await until(`${shadow}.querySelector('.badge').textContent.includes('on this page')`);
  await page.evaluate(`${shadow}.querySelector('.badge').click()`);
  const text = await page.evaluate(`${shadow}.querySelector('section').textContent`);
  assert.match(text, /docs\/index\.md:\d+:\d+/);
  assert.match(text, /\[gone\]\(gone\.md\)/);
  await put('playbill.yaml', 'css: [\n');
  await until(`${shadow}.querySelector('h2').textContent.includes('cannot be built')`);
  await put('playbill.yaml', 'css: extra.css\n');
  await until(`document.querySelector('playbill-live').shadowRoot.querySelector('section').hidden`);
  await page.close();
});

test('a tag that is made or moved is published without a change of any file', async () => {
  const place = await mkdtemp(join(tmpdir(), 'playbill-tags-'));
  const git = (...words) =>
    execFileSync('git', ['-C', place, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...words]);
  git('init', '-q', '-b', 'main');
  await mkdir(join(place, 'docs'));
  await writeFile(
    join(place, 'catalog-info.yaml'),
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web, annotations: {backstage.io/techdocs-ref: 'dir:.'}}\nspec: {type: service, lifecycle: production, owner: team}\n",
  );
  await writeFile(join(place, 'playbill.yaml'), "versions: [{refs: ['v*'], current: latest}]\n");
  const commit = async (text) => {
    await writeFile(join(place, 'docs/index.md'), `# ${text}\n`);
    git('add', '-A');
    git('commit', '-q', '-m', 'change');
  };
  await commit('One');
  git('tag', 'v1.0');
  await commit('Two');
  const tags = await serve(program, place);
  try {
    await tags.line(/^built /);
    const title = async (version) => {
      const answer = await fetch(`${tags.url}docs/default/component/web/v/${version}/`);
      return answer.status === 200 ? /<h1[^>]*>([^<]*)/.exec(await answer.text())?.[1] : answer.status;
    };
    const until = async (version, expected) => {
      for (let turn = 0; turn < 100 && (await title(version)) !== expected; turn++)
        await new Promise((done) => setTimeout(done, 100));
      assert.equal(await title(version), expected);
    };
    assert.equal(await title('v1.0'), 'One');
    assert.equal(await title('v2.0'), 404);
    git('tag', 'v2.0');
    await until('v2.0', 'Two');
    git('tag', '-f', 'v1.0', 'HEAD');
    await until('v1.0', 'Two');
  } finally {
    await tags.stop();
    await rm(place, { recursive: true, force: true });
  }
});
