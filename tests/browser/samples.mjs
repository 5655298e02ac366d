// Chooses from a built site one page of every type.
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A definition of each format, and of one that is divided: operations, types, source. */
async function definitions(site, path, seen) {
  const page = await readFile(join(site, path, 'definition/index.html'), 'utf8');
  const format = /<header class="api-head">.*?<span class="chip">([^ <]*)/s.exec(page)?.[1];
  const parts = (await readdir(join(site, path, 'definition'), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const type = (part) => (['source', 'schemas'].includes(part) ? part : 'operations');
  return [['', format], ...parts.map((part) => [`${part}/`, type(part)])]
    .filter(([, of]) => {
      const isNew = of && !seen.has(`definition ${of}`);
      if (isNew) seen.add(`definition ${of}`);
      return isNew;
    })
    .map(([part]) => `${path}definition/${part}`);
}

/** The addresses below the root of the site: the pages there is one of, the first entity of each kind with its tabs, documents. */
export async function samples(site) {
  const found = [
    '',
    'catalog/',
    'api-docs/',
    'docs/',
    'explore/',
    'catalog-graph/',
    'create/',
    'create/actions/',
    'decisions/',
    'tech-radar/',
    'impact/',
    'announcements/',
    'attention/',
    'integrations/',
    'scorecards/',
    'scorecards/production/',
    'scorecards/production/rules/runbook/',
    'scorecards/production/initiatives/runbooks/',
    'insights/',
    'insights/undocumented/',
    'insights/freshness/',
    'insights/delivery/',
    'dashboards/',
    'dashboards/services/',
    'search/',
    'problems/',
    'status/',
    'theme/',
  ].filter((path) => existsSync(join(site, path, 'index.html')));
  const folders = async (path) =>
    (await readdir(join(site, path), { withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  const seen = new Set();
  for (const namespace of ['default', ...(await folders('catalog'))]) {
    for (const kind of await folders(`catalog/${namespace}`)) {
      for (const name of await folders(`catalog/${namespace}/${kind}`)) {
        const path = `catalog/${namespace}/${kind}/${name}/`;
        const tabs = await folders(path);
        if (!tabs.includes('raw')) continue;
        for (const tab of ['', ...tabs]) {
          if (seen.has(`${kind} ${tab}`) || !existsSync(join(site, path, tab, 'index.html'))) continue;
          seen.add(`${kind} ${tab}`);
          found.push(tab ? `${path}${tab}/` : path);
        }
        if (kind === 'api' && tabs.includes('definition')) found.push(...(await definitions(site, path, seen)));
      }
    }
  }
  for (const kind of await folders('catalog'))
    if (existsSync(join(site, 'catalog', kind, 'index.html')) && ['component', 'user'].includes(kind))
      found.push(`catalog/${kind}/`);
  for (const list of ['tag', 'type/component', 'owner/default/group', 'views'])
    found.push(...(await folders(list)).slice(0, 1).map((value) => `${list}/${encodeURIComponent(value)}/`));
  for (const namespace of await folders('docs')) {
    for (const kind of await folders(`docs/${namespace}`)) {
      for (const name of (await folders(`docs/${namespace}/${kind}`)).slice(0, 3)) {
        const path = `docs/${namespace}/${kind}/${name}/`;
        if (!found.some((page) => page.endsWith('/print/')) && existsSync(join(site, path, 'print', 'index.html')))
          found.push(`${path}print/`);
        found.push(
          path,
          ...(await folders(path))
            .map((page) => `${path}${page}/`)
            .filter((page) => existsSync(join(site, page, 'index.html')))
            .slice(0, 2),
        );
      }
    }
  }
  for (const namespace of await folders('create/templates'))
    found.push(
      ...(await folders(`create/templates/${namespace}`))
        .map((name) => `create/templates/${namespace}/${name}/`)
        .slice(-1),
    );
  // What is a level below: an announcement, a technology, a decision record, a page of an old version.
  for (const folder of [
    'announcements',
    'tech-radar',
    'integrations',
    ...found.filter((path) => path.endsWith('/adrs/')),
    ...found.filter((path) => path.startsWith('docs/')).map((path) => `${path}v/`),
  ]) {
    const below = (await folders(folder)).filter((name) => existsSync(join(site, folder, name, 'index.html')));
    found.push(...below.slice(0, 1).map((name) => `${folder.replace(/\/$/, '')}/${encodeURIComponent(name)}/`));
  }
  // Redirects are no pages.
  const isPage = async (path) =>
    !(await readFile(join(site, decodeURIComponent(path), 'index.html'), 'utf8').catch(() => '')).includes(
      'http-equiv="refresh"',
    );
  const kept = await Promise.all(found.map(isPage));
  return [...new Set(found.filter((_, at) => kept[at]))];
}
