// The graph page: draws what is around one or several entities, with Backstage's own names in the address.
/** @param {Tools} tools */
export function start({ signal, home, pathOf, make, icon, all, find }) {
  const [form, drawn, still, canvas, note, trail, title, tools] = [
    'form',
    'drawn',
    'static',
    'canvas',
    'note',
    'trail',
    'title',
    'tools',
  ].map((name) => find(`[data-graph-${name}]`));
  const BUDGET = 120;
  /** How far a drawing shrinks to be seen whole: its names keep almost 9 pixels. */
  const SMALLEST = 0.67;
  /** How many lines between those equally far away can be read. */
  const BESIDE = 80;
  /** The choice of colours that says who owns what, and its colours; what further owners have is grey. */
  const OWNER = '@owner';
  const COLOURS = ['#3b82f6', '#e08a00', '#0e9f6e', '#d6409f', '#8b5cf6', '#0797b9', '#74a012', '#dc4a3f'];
  const isPhone = () => matchMedia('(max-width: 40rem)').matches;
  const shape = (tag, attributes = {}, ...children) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  /** The graph: nodes with `ref` and `title`, and for each node its lines as pairs of relation and other end. */
  async function load() {
    const answer = await fetch(new URL(drawn.dataset.graphFile, location.href));
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const { kinds, relations, nodes, edges, scores } = await answer.json();
    const known = nodes.map(([at, name, heading], number) => {
      const kind = kinds[at < 0 ? -1 - at : at];
      const [namespace, plain] = name.includes('/') ? name.split('/') : ['default', name];
      return {
        number,
        kind: kind[0],
        one: kind[1],
        many: kind[2],
        class: kind[3],
        gone: at < 0,
        title: heading ?? plain,
        ref: `${kind[0]}:${namespace}/${plain}`.toLowerCase(),
        path: pathOf(namespace, kind[0], plain),
        out: [],
        in: [],
      };
    });
    edges.forEach((ends, relation) => {
      for (let at = 0; at < ends.length; at += 2) {
        known[ends[at]].out.push([relation, ends[at + 1]]);
        known[ends[at + 1]].in.push([relation, ends[at]]);
      }
    });
    return { kinds, relations, scores, nodes: known, byRef: new Map(known.map((node, at) => [node.ref, at])) };
  }

  const full = (ref) => {
    const [kind, rest] = ref.includes(':') ? ref.split(':') : ['component', ref];
    return `${kind}:${rest.includes('/') ? rest : `default/${rest}`}`.toLowerCase();
  };
  function readState() {
    const query = new URLSearchParams(location.search);
    const list = (name) => [...query].filter(([key]) => key.replace(/\[\d*\]$/, '') === name).map(([, value]) => value);
    const depth = query.get('maxDepth');
    return {
      roots: list('rootEntityRefs').map(full),
      depth: depth === '∞' ? Infinity : Math.max(Number.parseInt(depth, 10) || (depth === null ? 2 : Infinity), 1),
      kinds: list('selectedKinds').map((kind) => kind.toLowerCase()),
      relations: list('selectedRelations'),
      // Simplified or not; where the address does not say, all lines are drawn as long as they can be read.
      simple: { false: false, only: true }[query.get('unidirectional')],
      merge: query.get('mergeRelations') !== 'false',
      direction: ['TB', 'BT', 'LR', 'RL'].includes(query.get('direction')) ? query.get('direction') : 'LR',
      step: /step/i.test(query.get('curve') ?? ''),
      to: query.get('to') ? full(query.get('to')) : '',
      roll: ['system', 'domain'].includes(query.get('rollUp')) ? query.get('rollUp') : '',
      level: query.has('colour') ? `@${query.get('colour')}` : (query.get('scorecard') ?? ''),
      unfolded: new Set(),
    };
  }
  function address(of) {
    const parts = of.roots.map((ref) => ['rootEntityRefs[]', ref]);
    parts.push(['maxDepth', of.depth === Infinity ? '∞' : of.depth]);
    for (const kind of of.kinds) parts.push(['selectedKinds[]', kind]);
    for (const relation of of.relations) parts.push(['selectedRelations[]', relation]);
    if (of.simple !== undefined) parts.push(['unidirectional', of.simple ? 'only' : 'false']);
    if (!of.merge) parts.push(['mergeRelations', 'false']);
    if (of.direction !== 'LR') parts.push(['direction', of.direction]);
    if (of.step) parts.push(['curve', 'curveStepBefore']);
    if (of.to) parts.push(['to', of.to]);
    if (of.roll) parts.push(['rollUp', of.roll]);
    if (of.level) parts.push(of.level.startsWith('@') ? ['colour', of.level.slice(1)] : ['scorecard', of.level]);
    return `?${parts.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%2F', '/')}`).join('&')}`;
  }

  let graph;
  let state = readState();
  let seen = [];
  let last;
  let zoom = 1;

  /** Goes on: another root is a new entry of the history, a filter is not. */
  function go(change, root = false) {
    state = { ...state, ...change };
    history[root ? 'pushState' : 'replaceState'](null, '', state.roots.length ? address(state) : location.pathname);
    draw(root);
  }

  /** The other ends of a relation of a node; each line is stored in one direction and has a name for either. */
  const ends = (at, name) =>
    [
      ['out', 0],
      ['in', 1],
    ].flatMap(([side, which]) =>
      graph.nodes[at][side].filter(([relation]) => graph.relations[relation][which] === name).map(([, other]) => other),
    );

  /** The graph with systems, or domains, in the place of their parts; a line has the number of those it represents. */
  const rolls = new Map();
  function rolled(kind) {
    if (!kind) return graph;
    if (!rolls.has(kind)) {
      const above = (at) => ends(at, 'partOf').find((other) => ['system', 'domain'].includes(graph.nodes[other].kind));
      const stand = graph.nodes.map((_, at) => {
        const seen = new Set();
        for (let now = at; now !== undefined && !seen.has(now); now = above(now)) {
          if (graph.nodes[now].kind === kind) return now;
          seen.add(now);
        }
        return at;
      });
      const counts = new Map();
      for (const [from, { out }] of graph.nodes.entries())
        for (const [relation, to] of out) {
          const [a, b] = [stand[from], stand[to]];
          if (a !== b) counts.set(`${a} ${b} ${relation}`, (counts.get(`${a} ${b} ${relation}`) ?? 0) + 1);
        }
      const nodes = graph.nodes.map((node) => ({ ...node, out: [], in: [] }));
      for (const [key, count] of counts) {
        const [a, b, relation] = key.split(' ').map(Number);
        nodes[a].out.push([relation, b, count]);
        nodes[b].in.push([relation, a, count]);
      }
      rolls.set(kind, { ...graph, nodes, stand });
    }
    return rolls.get(kind);
  }

  /** How far other nodes are from some, by lines of either direction. */
  function distances(nodes, level, depth, wanted, allowed) {
    const distance = new Map(level.map((at) => [at, 0]));
    for (let step = 1; step <= depth && level.length; step += 1) {
      const next = [];
      for (const at of level) {
        const { out, in: into } = nodes[at];
        for (const lines of [out, into])
          for (const [relation, other] of lines) {
            if (!distance.has(other) && wanted(relation) && allowed(nodes[other])) {
              distance.set(other, step);
              next.push(other);
            }
          }
      }
      level = next;
    }
    return distance;
  }

  /** What is around the roots, or on the shortest paths to another entity: distance of each node, and the lines between them. */
  function around() {
    const { nodes, stand } = rolled(state.roll);
    const find = (ref) => {
      const at = graph.byRef.get(ref);
      return at === undefined ? [] : [stand?.[at] ?? at];
    };
    const wanted = (relation) =>
      !state.relations.length || graph.relations[relation].slice(0, 2).some((name) => state.relations.includes(name));
    const allowed = (node) => !state.kinds.length || state.kinds.includes(node.kind);
    let distance = distances(nodes, state.roots.flatMap(find), state.to ? Infinity : state.depth, wanted, allowed);
    const [goal] = state.to ? find(state.to) : [];
    if (state.to) {
      const back = distance.has(goal) ? distances(nodes, [goal], distance.get(goal), wanted, allowed) : new Map();
      distance = new Map([...distance].filter(([at, step]) => !step || step + back.get(at) === distance.get(goal)));
    }
    const edges = [];
    const beside = [];
    for (const [at, step] of distance) {
      for (const [relation, other, count] of nodes[at].out) {
        if (!distance.has(other) || !wanted(relation)) continue;
        // Simplified: only what leads away from where the walk began.
        if (step === distance.get(other)) beside.push([at, other, relation, count, true]);
        else edges.push([at, other, relation, count]);
      }
    }
    const drawn = state.simple === undefined ? beside.length <= BESIDE : !state.simple;
    return { distance, edges: drawn ? [...edges, ...beside] : edges, drawn, beside: beside.length };
  }

  /** Shares the budget among groups, small ones first. */
  function shares(sizes, budget) {
    const shown = sizes.map(() => 0);
    let left = budget;
    [...sizes.keys()]
      .sort((a, b) => sizes[a] - sizes[b])
      .forEach((at, done) => {
        shown[at] = Math.min(sizes[at], Math.floor(left / (sizes.length - done)));
        left -= shown[at];
      });
    return shown.map((count, at) => (count + 1 === sizes[at] ? count + 1 : count));
  }

  const spaced = (name) => name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

  /** Folds what does not fit; every line of what is folded leads to the node that represents it. */
  function folded({ distance, edges }) {
    const groups = new Map();
    for (const [at, step] of distance) {
      if (!step) continue;
      const key = `${step} ${graph.nodes[at].kind}`;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(at);
    }
    const keys = [...groups.keys()];
    const free = keys.filter((key) => !state.unfolded.has(key));
    const opened = keys.filter((key) => state.unfolded.has(key)).reduce((sum, key) => sum + groups.get(key).length, 0);
    const all = distance.size <= BUDGET;
    const shown = shares(
      free.map((key) => groups.get(key).length),
      Math.max(BUDGET - opened, free.length),
    );
    const items = [];
    const place = new Map();
    for (const [at, step] of distance) if (!step) place.set(at, items.push({ ...graph.nodes[at], root: true }) - 1);
    for (const key of keys) {
      const members = groups.get(key);
      const count = all || state.unfolded.has(key) ? Math.min(members.length, 600) : shown[free.indexOf(key)];
      for (const at of members.slice(0, count)) place.set(at, items.push(graph.nodes[at]) - 1);
      if (count === members.length) continue;
      const one = graph.nodes[members[0]];
      const stand =
        items.push({
          class: one.class,
          title: `+${members.length - count} ${one.many}`,
          fold: key,
          hidden: members.length - count,
        }) - 1;
      for (const at of members.slice(count)) place.set(at, stand);
    }
    const labels = [];
    const lines = new Map();
    const label = (text) => {
      const at = labels.findIndex((known) => known.text === text);
      return at < 0 ? labels.push({ text }) - 1 : at;
    };
    const add = (from, to, text, beside) => {
      if (from === to && items[from].fold) return;
      const line = { from, to, label: label(text), beside };
      lines.set(`${from} ${to} ${line.label}`, line);
    };
    for (const [from, to, relation, count, beside] of edges) {
      const [, inverse, verb] = graph.relations[relation];
      add(place.get(from), place.get(to), count > 1 ? `${verb} × ${count}` : verb, beside);
      if (!state.merge) add(place.get(to), place.get(from), spaced(inverse), beside);
    }
    return { items, lines: [...lines.values()], labels };
  }

  const pen = document.createElement('canvas').getContext('2d');
  /** The owners of what is drawn as levels: those with most of it have a colour of their own. */
  function byOwner() {
    const owned = new Map();
    for (const at of last.distance.keys())
      for (const owner of ends(at, 'ownedBy').slice(0, 1)) owned.set(owner, [...(owned.get(owner) ?? []), at]);
    const order = [...owned].sort((a, b) => b[1].length - a[1].length);
    const levels = order.slice(0, COLOURS.length).map(([owner], at) => [graph.nodes[owner].title, COLOURS[at]]);
    if (order.length > COLOURS.length) levels.push(['Others', '#8b93a1']);
    const ranks = {};
    order.forEach(([, members], at) => {
      for (const member of members) ranks[member] = Math.min(at, COLOURS.length);
    });
    return { title: 'Owner', levels, ranks };
  }
  /** Title and colour of the level of an entity on the chosen scorecard, or of its owner. */
  let colours;
  const score = () => colours;
  const levelOf = (item) => {
    const card = item.fold ? undefined : score();
    return card?.levels[card.ranks[item.number]];
  };
  const dot = (colour, at) => shape('circle', { class: 'dot', r: 5, fill: colour, ...at });

  const measure = (text, font) => {
    pen.font = font;
    return pen.measureText(text).width;
  };

  function picture({ items, lines, labels }, place, { longest = 32, bend = undefined, captions = true } = {}) {
    // Long names differ at their ends.
    const cut = (text) => (text.length > longest ? `${text.slice(0, longest - 9)}…${text.slice(-8)}` : text);
    const sans = getComputedStyle(document.body).fontFamily;
    const vertical = state.direction === 'TB' || state.direction === 'BT';
    const nodes = items.map((item) => {
      const width = Math.max(
        88,
        Math.ceil(measure(cut(item.title), `${item.root ? '600 ' : ''}13px ${sans}`)) + 42 + (levelOf(item) ? 14 : 0),
      );
      return vertical ? { main: 30, cross: width } : { main: width, cross: 30 };
    });
    for (const label of labels) label.main = label.text ? Math.ceil(measure(label.text, `11px ${sans}`)) : 0;
    const widest = Math.max(40, ...labels.map(({ main }) => main));
    const placed = place(nodes, lines, captions ? labels : labels.map(() => ({ text: '', main: 0 })), {
      ...(vertical ? { portGap: widest + 12, captionMain: () => 12 } : {}),
      ...(bend ? { bend } : {}),
    });
    const turned = state.direction === 'RL' || state.direction === 'BT';
    const point = ([main, cross]) => {
      const along = turned ? placed.main - main : main;
      return vertical ? [cross, along] : [along, cross];
    };
    const rect = ({ main, cross, length, breadth }) => {
      const [x, y] = point([turned ? main + length : main, cross]);
      return { x, y, width: vertical ? breadth : length, height: vertical ? length : breadth };
    };
    const [width, height] = vertical ? [placed.cross, placed.main] : [placed.main, placed.cross];
    const svg = shape('svg', {
      class: 'graph',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'group',
      'aria-label': title.textContent,
    });
    for (const box of placed.boxes) svg.append(shape('rect', { class: 'b', rx: 10, ...rect(box) }));
    const paths = [];
    for (const route of placed.routes) {
      const way = route.way.map(point);
      let path = `M${way[0]}`;
      for (let at = 1; at < way.length; at += 1) {
        const [[x0, y0], [x, y]] = [way[at - 1], way[at]];
        if (vertical ? x0 === x : y0 === y) path += `L${x} ${y}`;
        else if (state.step) path += vertical ? `V${(y0 + y) / 2}H${x}V${y}` : `H${(x0 + x) / 2}V${y}H${x}`;
        else
          path += vertical
            ? `C${x0} ${(y0 + y) / 2} ${x} ${(y0 + y) / 2} ${x} ${y}`
            : `C${(x0 + x) / 2} ${y0} ${(x0 + x) / 2} ${y} ${x} ${y}`;
      }
      const [end, beside] = route.turned ? [way[0], way[1]] : [way[way.length - 1], way[way.length - 2]];
      const back = Math.sign(vertical ? beside[1] - end[1] : beside[0] - end[0]) * 7;
      const head = vertical ? `M${end}l-4 ${back}h8z` : `M${end}l${back} -4v8z`;
      const line = shape(
        'g',
        { class: 'line' },
        shape('path', { class: 'e', d: path }),
        shape('path', { class: 'h', d: head }),
      );
      paths.push([line, route]);
      svg.append(line);
    }
    for (const arc of placed.arcs) {
      const [start, end] = [arc.start, arc.end].map(point);
      const [from, to] = [arc.start, arc.end].map(([, cross]) => point([arc.side, cross]));
      const back = Math.sign(vertical ? to[1] - end[1] : to[0] - end[0]) * 7;
      const head = vertical ? `M${end}l-4 ${back}h8z` : `M${end}l${back} -4v8z`;
      const name = (members) => members.map((at) => items[at].title).join(', ');
      const line = shape(
        'g',
        { class: 'line arc' },
        shape('title', {}, `${name(arc.from)} ${labels[arc.label].text} ${name(arc.to)}`),
        shape('path', { class: 'e', d: `M${start}C${from} ${to} ${end}` }),
        shape('path', { class: 'h', d: head }),
      );
      paths.push([line, arc]);
      svg.append(line);
    }
    for (const node of placed.loops) {
      const { x, y, width: wide } = rect(placed.nodes[node]);
      svg.append(shape('path', { class: 'e', d: `M${x + wide} ${y + 9}c14-3 14 15 0 12` }));
    }
    for (const { main, cross, label, ends } of captions ? placed.captions : []) {
      const [x, y] = point([main, cross]);
      const anchor = vertical ? 'c' : ends !== turned ? 'm' : '';
      svg.append(
        shape(
          'text',
          { class: `l ${anchor}`, x, y: vertical ? y + (ends !== turned ? -2 : 10) : y + 4 },
          labels[label].text,
        ),
      );
    }
    items.forEach((item, at) => {
      const box = rect(placed.nodes[at]);
      const middle = box.y + box.height / 2;
      const level = levelOf(item);
      const target = item.fold ? address(state) : address({ ...state, roots: [item.ref] });
      const node = shape('a', {
        class: `n k-${item.class}${item.root ? ' root' : ''}${item.fold ? ' folded' : ''}${item.gone ? ' gone' : ''}`,
        href: target,
      });
      node.append(
        shape(
          'title',
          {},
          item.fold
            ? `${item.title}: show them`
            : `${item.title} (${item.ref})${item.gone ? ' does not exist' : ''}${level ? `, ${level[0]}` : ''}`,
        ),
        shape('rect', { ...box, rx: 7 }),
        shape('use', { href: `#g-${item.class}`, x: box.x + 9, y: middle - 7.5, width: 15, height: 15 }),
        shape('text', { x: box.x + 30, y: middle + 4.5 }, cut(item.title)),
        ...(level ? [dot(level[1], { cx: box.x + box.width - 11, cy: middle })] : []),
      );
      node.addEventListener('click', (event) => {
        if (event.button) return;
        event.preventDefault();
        if (item.fold) {
          state.unfolded.add(item.fold);
          draw();
          return;
        }
        if (event.shiftKey || event.ctrlKey || event.metaKey) {
          if (!item.gone) {
            const href = new URL(item.path, home).href;
            if (event.shiftKey) location.href = href;
            else window.open(href, '_blank', 'noopener');
          }
          return;
        }
        go({ roots: [item.ref], unfolded: new Set() }, true);
      });
      const mark = (on) => {
        for (const [line, { from, to }] of paths)
          line.classList.toggle('on', on && (from.includes(at) || to.includes(at)));
      };
      for (const [name, on] of [
        ['pointerenter', true],
        ['pointerleave', false],
        ['focus', true],
        ['blur', false],
      ])
        node.addEventListener(name, () => mark(on));
      svg.append(node);
    });
    return svg;
  }

  function scale(value) {
    const svg = canvas.querySelector('svg');
    if (!svg) return;
    const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
    const fit = Math.min((canvas.clientWidth - 2) / width, room() / height, document.fullscreenElement ? 2 : 1);
    const [x, y] = [canvas.scrollLeft + canvas.clientWidth / 2, canvas.scrollTop + canvas.clientHeight / 2].map(
      (middle) => middle / zoom,
    );
    zoom = value === 'fit' ? fit : Math.min(Math.max(zoom * value, 0.15), 3);
    svg.setAttribute('width', String(width * zoom));
    svg.setAttribute('height', String(height * zoom));
    canvas.scrollTo(x * zoom - canvas.clientWidth / 2, y * zoom - canvas.clientHeight / 2);
    overview();
  }
  /** How high a drawing can be without being cut. */
  const room = () =>
    document.fullscreenElement
      ? innerHeight - 110
      : Math.max(innerHeight - canvas.getBoundingClientRect().top - scrollY - 90, innerHeight * 0.6);

  /** Where a drawing is larger than its window, a small one in the corner says which part is seen; a click there goes to another. */
  let small;
  function overview() {
    small?.remove();
    small = undefined;
    const svg = canvas.querySelector('svg');
    if (
      !svg ||
      isPhone() ||
      (canvas.scrollWidth <= canvas.clientWidth + 4 && canvas.scrollHeight <= canvas.clientHeight + 4)
    )
      return;
    const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
    const scale = Math.min(180 / width, 120 / height);
    small = shape('svg', {
      class: 'minimap',
      width: width * scale,
      height: height * scale,
      viewBox: `0 0 ${width} ${height}`,
      'aria-hidden': 'true',
    });
    for (const { parentElement: node, x, y, width: wide, height: high } of svg.querySelectorAll('.n rect'))
      small.append(
        shape('rect', {
          class: node.getAttribute('class').replace(/^n /, ''),
          x: x.baseVal.value,
          y: y.baseVal.value,
          width: wide.baseVal.value,
          height: high.baseVal.value,
        }),
      );
    small.append(shape('rect', { class: 'view' }));
    const turn = ({ clientX, clientY, buttons }) => {
      if (!buttons) return;
      const box = small.getBoundingClientRect();
      canvas.scrollTo(
        ((clientX - box.left) / scale) * zoom - canvas.clientWidth / 2,
        ((clientY - box.top) / scale) * zoom - canvas.clientHeight / 2,
      );
    };
    for (const event of ['pointerdown', 'pointermove']) small.addEventListener(event, turn);
    canvas.after(small);
    seenPart();
  }
  function seenPart() {
    const view = small?.querySelector('.view');
    if (!view) return;
    for (const [name, value] of Object.entries({
      x: canvas.scrollLeft,
      y: canvas.scrollTop,
      width: canvas.clientWidth,
      height: canvas.clientHeight,
    }))
      view.setAttribute(name, String(value / zoom));
  }
  canvas.addEventListener('scroll', seenPart, { passive: true });

  /** Draws with the whole drawing in view, as long as its names can be read. */
  function show(parts, layout) {
    const fits = () => {
      const [, , width, height] = canvas.firstElementChild.getAttribute('viewBox').split(' ').map(Number);
      return Math.min((canvas.clientWidth - 2) / width, room() / height, 1);
    };
    canvas.replaceChildren(picture(parts, layout));
    // A drawing that is somewhat too large is drawn closer together.
    if (fits() < 0.9) canvas.replaceChildren(picture(parts, layout, { longest: 22, bend: 26 }));
    // One that is far too large says what its edges mean only in the list of relations beside it.
    if (fits() < SMALLEST) canvas.replaceChildren(picture(parts, layout, { longest: 18, bend: 22, captions: false }));
    zoom = 1;
    const whole = fits();
    scale(Math.max(whole, SMALLEST));
    return whole >= SMALLEST;
  }

  /** What a phone shows in the place of a drawing that does not fit: who is next to the root, by relation. */
  function relations() {
    const groups = new Map();
    for (const at of last.distance.keys()) {
      if (last.distance.get(at)) continue;
      for (const side of ['out', 'in'])
        for (const [relation, other] of rolled(state.roll).nodes[at][side]) {
          const [, inverse, verb] = graph.relations[relation];
          if (last.distance.has(other))
            groups.set(side === 'out' ? verb : spaced(inverse), [
              ...(groups.get(side === 'out' ? verb : spaced(inverse)) ?? []),
              graph.nodes[other],
            ]);
        }
    }
    return [...groups].map(([name, nodes]) =>
      make(
        'section',
        {},
        make(
          'h2',
          { className: 'side-title' },
          name,
          make('span', { className: 'count', textContent: ` ${nodes.length}` }),
        ),
        make(
          'ul',
          { className: 'list' },
          ...nodes.map((node) => {
            const link = make(
              'a',
              { className: `entity k-${node.class}`, href: address({ ...state, roots: [node.ref] }) },
              icon(`kind-${node.class}`),
              make('span', {}, node.title),
            );
            link.addEventListener('click', (event) => {
              event.preventDefault();
              go({ roots: [node.ref], unfolded: new Set() }, true);
            });
            return make('li', {}, link, ...(node.gone ? [make('small', { textContent: 'not in the catalog' })] : []));
          }),
        ),
      ),
    );
  }

  async function draw(focus = false) {
    const chosen = state.roots.length > 0;
    still.hidden = chosen;
    drawn.hidden = !chosen;
    tools.hidden = !chosen;
    try {
      graph ??= await load();
    } catch (error) {
      note.textContent = `The graph could not be loaded: ${error.message}`;
      drawn.hidden = false;
      return;
    }
    last = chosen ? around() : undefined;
    colours = state.level === OWNER ? last && byOwner() : graph.scores.find(({ id }) => id === state.level);
    fill();
    if (!chosen) {
      title.textContent = 'Graph';
      return;
    }
    const roots = state.roots.map((ref) => graph.nodes[graph.byRef.get(ref)]).filter(Boolean);
    if (!roots.length) {
      canvas.replaceChildren();
      note.textContent = `There is no entity ${state.roots.join(', ')}.`;
      return;
    }
    title.replaceChildren(
      'Graph of ',
      ...roots.flatMap((root, at) => [
        ...(at ? [', '] : []),
        root.gone ? root.title : make('a', { href: new URL(root.path, home).href, textContent: root.title }),
      ]),
    );
    const { layout } = await import(new URL(drawn.dataset.graphLayout, location.href).href);
    const found = last;
    const parts = folded(found);
    canvas.hidden = false;
    const whole = show(parts, layout);
    const listed = drawn.querySelector('[data-graph-list]');
    const asList = isPhone() && !whole && !state.drawing;
    canvas.hidden = asList;
    find('[data-zoom=fit]').parentElement.hidden = asList;
    listed.replaceChildren(...(asList ? relations() : []));
    const hidden = parts.items.reduce((sum, item) => sum + (item.hidden ?? 0), 0);
    note.textContent =
      state.to && found.distance.size === roots.length
        ? `Nothing that is chosen leads from here to ${state.to}.`
        : `${found.distance.size.toLocaleString('en')} entities${state.to ? ` on the shortest paths to ${state.to}` : ''}${hidden ? `, ${hidden.toLocaleString('en')} of them folded: click a dashed node to show them` : ''}. ${asList ? '' : `${isPhone() ? 'Tap a node to look at it' : 'Click a node to look at it, with Shift to open its page'}.${whole || isPhone() ? '' : ' Drag to move, Ctrl and wheel to zoom.'}`}`;
    if (asList) {
      const button = make('button', { type: 'button', className: 'link', textContent: 'Show the drawing' });
      button.addEventListener('click', () => go({ drawing: true }));
      note.append(button);
    }
    if (found.beside && !asList) {
      const button = make('button', { type: 'button', className: 'link', textContent: found.drawn ? 'Hide' : 'Show' });
      button.addEventListener('click', () => go({ simple: found.drawn }));
      note.append(
        ` ${found.beside.toLocaleString('en')} ${found.beside === 1 ? 'edge' : 'edges'} between nodes at the same depth${found.drawn ? '' : ' hidden'}. `,
        button,
      );
    }
    const card = score();
    if (card && !asList)
      note.append(
        ` ${card.title}:`,
        ...card.levels.flatMap(([name, colour], at) => [
          ' ',
          make(
            'span',
            { className: 'level' },
            shape(
              'svg',
              { viewBox: '0 0 10 10', width: 10, height: 10, 'aria-hidden': 'true' },
              dot(colour, { cx: 5, cy: 5 }),
            ),
            ` ${name}${at + 1 < card.levels.length ? ',' : '.'}`,
          ),
        ]),
      );
    if (asList) {
      trails();
      return;
    }
    const current = canvas.querySelector('.root');
    const [box, frame] = [current.getBoundingClientRect(), canvas.getBoundingClientRect()];
    canvas.scrollTo({
      left: box.left - frame.left - frame.width / 2 + box.width / 2,
      top: box.top - frame.top - frame.height / 2,
    });
    if (focus) current.focus({ preventScroll: true });
    trails();
  }

  /** The ways back to what was looked at before. */
  function trails() {
    seen = [...seen.filter((ref) => !state.roots.includes(ref)), ...state.roots].slice(-7);
    trail.replaceChildren(
      ...seen.slice(0, -state.roots.length).map((ref) => {
        const link = make('a', {
          href: address({ ...state, roots: [ref] }),
          textContent: graph.nodes[graph.byRef.get(ref)]?.title ?? ref,
        });
        link.addEventListener('click', (event) => {
          event.preventDefault();
          go({ roots: [ref], unfolded: new Set() }, true);
        });
        return link;
      }),
    );
  }

  /** The filters at the side. */
  function fill() {
    const field = (name, control) =>
      make('label', { className: 'field' }, make('span', { textContent: name }), control);
    const choice = (name, options, value, change) => {
      const select = make(
        'select',
        {},
        ...options.map(([of, text]) =>
          make('option', { value: of, textContent: text, selected: String(of) === String(value) }),
        ),
      );
      select.addEventListener('change', () => change(select.value));
      return field(name, select);
    };
    const box = (text, checked, change, extra = []) => {
      const input = make('input', { type: 'checkbox', checked });
      input.addEventListener('change', () => change(input.checked));
      return make('label', {}, input, ...extra, make('span', { textContent: text }));
    };
    const focused = document.activeElement?.dataset?.name;
    const input = make('input', {
      type: 'search',
      placeholder: 'Name of an entity',
      autocomplete: 'off',
      'aria-label': 'Start from',
    });
    input.setAttribute('list', 'graph-names');
    const names = make('datalist', { id: 'graph-names' });
    input.addEventListener('input', () => {
      const exact = graph.byRef.get(input.value);
      if (exact !== undefined) {
        go({ roots: [input.value], unfolded: new Set() }, true);
        return;
      }
      suggest(input.value);
    });
    const suggest = (typed) => {
      const text = typed.toLowerCase();
      const hits = text
        ? graph.nodes.filter((node) => node.title.toLowerCase().includes(text) || node.ref.includes(text)).slice(0, 30)
        : [];
      names.replaceChildren(
        ...hits.map((node) => make('option', { value: node.ref, label: `${node.title} · ${node.one}` })),
      );
    };
    const goal = make('input', {
      type: 'search',
      placeholder: 'Name of an entity',
      autocomplete: 'off',
      value: state.to,
    });
    goal.setAttribute('list', 'graph-names');
    goal.addEventListener('input', () => {
      suggest(goal.value);
      if (!goal.value || graph.byRef.has(goal.value)) go({ to: goal.value, unfolded: new Set() });
    });
    const pick = () => {
      const hit = names.querySelector('option');
      if (hit) go({ roots: [hit.value], unfolded: new Set() }, true);
    };
    const toggle = (list, value, on, everything) => {
      const now = list.length ? list : everything;
      const next = on ? [...now, value] : now.filter((other) => other !== value);
      return next.length === everything.length ? [] : next;
    };
    const kinds = graph.kinds.map(([kind]) => kind);
    const used = graph.relations
      .map(([name], at) => [name, at])
      .filter(([, at]) => graph.nodes.some((node) => node.out.some(([relation]) => relation === at)));
    const relations = used.map(([name]) => name);
    const relationOn = (at) =>
      !state.relations.length || graph.relations[at].slice(0, 2).some((known) => state.relations.includes(known));
    const chosen = () => used.filter(([, at]) => relationOn(at)).map(([name]) => name);
    const facet = (name, ...children) =>
      make(
        'details',
        { className: 'facet', open: matchMedia('(min-width: 60rem)').matches },
        make('summary', { textContent: name }),
        ...children,
      );
    form.onsubmit = (event) => {
      event.preventDefault();
      pick();
    };
    form.replaceChildren(
      field('Start from', input),
      names,
      field('Path to', goal),
      choice(
        'Group by',
        [
          ['', 'None'],
          ['system', 'System'],
          ['domain', 'Domain'],
        ],
        state.roll,
        (roll) => go({ roll }),
      ),
      choice(
        'Depth',
        [1, 2, 3, 4, 5, '∞'].map((of) => [of, of]),
        state.depth === Infinity ? '∞' : state.depth,
        (value) => go({ depth: value === '∞' ? Infinity : Number(value) }),
      ),
      choice(
        'Direction',
        [
          ['LR', 'Left to right'],
          ['RL', 'Right to left'],
          ['TB', 'Top to bottom'],
          ['BT', 'Bottom to top'],
        ],
        state.direction,
        (direction) => go({ direction }),
      ),
      choice(
        'Colour by',
        [['', 'Kind'], [OWNER, 'Owner'], ...graph.scores.map(({ id, title: name }) => [id, name])],
        state.level,
        (level) => go({ level }),
      ),
      choice(
        'Edge style',
        [
          ['', 'Curved'],
          ['step', 'Straight'],
        ],
        state.step ? 'step' : '',
        (value) => go({ step: Boolean(value) }),
      ),
      facet(
        'Kinds',
        ...graph.kinds.map(([kind, , many, name]) =>
          box(
            many,
            !state.kinds.length || state.kinds.includes(kind),
            (on) => go({ kinds: toggle(state.kinds, kind, on, kinds) }),
            [Object.assign(icon(`kind-${name}`), { className: `icon i-kind-${name} k-${name}` })],
          ),
        ),
      ),
      facet(
        'Relations',
        ...used.map(([name, at]) =>
          box(graph.relations[at][2], relationOn(at), (on) => go({ relations: toggle(chosen(), name, on, relations) })),
        ),
      ),
      facet(
        'Show',
        box('Simplified', last ? !last.drawn : (state.simple ?? false), (simple) => go({ simple })),
        box('Merge relations', state.merge, (merge) => go({ merge })),
      ),
    );
    for (const [at, control] of [...form.querySelectorAll('input, select')].entries())
      control.dataset.name = String(at);
    if (focused) form.querySelector(`[data-name="${focused}"]`)?.focus();
  }

  const whole = find('[data-full]');
  whole.hidden = !document.fullscreenEnabled;
  whole.addEventListener('click', () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else drawn.requestFullscreen();
  });
  addEventListener('fullscreenchange', () => scale('fit'), { signal });
  addEventListener('resize', overview, { signal });
  // With the drawing in focus: + and - zoom, 0 fits, f fills the screen. From node to node by arrow, as they are seen.
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { '+': 1.25, '=': 1.25, '-': 0.8, 0: 'fit' };
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const node = event.target.closest('a.n');
    if (event.key in keys) scale(keys[event.key]);
    else if (event.key === 'f') whole.click();
    else if (node && event.key in ways) {
      const [dx, dy] = ways[event.key];
      const middle = (one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return [x + width / 2, y + height / 2];
      };
      const [x, y] = middle(node);
      const near = [...canvas.querySelectorAll('a.n')]
        .map((one) => {
          const [a, b] = middle(one);
          const along = (a - x) * dx + (b - y) * dy;
          return { one, along, cost: along + 2 * Math.abs((a - x) * dy + (b - y) * dx) };
        })
        .filter(({ along }) => along > 8)
        .sort((a, b) => a.cost - b.cost)[0];
      near?.one.focus();
    } else return;
    event.preventDefault();
  });

  for (const button of all('[data-zoom]'))
    button.addEventListener('click', () => scale(button.dataset.zoom === 'fit' ? 'fit' : Number(button.dataset.zoom)));
  const save = (name, type, text) => {
    const file = URL.createObjectURL(new Blob([text], { type }));
    make('a', { href: file, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(file), 1000);
  };
  find('[data-save=csv]').addEventListener('click', () => {
    if (!last) return;
    // What begins like a formula is one to a spreadsheet.
    const cell = (text) =>
      `"${String(text)
        .replace(/^[=+\-@]/, "'$&")
        .replaceAll('"', '""')}"`;
    const rows = [...last.distance]
      .sort((a, b) => a[1] - b[1])
      .map(([at, step]) => {
        const { ref, title: name, one } = graph.nodes[at];
        return [
          step,
          ref,
          name,
          one,
          ends(at, 'ownedBy')
            .map((other) => graph.nodes[other].ref)
            .join(' '),
        ];
      });
    save(
      'graph.csv',
      'text/csv',
      [['steps', 'entity', 'title', 'kind', 'owner'], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join(''),
    );
  });
  find('[data-save=svg]').addEventListener('click', () => {
    const svg = canvas.querySelector('svg');
    if (!svg) return;
    const copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll('*')];
    [copy, ...copy.querySelectorAll('*')].forEach((element, at) => {
      const style = getComputedStyle(from[at]);
      for (const name of [
        'fill',
        'stroke',
        'stroke-width',
        'stroke-dasharray',
        'font-size',
        'font-family',
        'font-weight',
        'text-anchor',
        'paint-order',
        'color',
      ])
        element.setAttribute(name, style.getPropertyValue(name));
      const href = element.localName === 'a' && element.getAttribute('href');
      if (href) element.setAttribute('href', new URL(href, location.href).href);
    });
    copy.prepend(drawn.querySelector('.symbols').cloneNode(true));
    save('graph.svg', 'image/svg+xml', new XMLSerializer().serializeToString(copy));
  });
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        scale(event.deltaY < 0 ? 1.1 : 1 / 1.1);
      }
    },
    { passive: false },
  );
  canvas.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse' || event.target.closest('a')) return;
    const start = [event.clientX + canvas.scrollLeft, event.clientY + canvas.scrollTop];
    const move = (now) => canvas.scrollTo(start[0] - now.clientX, start[1] - now.clientY);
    addEventListener('pointermove', move);
    addEventListener('pointerup', () => removeEventListener('pointermove', move), { once: true });
  });
  const { pathname } = location;
  addEventListener(
    'popstate',
    () => {
      if (location.pathname === pathname) {
        state = readState();
        draw();
      }
    },
    { signal },
  );
  draw();
}
