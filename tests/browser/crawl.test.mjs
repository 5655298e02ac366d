// Reads every page of a built site: links and their anchors lead somewhere, ids are unique, every page can be reached,
// and no page needs a script to be complete.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { test } from 'node:test';

const site = process.env.PLAYBILL_SITE ?? 'target/example-site';

async function walk(folder, found = []) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await walk(path, found);
    else found.push(relative(site, path).split(sep).join('/'));
  }
  return found;
}

const files = await walk(site);
const there = new Set(files);
const pages = new Map();
for (const file of files.filter((file) => file.endsWith('.html') && !file.startsWith('api/'))) {
  const html = await readFile(join(site, file), 'utf8');
  // Redirects are no pages: they are for addresses that people have from elsewhere.
  if (html.includes('http-equiv="refresh"')) continue;
  const values = (name) =>
    [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => value.replaceAll('&amp;', '&'));
  pages.set(file, { html, ids: values('id'), links: [...values('href'), ...values('src')] });
}

/** The file and anchor to which a link of a page leads; null for one that leaves the site. */
function target(file, link) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return undefined;
  const url = new URL(
    link,
    `http://host/${file
      .split('/')
      .map(encodeURIComponent)
      .join('/')
      .replace(/index\.html$/, '')}`,
  );
  const path = decodeURIComponent(url.pathname.slice(1));
  return [path === '' || path.endsWith('/') ? `${path}index.html` : path, decodeURIComponent(url.hash.slice(1))];
}

test('links lead to pages and anchors that exist', () => {
  const dead = [];
  for (const [file, { links }] of pages) {
    // The page for unknown addresses has links from the root of the host.
    if (file === '404.html') continue;
    for (const link of links) {
      const [path, anchor] = target(file, link) ?? [];
      if (path === undefined) continue;
      if (!there.has(path) || (anchor && pages.has(path) && !pages.get(path).ids.includes(anchor)))
        dead.push(`${file}: ${link}`);
    }
  }
  assert.deepEqual(dead.slice(0, 20), []);
});

test('ids are unique on a page', () => {
  const twice = [...pages].flatMap(([file, { ids }]) =>
    ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${file}#${id}`),
  );
  assert.deepEqual(twice.slice(0, 20), []);
});

test('every page is linked from another one', () => {
  const reached = new Set(['index.html', '404.html', 'theme/index.html']);
  for (const [file, { links }] of pages)
    for (const link of links) {
      const [path] = target(file, link) ?? [];
      if (path && path !== file) reached.add(path);
    }
  assert.deepEqual([...pages.keys()].filter((file) => !reached.has(file)).slice(0, 20), []);
});

test('pages say what they are', () => {
  for (const [file, { html }] of pages) {
    assert.match(html, /^<!doctype html>\n<html lang="en"/, file);
    for (const part of ['<title>', '<main', '<meta property="og:title"', 'class="skip"'])
      assert(html.includes(part), `${file} has no ${part}`);
    assert.equal(html.split('<h1').length, 2, `${file} has not one heading of the first level`);
  }
});

test('entities and documents have a twin in Markdown', () => {
  const twins = [...pages].flatMap(([file, { html }]) =>
    html.includes('type="text/markdown"') ? [file.replace(/html$/, 'md')] : [],
  );
  assert(twins.length > 0 && twins.every((twin) => there.has(twin)), 'a twin is missing');
});
