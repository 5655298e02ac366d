// Places the nodes of a graph in layers, as `src/graph` does at build time: the same stages, for any direction. Both are held
// to the results in `src/graph/layouts.json`.
// A node has `main` and `cross`, its sizes along and across the direction of the lines; a label has its length `main`.

const [MARGIN, BEND, END, CAPTION, CLOSE, INSET, MANY, ROWS] = [6, 46, 12, 8, 6, 8, 7, 8];
const GAP = { unit: 10, line: 12 };
const group = (map, key, make) => {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
};

/** Puts many leaves of one port in a box. What is between equals (`beside`) makes no leaf of them, and no layers. */
function cluster(nodes, edges) {
  const degree = nodes.map(() => 0);
  const proper = edges.filter(({ from, to }) => from !== to);
  for (const { from, to } of proper) {
    degree[from] += 1;
    degree[to] += 1;
  }
  const leaves = new Map();
  for (const { from, to, label } of proper) {
    if (degree[to] === 1 && degree[from] > 1) group(leaves, `${from} ${label} >`, () => []).push(to);
    if (degree[from] === 1 && degree[to] > 1) group(leaves, `${to} ${label} <`, () => []).push(from);
  }
  const box = new Map();
  for (const members of leaves.values())
    if (members.length >= MANY)
      for (const member of members)
        box.set(
          member,
          members.sort((a, b) => a - b),
        );
  const units = [];
  const unitOf = nodes.map(() => -1);
  const lonely = [];
  nodes.forEach((_, at) => {
    if (unitOf[at] >= 0) return;
    if (!degree[at]) {
      lonely.push(at);
      return;
    }
    const members = box.get(at) ?? [at];
    for (const member of members) unitOf[member] = units.length;
    const columns = Math.min(Math.ceil(members.length / ROWS), 3);
    const rows = Math.ceil(members.length / columns);
    const around = members.length > 1 ? INSET : 0;
    const main = Math.max(...members.map((member) => nodes[member].main));
    const cross = Math.max(...members.map((member) => nodes[member].cross));
    units.push({
      members,
      rows,
      main: main * columns + CLOSE * (columns - 1) + 2 * around,
      cross: cross * rows + CLOSE * (rows - 1) + 2 * around,
      columns,
    });
  });
  const between = new Map();
  const key = ({ from, to, label }) => `${unitOf[from]} ${unitOf[to]} ${label}`;
  const unit = ({ from, to, label, beside }) => ({ from: unitOf[from], to: unitOf[to], label, beside });
  for (const edge of proper) if (!edge.beside || !between.has(key(edge))) between.set(key(edge), unit(edge));
  return {
    units,
    lines: [...between.values()],
    lonely,
    loops: edges.filter(({ from, to }) => from === to).map(({ from }) => from),
  };
}

/** Breaks cycles and gives each unit a layer. */
function layers({ units, lines }) {
  const out = units.map(() => []);
  const reached = new Set();
  for (const line of lines) {
    out[line.from].push(line);
    reached.add(line.to);
  }
  const state = units.map(() => 0);
  const starts = [...units.keys()].sort((a, b) => Number(reached.has(a)) - Number(reached.has(b)));
  for (const start of starts) {
    if (state[start]) continue;
    state[start] = 1;
    const way = [[start, 0]];
    while (way.length) {
      const step = way[way.length - 1];
      const line = out[step[0]][step[1]++];
      if (!line) {
        state[step[0]] = 2;
        way.pop();
      } else if (!state[line.to]) {
        state[line.to] = 1;
        way.push([line.to, 0]);
      } else if (state[line.to] === 1) line.turned = true;
    }
  }
  const after = units.map(() => []);
  const before = units.map(() => []);
  for (const line of lines) {
    [line.left, line.right] = line.turned ? [line.to, line.from] : [line.from, line.to];
    after[line.left].push(line.right);
    before[line.right].push(line.left);
  }
  const waiting = before.map((all) => all.length);
  const order = [...units.keys()].filter((unit) => !waiting[unit]);
  const layer = units.map(() => 0);
  for (let at = 0; at < order.length; at += 1) {
    for (const next of after[order[at]]) {
      layer[next] = Math.max(layer[next], layer[order[at]] + 1);
      waiting[next] -= 1;
      if (!waiting[next]) order.push(next);
    }
  }
  for (const unit of order.reverse())
    if (after[unit].length > before[unit].length)
      layer[unit] = Math.max(layer[unit], Math.min(...after[unit].map((next) => layer[next])) - 1);
  const first = Math.min(...layer);
  return layer.map((value) => value - first);
}

function crossings(order, after, at) {
  let count = 0;
  for (let here = 0; here + 1 < order.length; here += 1) {
    const tree = new Uint32Array(order[here + 1].length + 1);
    let placed = 0;
    for (const point of order[here]) {
      const ends = after[point].map((other) => at[other]).sort((a, b) => a - b);
      for (const end of ends) {
        let above = 0;
        for (let node = end + 1; node > 0; node &= node - 1) above += tree[node];
        count += placed - above;
      }
      for (const end of ends) {
        placed += 1;
        for (let node = end + 1; node < tree.length; node += node & -node) tree[node] += 1;
      }
    }
  }
  return count;
}

/** Adds bends to long lines, and orders each layer so that few lines cross. */
function order(layer, lines) {
  // Long lines that mean the same and begin or end at one unit share their bends, as far as they go the same way.
  const ends = new Map();
  const name = (line, end) => `${end} ${line[end]} ${line.label} ${Boolean(line.turned)}`;
  for (const line of lines)
    for (const end of ['left', 'right']) ends.set(name(line, end), (ends.get(name(line, end)) ?? 0) + 1);
  const bends = new Map();
  for (const line of lines) {
    const shared = name(line, ends.get(name(line, 'left')) >= ends.get(name(line, 'right')) ? 'left' : 'right');
    line.points = [line.left];
    for (let between = layer[line.left] + 1; between < layer[line.right]; between += 1)
      line.points.push(group(bends, `${shared} ${between}`, () => layer.push(between) - 1));
    line.points.push(line.right);
  }
  const after = layer.map(() => []);
  const before = layer.map(() => []);
  for (const { points } of lines)
    for (let at = 1; at < points.length; at += 1) {
      if (after[points[at - 1]].includes(points[at])) continue;
      after[points[at - 1]].push(points[at]);
      before[points[at]].push(points[at - 1]);
    }
  const now = Array.from({ length: Math.max(...layer) + 1 }, () => []);
  for (const [point, value] of layer.entries()) now[value].push(point);
  const at = [];
  const number = (all) => {
    for (const points of all) for (const [place, point] of points.entries()) at[point] = place;
  };
  number(now);
  let best = now.map((points) => [...points]);
  let fewest = crossings(now, after, at);
  for (let sweep = 0; sweep < 8 && fewest; sweep += 1) {
    for (let step = 1; step < now.length; step += 1) {
      const [here, beside] = sweep % 2 ? [now.length - 1 - step, after] : [step, before];
      const mean = (point) =>
        beside[point].length
          ? beside[point].reduce((sum, other) => sum + at[other], 0) / beside[point].length
          : at[point];
      const means = new Map(now[here].map((point) => [point, mean(point)]));
      now[here].sort((a, b) => means.get(a) - means.get(b));
      now[here].forEach((point, place) => {
        at[point] = place;
      });
    }
    const count = crossings(now, after, at);
    if (count < fewest) {
      fewest = count;
      best = now.map((points) => [...points]);
    }
  }
  number(best);
  return { order: best, at, before, after };
}

/** Places points as near to where they want to be as their order allows (pool adjacent violators). */
function settle(points, wanted, apart, middle) {
  const closest = [0];
  for (let at = 1; at < points.length; at += 1) closest.push(closest[at - 1] + apart(points[at - 1], points[at]));
  const blocks = [];
  wanted.forEach(([wish, weight], at) => {
    blocks.push([wish - closest[at], weight, 1]);
    while (blocks.length > 1 && blocks[blocks.length - 2][0] > blocks[blocks.length - 1][0]) {
      const [mean, more, count] = blocks.pop();
      const above = blocks[blocks.length - 1];
      above[0] = (above[0] * above[1] + mean * more) / (above[1] + more);
      above[1] += more;
      above[2] += count;
    }
  });
  let at = 0;
  for (const [mean, , count] of blocks)
    for (let turn = 0; turn < count; turn += 1, at += 1) middle[points[at]] = mean + closest[at];
}

/** Returns rectangles of nodes and boxes, ways of lines and places of captions, along and across the direction. */
export function layout(
  nodes,
  edges,
  labels,
  { portGap = 15, captionMain = (label) => labels[label].main, line: rowLength = 860, bend = BEND } = {},
) {
  const { units, lines, lonely, loops } = cluster(nodes, edges);
  const result = {
    nodes: nodes.map(() => null),
    boxes: [],
    routes: [],
    captions: [],
    arcs: [],
    loops,
    main: 0,
    cross: 0,
  };
  if (units.length) place(result, units, lines, labels, portGap, captionMain, bend);
  const row = Math.max(result.main, rowLength);
  let main = MARGIN;
  let cross = units.length ? result.cross + GAP.unit : MARGIN;
  for (const node of lonely) {
    if (main > MARGIN && main + nodes[node].main + MARGIN > row) {
      main = MARGIN;
      cross += nodes[node].cross + GAP.unit;
    }
    result.nodes[node] = { main, cross, length: nodes[node].main, breadth: nodes[node].cross };
    result.main = Math.max(result.main, main + nodes[node].main + MARGIN);
    main += nodes[node].main + GAP.unit;
    result.cross = Math.max(result.cross, cross + nodes[node].cross + MARGIN);
  }
  return result;
}

function place(result, units, all, labels, portGap, captionMain, bend) {
  const layer = layers({ units, lines: all.filter((line) => !line.beside) });
  // Lines between equals go from layer to layer where they can, and in an arc beside their layer otherwise.
  const arcs = all.filter((line) => line.beside && layer[line.from] === layer[line.to]);
  const lines = all.filter((line) => !arcs.includes(line));
  for (const line of lines.filter(({ beside }) => beside)) {
    line.turned = layer[line.from] > layer[line.to];
    [line.left, line.right] = line.turned ? [line.to, line.from] : [line.from, line.to];
  }
  const count = units.length;
  const ordered = order(layer, lines);
  const key = (unit, side, line) => `${unit} ${side} ${line.label} ${Boolean(line.turned)}`;
  const ports = new Map();
  const share = (point) => (ordered.at[point] + 0.5) / ordered.order[layer[point]].length;
  for (const line of lines) {
    line.start = group(ports, key(line.left, 'r', line), () => ({
      unit: line.left,
      side: 'r',
      label: line.label,
      turned: Boolean(line.turned),
      lines: 0,
      sum: 0,
    }));
    line.end = group(ports, key(line.right, 'l', line), () => ({
      unit: line.right,
      side: 'l',
      label: line.label,
      turned: Boolean(line.turned),
      lines: 0,
      sum: 0,
    }));
    line.start.lines += 1;
    line.start.sum += share(line.points[1]);
    line.end.lines += 1;
    line.end.sum += share(line.points[line.points.length - 2]);
  }
  const sides = new Map();
  for (const port of ports.values()) group(sides, `${port.unit} ${port.side}`, () => []).push(port);
  const breadth = layer.map((_, point) => (point < count ? units[point].cross : 0));
  for (const side of sides.values()) {
    side.sort((a, b) => a.sum / a.lines - b.sum / b.lines || a.label - b.label || Number(a.turned) - Number(b.turned));
    side.forEach((port, at) => {
      port.offset = portGap * (at - (side.length - 1) / 2);
      breadth[port.unit] = Math.max(breadth[port.unit], 2 * Math.abs(port.offset) + portGap);
    });
  }
  // Across: each point is pulled to the middle of those beside it.
  const beside = { before: layer.map(() => []), after: layer.map(() => []) };
  for (const { points, start, end } of lines) {
    for (let at = 1; at < points.length; at += 1) {
      const from = at === 1 ? start.offset : 0;
      const to = at + 1 === points.length ? end.offset : 0;
      beside.before[points[at]].push([points[at - 1], from - to]);
      beside.after[points[at - 1]].push([points[at], to - from]);
    }
  }
  const apart = (a, b) => (breadth[a] + breadth[b]) / 2 + (a < count && b < count ? GAP.unit : GAP.line);
  const middle = layer.map(() => 0);
  for (const points of ordered.order) {
    points.forEach((point, at) => {
      middle[point] = at ? middle[points[at - 1]] + apart(points[at - 1], point) : 0;
    });
    const shift = middle[points[points.length - 1]] / 2;
    for (const point of points) middle[point] -= shift;
  }
  for (let round = 0; round < 12; round += 1) {
    const [near, far] = round % 2 ? [beside.after, beside.before] : [beside.before, beside.after];
    for (const points of round % 2 ? [...ordered.order].reverse() : ordered.order) {
      const wanted = points.map((point) => {
        const others = near[point].length && round < 10 ? near[point] : [...near[point], ...far[point]];
        const sum = others.reduce((total, [other, offset]) => total + middle[other] + offset, 0);
        return [sum / Math.max(others.length, 1), point < count ? Math.max(others.length, 1) : 4];
      });
      settle(points, wanted, apart, middle);
    }
  }
  const top = Math.min(...middle.map((value, point) => value - breadth[point] / 2));
  middle.forEach((value, point) => {
    middle[point] = Math.round(value - top + MARGIN);
  });
  // Along: layers one after the other, with room for what lines say at their ports.
  const room = new Map();
  const written = new Set();
  for (const line of lines) {
    const [source, target] = line.turned ? [line.end, line.start] : [line.start, line.end];
    const port = source.lines >= target.lines ? source : target;
    if (!labels[line.label].text) continue;
    written.add(port);
    const name = `${layer[port.unit]} ${port.side}`;
    room.set(name, Math.max(room.get(name) ?? END, captionMain(line.label) + 2 * CAPTION + END));
  }
  // Arcs swing out as far as their ends are apart.
  const swing = ({ from, to }) => Math.round(Math.min(16 + Math.abs(middle[from] - middle[to]) * 0.2, 70));
  const arcRoom = new Map();
  for (const arc of arcs) arcRoom.set(layer[arc.from], Math.max(arcRoom.get(layer[arc.from]) ?? 0, swing(arc)));
  for (const [at, wide] of arcRoom) room.set(`${at} r`, Math.max(room.get(`${at} r`) ?? END, wide));
  const roomAt = (at, side) => room.get(`${at} ${side}`) ?? END;
  const longest = (points, boxes) =>
    Math.max(
      0,
      ...points
        .filter((point) => point < count && (boxes || units[point].members.length === 1))
        .map((point) => units[point].main),
    );
  const lengths = ordered.order.map((points) => longest(points, true));
  const narrow = ordered.order.map((points) => longest(points, false));
  const left = [];
  let main = MARGIN;
  lengths.forEach((length, at) => {
    left.push(main);
    main += length + (at + 1 < lengths.length ? roomAt(at, 'r') + bend + roomAt(at + 1, 'l') : 0);
  });
  const rects = units.map((unit, at) => {
    const length = unit.members.length > 1 ? unit.main : narrow[layer[at]];
    return {
      main: layer[at] ? left[layer[at]] : left[0] + lengths[0] - length,
      cross: middle[at] - breadth[at] / 2,
      length,
      breadth: breadth[at],
    };
  });
  units.forEach((unit, at) => {
    const rect = rects[at];
    if (unit.members.length === 1) {
      result.nodes[unit.members[0]] = rect;
      return;
    }
    result.boxes.push(rect);
    const size = (rect.length - 2 * INSET - CLOSE * (unit.columns - 1)) / unit.columns;
    const wide = (rect.breadth - 2 * INSET - CLOSE * (unit.rows - 1)) / unit.rows;
    unit.members.forEach((member, place) => {
      result.nodes[member] = {
        main: rect.main + INSET + Math.floor(place / unit.rows) * (size + CLOSE),
        cross: rect.cross + INSET + (place % unit.rows) * (wide + CLOSE),
        length: size,
        breadth: wide,
      };
    });
  });
  result.routes = lines.map((line) => {
    const last = line.points.length - 1;
    const way = line.points.flatMap((point, at) => {
      const here = layer[point];
      const cross = middle[point] + (at === 0 ? line.start.offset : at === last ? line.end.offset : 0);
      const ways = [];
      if (at > 0) ways.push([left[here] - roomAt(here, 'l'), cross]);
      if (at === last) ways.push([rects[point].main, cross]);
      if (at === 0) ways.push([rects[point].main + rects[point].length, cross]);
      if (at < last) ways.push([left[here] + lengths[here] + roomAt(here, 'r'), cross]);
      return ways;
    });
    return { way, turned: Boolean(line.turned), from: units[line.from].members, to: units[line.to].members };
  });
  for (const arc of arcs) {
    const [from, to] = [rects[arc.from], rects[arc.to]];
    const side = Math.max(from.main + from.length, to.main + to.length);
    result.arcs.push({
      from: units[arc.from].members,
      to: units[arc.to].members,
      label: arc.label,
      start: [from.main + from.length, middle[arc.from] - 4],
      end: [to.main + to.length, middle[arc.to] + 4],
      side: side + (swing(arc) * 4) / 3,
    });
  }
  for (const port of written) {
    const rect = rects[port.unit];
    const head = (port.side === 'l') !== port.turned ? END : 0;
    const right = port.side === 'r';
    result.captions.push({
      main: right ? rect.main + rect.length + CAPTION + head : rect.main - CAPTION - head,
      cross: middle[port.unit] + port.offset,
      label: port.label,
      ends: !right,
    });
  }
  result.main = Math.max(main, ...result.arcs.map(({ side }) => side)) + MARGIN;
  result.cross = Math.max(...rects.map((rect) => rect.cross + rect.breadth), ...middle) + MARGIN;
}
