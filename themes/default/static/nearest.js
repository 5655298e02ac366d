// The page for unknown addresses: names the existing pages whose addresses are nearest to the one asked for.
const home = new URL(document.documentElement.dataset.root, location.href);
const box = document.querySelector('[data-nearest]');
const wanted = decodeURIComponent(location.pathname.slice(home.pathname.length)).toLowerCase().replace(/(index\.html)?\/*$/, '');
const parts = wanted.split('/').filter(Boolean);

/** How many letters have to be typed to make one word of another. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}

const name = parts[0] === 'docs' || parts[0] === 'catalog' ? parts[3] ?? parts[parts.length - 1] : parts[parts.length - 1];
if (name && name.length < 80) {
  const answer = await fetch(box.dataset.nearest);
  const { kinds, nodes } = answer.ok ? await answer.json() : { kinds: [], nodes: [] };
  const found = nodes.filter(([kind]) => kind >= 0).map(([at, full, title]) => {
    const [kind, one, , name_] = kinds[at];
    const [namespace, own] = full.includes('/') ? full.split('/') : ['default', full];
    const far = own.includes(name) || name.includes(own) ? Math.abs(own.length - name.length) / 4 : distance(own.slice(0, 60), name.slice(0, 60));
    return { far: far + (parts.includes(kind) ? 0 : 0.5) + (parts.includes(namespace) ? 0 : 0.2), limit: Math.max(2, name.length / 2.5), title: title ?? own, kind: one, icon: name_, path: `catalog/${namespace}/${kind}/${own}/` };
  }).filter(({ far, limit }) => far <= limit).sort((a, b) => a.far - b.far || (a.path < b.path ? -1 : 1)).slice(0, 5);
  if (found.length) {
    const list = document.createElement('ul');
    list.className = 'list near';
    for (const { title, kind, icon, path } of found) {
      const link = Object.assign(document.createElement('a'), { className: `entity k-${icon}`, href: new URL(path, home).href });
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
