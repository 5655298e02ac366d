// Holds the layout that runs in browsers to that of the build: the graphs of `src/graph/layouts.json`, which the Rust tests
// pass too. Run: node --test tests/browser/graph-layout.test.mjs
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { layout } from '../../themes/default/static/graph-layout.js';

const graphs = JSON.parse(await readFile(new URL('../../src/graph/layouts.json', import.meta.url), 'utf8'));
const round = (number) => Math.round(number * 100) / 100 + 0;
const rect = ({ main, cross, length, breadth }) => [main, cross, length, breadth].map(round);

function placed({ widths, edges, labels, label_widths }) {
  const result = layout(
    widths.map((main) => ({ main, cross: 30 })),
    edges.map(([from, to, label]) => ({ from, to, label })),
    labels.map((text, at) => ({ text, main: label_widths[at] })),
  );
  const captions = result.captions.map(({ main, cross, label, ends }) => [round(main), round(cross), label, ends]);
  captions.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || Number(a[3]) - Number(b[3]));
  return {
    size: [result.main, result.cross].map(round),
    nodes: result.nodes.map(rect),
    boxes: result.boxes.map(rect),
    routes: result.routes.map(({ way, turned }) => [turned, way.map((point) => point.map(round))]),
    captions,
    loops: result.loops,
  };
}

for (const graph of graphs) {
  test(graph.name, () => assert.deepEqual(placed(graph), graph.result));
}
