// The page for unknown addresses: goes on where it knows the way, and else names the existing pages whose addresses are
// nearest to the one asked for.
const home = new URL(document.documentElement.dataset.root, location.href);
const box = document.querySelector('[data-nearest]');
const asked = location.pathname.slice(home.pathname.length);
const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
const wanted = decoded(asked)
  .toLowerCase()
  .replace(/(index\.html)?\/*$/, '');
const parts = wanted.split('/').filter(Boolean);

/** A part of an address as `app.js` has it, which is no part of this page yet. */
const segment = (name) =>
  /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)\d)(\.|$)|\.(gz|br|zst)$/.test(name) ? `-${name}` : name;

/** Addresses of Backstage may have capitals in what names the entity; what follows, such as the path of a document, stays. */
function onward(nodes, kinds) {
  const [first, namespace, kind, name, ...rest] = asked.split('/');
  const own = [namespace, kind, name].map((part) => decoded(part ?? '').toLowerCase());
  if (!/^(docs|catalog)$/i.test(first) || !own.every(Boolean)) return undefined;
  const full = own[0] === 'default' ? own[2] : `${own[0]}/${own[2]}`;
  if (!nodes.some(([at, other]) => at >= 0 && kinds[at][0].toLowerCase() === own[1] && other.toLowerCase() === full))
    return undefined;
  const path = [first.toLowerCase(), ...own.map(segment), ...rest].join('/');
  // The address of a page ends in a slash, that of a file does not.
  const end = path.endsWith('/') || (rest.length && rest.at(-1).includes('.')) ? '' : '/';
  return path + end === asked ? undefined : new URL(path + end + location.search + location.hash, home).href;
}

/** The edit distance between two words. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}

const load = async () => {
  const answer = await fetch(box.dataset.nearest);
  return answer.ok ? answer.json() : { kinds: [], nodes: [] };
};
const name =
  parts[0] === 'docs' || parts[0] === 'catalog' ? (parts[3] ?? parts[parts.length - 1]) : parts[parts.length - 1];
const { kinds, nodes } = name ? await load() : { kinds: [], nodes: [] };
const way = onward(nodes, kinds);
if (way) location.replace(way);
else if (name && name.length < 80) {
  const found = nodes
    .filter(([kind]) => kind >= 0)
    .map(([at, full, title]) => {
      const [kind, one, , name_] = kinds[at];
      const [namespace, own] = full.includes('/') ? full.split('/') : ['default', full];
      const far =
        own.includes(name) || name.includes(own)
          ? Math.abs(own.length - name.length) / 4
          : distance(own.slice(0, 60), name.slice(0, 60));
      return {
        far: far + (parts.includes(kind) ? 0 : 0.5) + (parts.includes(namespace) ? 0 : 0.2),
        limit: Math.max(2, name.length / 2.5),
        title: title ?? own,
        kind: one,
        icon: name_,
        path: `catalog/${[namespace, kind, own].map(segment).join('/')}/`,
      };
    })
    .filter(({ far, limit }) => far <= limit)
    .sort((a, b) => a.far - b.far || (a.path < b.path ? -1 : 1))
    .slice(0, 5);
  if (found.length) {
    const list = document.createElement('ul');
    list.className = 'list near';
    for (const { title, kind, icon, path } of found) {
      const link = Object.assign(document.createElement('a'), {
        className: `entity k-${icon}`,
        href: new URL(path, home).href,
      });
      const picture = Object.assign(document.createElement('i'), { className: `icon i-kind-${icon}` });
      picture.setAttribute('aria-hidden', 'true');
      link.append(picture, Object.assign(document.createElement('span'), { textContent: title }));
      const line = document.createElement('li');
      line.append(link, Object.assign(document.createElement('small'), { textContent: kind }));
      list.append(line);
    }
    box.append(Object.assign(document.createElement('p'), { textContent: 'Did you look for one of these?' }), list);
  }
}
