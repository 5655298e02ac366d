// How long it takes from saving a file until a browser has painted the change, in a folder of any size.
//
// node benches/serve_latency.mjs PROGRAM FOLDER [ROUNDS]
//
// The folder is as `gen_org` makes them: services/NAME/{catalog-info.yaml,mkdocs.yml,docs/index.md}. Files are put back.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from '../tests/browser/chromium.mjs';
import { median, seen, serve } from '../tests/browser/serve.mjs';

const [program, folder, rounds = '20'] = process.argv.slice(2);
const services = (await readdir(join(folder, 'services'))).sort();
const name = services[Math.floor(services.length / 2)];
const at = (path) => join(folder, 'services', name, path);
const before = new Map();
const put = async (path, change) => {
  if (!before.has(path)) before.set(path, await readFile(path, 'utf8'));
  await writeFile(path, change(before.get(path)));
};
const server = await serve(program, folder);
const browser = await launch();
try {
  await server.line(/^built /);
  console.log(server.built.at(-1));
  const catalog = await readFile(at('catalog-info.yaml'), 'utf8');
  const entity = /^ {2}name: (\S+)/m.exec(catalog)[1];
  /** @type {Record<string, [url: string, path: string, change: (mark: string) => (text: string) => string]>} */
  const cases = {
    'a saved document': [
      `docs/default/component/${entity}/`,
      at('docs/index.md'),
      (mark) => (text) => `${text}\n\nmark-${mark}\n`,
    ],
    'a saved catalog file': [
      `catalog/default/component/${entity}/`,
      at('catalog-info.yaml'),
      (mark) => (text) =>
        text
          .replace(/^ {2}name: .*$/m, (line) => `${line}\n  title: mark-${mark}`)
          .replace(/^ {2}title: (?!mark).*\n/m, ''),
    ],
    'a saved mkdocs.yml': [
      `docs/default/component/${entity}/`,
      at('mkdocs.yml'),
      (mark) => (text) => text.replace(/^site_name: .*$/m, `site_name: mark-${mark}`),
    ],
  };
  for (const [what, [url, path, change]] of Object.entries(cases)) {
    const page = await browser.page();
    await page.goto(server.url + url);
    const [shown, built] = [[], []];
    for (let round = 0; round < Number(rounds); round += 1) {
      await page.settle(300);
      const mark = `${round}-${Date.now()}`;
      const wait = seen(page, `mark-${mark}`);
      await page.settle(20);
      const start = Date.now();
      const told = server.next(/^built .* in ([\d.]+) (m?s)/);
      await put(path, change(mark));
      shown.push((await wait) - start);
      const [, time, unit] = await told;
      built.push(unit === 's' ? 1000 * time : Number(time));
    }
    console.log(
      `${what}: shown after ${Math.round(median(shown))} ms (${Math.round(Math.min(...shown))} to ${Math.round(Math.max(...shown))}), built in ${Math.round(median(built))} ms`,
    );
    await writeFile(path, before.get(path));
    await page.close();
    await page.settle?.(500);
  }
} finally {
  for (const [path, text] of before) await writeFile(path, text);
  await browser.stop();
  await server.stop();
}
