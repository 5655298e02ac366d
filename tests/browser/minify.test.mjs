// Holds published scripts to their sources: without comments and white space they mean the same. Syntax trees are compared,
// with every name, text and number as it is written. `PLAYBILL_SITE=FOLDER` chooses the site.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'acorn';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';
const theme = new URL('../../themes/default/static/', import.meta.url);

/** The syntax tree, without places; of the module of the search without what a build puts there. */
function tree(script) {
  const plain = (key, value) => {
    if (key === 'start' || key === 'end') return undefined;
    return value?.type === 'VariableDeclarator' && value.id.name === 'ROOT' ? value.id : value;
  };
  return JSON.parse(JSON.stringify(parse(script, { ecmaVersion: 'latest', sourceType: 'module' }), plain));
}

/** The source with the kinds that the published script has in their places. */
function withKinds(source, published) {
  return source.replace(/(\w+) = new Set\(\[\s*\/\*[a-z ]*kinds\*\//g, (start, name) => {
    const [, kinds] = published.split(`${name}=new Set([`);
    return `${start}${kinds.slice(0, kinds.indexOf(']'))}`;
  });
}

async function compare(source, published) {
  const [before, after] = await Promise.all([source, published].map((path) => readFile(path, 'utf8')));
  assert(after.length < before.length, 'nothing was left out');
  assert.deepEqual(tree(after), tree(withKinds(before, after)));
}

const published = await readdir(join(site, 'static'));
for (const name of (await readdir(theme)).filter((name) => name.endsWith('.js'))) {
  test(`published as it is written: ${name}`, async () => {
    const [stem] = name.split('.');
    const file = published.find((file) => new RegExp(`^${stem}\\.[0-9a-f]{8}\\.js$`).test(file));
    assert(file, 'not published');
    await compare(new URL(name, theme), join(site, 'static', file));
  });
}

test('published as it is written: the module of the search', () =>
  compare(new URL('../../src/search/engine.js', import.meta.url), join(site, 'search/search.js')));
