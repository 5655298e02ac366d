// Takes pictures of pages at 1440 and 375 px, light and dark:
// `node tests/browser/pictures.mjs SITE FOLDER [PATH…]`; without paths, one page of every type.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, serve } from './chromium.mjs';
import { samples } from './samples.mjs';

const [site, folder, ...paths] = process.argv.slice(2);
if (!folder) throw new Error('say which site, and where the pictures go');
const base = /<link rel="stylesheet" href="(.*)static\//.exec(await readFile(join(site, '404.html'), 'utf8'))[1];
const { url, stop } = await serve(site, base);
const browser = await launch();
await mkdir(folder, { recursive: true });
for (const path of paths.length ? paths.map((path) => (path === '/' ? '' : path)) : await samples(site)) {
  const page = await browser.page();
  for (const width of [1440, 375])
    for (const dark of [false, true]) {
      await page.resize(width, width > 600 ? 900 : 800);
      await page.colours(dark);
      await page.goto(url + path);
      const name = `${(path || 'home').replace(/\/$/, '').replaceAll(/[^\w.-]+/g, '_')}-${width}${dark ? '-dark' : ''}.png`;
      await writeFile(join(folder, name), await page.screenshot({ full: process.env.FULL === '1' }));
    }
  await page.close();
}
await browser.stop();
stop();
