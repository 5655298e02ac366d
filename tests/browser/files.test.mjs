// What authors put beside their documents runs nothing on the origin of the portal, whatever a host says of it, and
// pictures look as they did.
//
// PLAYBILL=path/to/playbill node --test tests/browser/files.test.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { launch } from './chromium.mjs';
import { serve } from './serve.mjs';

const program = process.env.PLAYBILL ?? 'target/debug/playbill';
const svg =
  'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="120" viewBox="0 0 200 120"';
const alarm = "new Image().src='/canary?'+location.pathname";
const html = `<!doctype html><html><body onload="${alarm}">demo<script>${alarm}</script><script src="evil.js"></script><script src="/docs/default/component/evil/evil-js.txt"></script></body></html>`;
const xhtml = `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>x<script>${alarm}</script><script src="evil.js"/></body></html>`;
const evil = `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="x.xsl"?><svg ${svg} onload="${alarm}"><script>${alarm}</script><script href="evil.js"/>
  <x:script xmlns:x="http://www.w3.org/1999/xhtml">${alarm}</x:script><foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="&lt;script&gt;${alarm}&lt;/script&gt;" src="demo.html"/></foreignObject>
  <image href="x:" onerror="${alarm}"/><set attributeName="x" onbegin="${alarm}"/><rect width="10" height="10"/></svg>`;

/** Pictures as drawing programs write them, each with something that is easily lost. */
const pictures = {
  'style.svg': `<svg ${svg}><style>.a > rect, rect.a { fill: rgb(200, 30, 30); } @media (min-width: 1px) { .b { fill: blue } }</style><rect class="a" width="90" height="90"/><rect class="b" x="100" width="50" height="50" style="stroke: lime; stroke-width: 6px"/></svg>`,
  'gradient.svg': `<svg ${svg}><defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/><stop offset="1" stop-color="#00f" stop-opacity=".5"/></linearGradient><linearGradient id="h" xlink:href="#g" gradientTransform="rotate(90)"/><filter id="f"><feGaussianBlur in="SourceGraphic" stdDeviation="3"/><feOffset dx="4" dy="4"/></filter><mask id="m"><rect width="200" height="60" fill="#fff"/></mask><pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse"><circle cx="5" cy="5" r="3" fill="green"/></pattern></defs><rect width="100" height="100" fill="url(#h)" filter="url(#f)"/><rect x="100" width="100" height="120" fill="url(#p)" mask="url(#m)"/></svg>`,
  'labels.svg': `<svg ${svg}><g transform="translate(10 10)"><switch><foreignObject pointer-events="none" width="100%" height="100%" requiredFeatures="http://www.w3.org/TR/SVG11/feature#Extensibility" style="overflow: visible; text-align: left;"><div xmlns="http://www.w3.org/1999/xhtml" style="display: flex; width: 118px; padding-top: 30px; margin-left: 1px;"><div style="font-size: 12px; color: rgb(180, 0, 90);">A <b>label</b><br/>of two lines</div></div></foreignObject><text x="60" y="34" font-family="Helvetica" font-size="12px" text-anchor="middle">A label</text></switch></g></svg>`,
  'symbols.svg': `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [<!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY red "#e00">]><svg:svg xmlns:svg="&ns;" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="120"><svg:symbol id="s" viewBox="0 0 10 10"><svg:path d="M0 0h10v5z" fill="&red;"/></svg:symbol><svg:use xlink:href="#s" width="50" height="50"/><svg:use xlink:href="#s" x="60" width="80" height="80"/><svg:text x="5" y="100" xml:space="preserve">a   b<svg:tspan dx="9" font-weight="bold">c</svg:tspan></svg:text></svg:svg>`,
  'embedded.svg': `<svg ${svg}><image width="100" height="100" xlink:href="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="/><marker id="m" markerWidth="8" markerHeight="8" refX="4" refY="4" orient="auto"><path d="M0 0L8 4L0 8z"/></marker><line x1="110" y1="10" x2="180" y2="80" stroke="#333" stroke-width="2" stroke-dasharray="6 3" marker-end="url(#m)"/></svg>`,
};

const files = {
  'catalog-info.yaml':
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: evil\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}\nspec: {type: service, lifecycle: production, owner: team}\n---\n" +
    `apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: pets.html}\nspec: {type: asyncapi, lifecycle: production, owner: team, definition: ${JSON.stringify(html)}}\n---\n` +
    `apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: xml}\nspec: {type: wsdl, lifecycle: production, owner: team, definition: ${JSON.stringify(xhtml)}}\n`,
  'mkdocs.yml': 'site_name: Evil\n',
  'docs/raw.md': html,
  'docs/index.md': `# Pictures\n\n${Object.keys(pictures)
    .map((name) => `![${name}](${name})`)
    .join('\n')}\n\n[demo](demo.html) [js](evil.js) [twin](demo.html.gz)\n`,
  'docs/evil.js': alarm,
  'docs/demo.html': html,
  'docs/frames/index.html': html,
  'docs/m.mhtml': `MIME-Version: 1.0\nContent-Type: text/html\n\n${html}`,
  'docs/x.xsl': `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html><script>${alarm}</script></html></xsl:template></xsl:stylesheet>`,
  'docs/demo.html.gz': gzipSync(html),
  'docs/pic.svgz': gzipSync(evil),
  'docs/entity.svg': `<!DOCTYPE svg [<!ENTITY s "<script>${alarm}</script>">]><svg ${svg}>&s;</svg>`,
  'docs/page.svg': html,
  ...Object.fromEntries(
    ['html', 'htm', 'HTML', 'shtml', 'PHP', 'en', 'png', 'md.txt', 'csv', 'unknown'].map((ending) => [
      `docs/h.${ending}`,
      html,
    ]),
  ),
  'docs/n.html.en': html,
  'docs/noext': html,
  'docs/ noext': `\n ${html}`,
  'docs/bad: name.html': html,
  ...Object.fromEntries(
    ['xhtml', 'xht', 'xml', 'rdf', 'kml', 'atom', 'drawio', 'wsdl'].map((ending) => [`docs/x.${ending}`, xhtml]),
  ),
  'docs/pic.svg': evil,
  'docs/PIC2.SVG': evil,
  ...Object.fromEntries(Object.entries(pictures).map(([name, picture]) => [`docs/${name}`, picture])),
};

let folder;
let site;
let browser;
const hosts = [];

/** The endings that hosts know; as Apache does it, the last one that is known counts. */
const types = {
  html: 'text/html',
  htm: 'text/html',
  shtml: 'text/html',
  php: 'text/html',
  xhtml: 'application/xhtml+xml',
  xht: 'application/xhtml+xml',
  xml: 'application/xml',
  xsl: 'application/xml',
  rdf: 'application/rdf+xml',
  kml: 'application/vnd.google-earth.kml+xml',
  atom: 'application/atom+xml',
  wsdl: 'application/wsdl+xml',
  mhtml: 'multipart/related',
  svg: 'image/svg+xml',
  svgz: 'image/svg+xml',
  js: 'text/javascript',
  css: 'text/css',
  json: 'application/json',
  png: 'image/png',
  txt: 'text/plain',
  csv: 'text/csv',
  gz: 'application/gzip',
  woff2: 'font/woff2',
};
const typeOf = (path) =>
  path
    .split('/')
    .at(-1)
    .toLowerCase()
    .split('.')
    .slice(1)
    .reverse()
    .map((ending) => types[ending])
    .find(Boolean);

/** A host of the site, and of the sources below `/raw/`; `head` says what it sends beside the type. */
async function host(head, type = typeOf) {
  const server = createServer(async (request, response) => {
    let path = decodeURIComponent(new URL(request.url, 'http://host').pathname);
    if (path.startsWith('/look/')) {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<!doctype html><body style="margin:0"><img src="/${path.slice(6)}">`);
      return;
    }
    if (path.endsWith('/')) path += 'index.html';
    const file = path.startsWith('/raw/') ? join(folder, path.slice(5)) : join(site, path);
    const bytes = await readFile(file).catch(() => undefined);
    const known = type(path);
    response.writeHead(bytes ? 200 : 404, { ...head, ...(known ? { 'content-type': known } : {}) }).end(bytes ?? '');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  hosts.push(server);
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playbill-files-'));
  site = `${folder}-site`;
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await promisify(execFile)(program, ['build', folder, '-o', site, '--no-cache', '--quiet']);
  browser = await launch();
});
after(async () => {
  await browser?.stop();
  for (const server of hosts) server.close();
  await rm(folder, { recursive: true, force: true });
  await rm(site, { recursive: true, force: true });
});

/** What authors wrote, as far as it is published: all but the pages of the portal. */
async function published() {
  const all = (await readdir(site, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = all.map((entry) => relative(site, join(entry.parentPath, entry.name)));
  return paths.filter((path) => /^(docs\/default|catalog\/default\/api\/.*definition)\//.test(path)).sort();
}

/** Opens addresses; returns those that ran something. What is downloaded ends no navigation, so nobody waits for it. */
async function running(addresses) {
  const runs = async (address) => {
    const page = await browser.page();
    await page.call('Page.setDownloadBehavior', { behavior: 'deny' }).catch(() => {});
    await page.call('Page.navigate', { url: address });
    await page.settle(300);
    const ran = page.requests.some((request) => request.includes('canary'));
    await page.close();
    return ran;
  };
  const ran = [];
  // Some at once, since most of the time nothing happens.
  for (let at = 0; at < addresses.length; at += 6) {
    const some = addresses.slice(at, at + 6);
    const found = await Promise.all(some.map(runs));
    ran.push(...some.filter((_, place) => found[place]));
  }
  return ran;
}

const below = (base, paths) => paths.map((path) => base + path.split('/').map(encodeURIComponent).join('/'));

test('the attacks work where nobody stops them', async () => {
  const base = await host({});
  const tried = below(base, [
    'raw/docs/h.html',
    'raw/docs/noext',
    'raw/docs/x.xhtml',
    'raw/docs/pic.svg',
    'raw/docs/n.html.en',
    'raw/docs/h.unknown',
  ]);
  assert.deepEqual(await running(tried), tried);
});

for (const [name, start] of Object.entries({
  'from a host without headers': () => host({}),
  'from a host that does not even tell types': () =>
    host({}, (path) => (path.startsWith('/docs/') && !path.endsWith('/index.html') ? undefined : typeOf(path))),
  'with the policy of _headers': async () => {
    const lines = (await readFile(join(site, '_headers'), 'utf8')).split('\n\n')[0].split('\n').slice(1);
    const head = Object.fromEntries(
      lines.map((line) =>
        line
          .trim()
          .split(/: (.*)/)
          .slice(0, 2),
      ),
    );
    assert.match(head['Content-Security-Policy'], /default-src 'self'/);
    return host(head);
  },
  'from a disk': () => `${pathToFileURL(site)}/`,
})) {
  test(`nothing of an author runs ${name}`, async () => {
    const base = await start();
    const paths = await published();
    assert(paths.length > 35, `${paths.length} files`);
    assert.deepEqual(await running(below(base, paths)), []);
  });
}

test('nothing of an author runs from the watch server', async () => {
  const server = await serve(program, folder);
  try {
    await server.line(/^built /);
    assert.deepEqual(await running(below(server.url, await published())), []);
  } finally {
    await server.stop();
  }
});

test('pictures look as they did', async () => {
  const base = await host({});
  for (const name of Object.keys(pictures)) {
    const look = async (path) => {
      const page = await browser.page({ width: 220, height: 140 });
      await page.goto(`${base}look/${path}`);
      assert.equal(await page.evaluate('document.images[0].naturalWidth'), 200, path);
      const picture = await page.screenshot();
      await page.close();
      return picture;
    };
    const before = await look(`raw/docs/${name}`);
    assert(before.equals(await look(`docs/default/component/evil/${name}`)), name);
    assert(!before.equals(await look('raw/docs/pic.svg')), 'pictures that differ do so here');
  }
});

test('pictures are shown in their document, with the policy of the watch server too', async () => {
  const server = await serve(program, folder);
  const page = await browser.page();
  try {
    await server.line(/^built /);
    for (const base of [server.url, await host({})]) {
      await page.goto(`${base}docs/default/component/evil/`);
      // Those that are not in sight are loaded later, which nobody waits for here.
      const shown =
        await page.evaluate(`Promise.all([...document.querySelectorAll('article img')].map(async (image) => {
        image.loading = 'eager';
        await image.decode().catch(() => undefined);
        return image.naturalWidth;
      }))`);
      assert.deepEqual(
        shown,
        Object.keys(pictures).map(() => 200),
      );
      const links = await page.evaluate(
        '[...document.querySelectorAll("article p a")].map((link) => link.getAttribute("href"))',
      );
      assert.deepEqual(links, ['demo.html', 'evil-js.txt', 'demo.html.gz']);
    }
  } finally {
    await page.close();
    await server.stop();
  }
});
