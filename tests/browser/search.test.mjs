// The search module against the index that the Rust tests write (`search_index.snap`), and against the term vectors
// that the Rust side passes too. Run: node --test tests/browser/
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const source = read('../../src/search/engine.js');
const { open, pieces, terms } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const snapshot = read('search_index.snap');
const files = JSON.parse(snapshot.slice(snapshot.indexOf('\n---\n') + 5));

/** Answers as a server of the example does. */
function answer(path) {
  const file = files[path];
  if (file === undefined) return new Response('not found', { status: 404 });
  return new Response(typeof file === 'string' ? Buffer.from(file, 'hex') : JSON.stringify(file));
}

/** Opens the example's index below a base path, with more in its table of contents if asked; notes what is fetched. */
async function example(base = 'https://host.test/portal/', more = {}) {
  const fetched = [];
  const fetch = async (url) => {
    assert.ok(url.startsWith(base), url);
    const path = url.slice(base.length);
    fetched.push(path);
    return path === 'search/index.json' ? Response.json({ ...files[path], ...more }) : answer(path);
  };
  return { index: await open({ base, fetch }), fetched };
}

const urls = async (text, options) =>
  (await (await example()).index.query(text, options)).results.map(({ url }) => url);
const first = async (text, options) => (await urls(text, options))[0];

test('texts are cut into the terms that are indexed', () => {
  for (const [text, expect] of JSON.parse(read('../../src/search/vectors.json'))) {
    assert.deepEqual(
      terms(text)
        .filter(({ stop }) => !stop)
        .map(({ term, whole }) => (whole ? '=' : '') + term),
      expect,
      text,
    );
  }
});

test('an exact name or title comes first', async () => {
  // One is called so, the other named so.
  const both = (await urls('Payments')).slice(0, 2).sort();
  assert.deepEqual(both, ['catalog/default/component/payment-service/', 'catalog/legacy/component/payments/']);
  assert.equal(await first('payment-service'), 'catalog/default/component/payment-service/');
  assert.equal(await first('payment-api'), 'catalog/default/api/payment-api/');
  assert.equal(await first('api:default/payment-api'), 'catalog/default/api/payment-api/');
  assert.equal(await first('legacy/payments'), 'catalog/legacy/component/payments/');
  assert.equal(await first('cash team'), 'catalog/default/group/team-cash/');
  assert.equal(await first('cash@example.org'), 'catalog/default/group/team-cash/');
});

test('words are found in other forms, half typed and misspelt', async () => {
  // The words are below the heading that is the title; only who asks for the title itself wants the top of the page.
  const page = 'docs/default/component/payment-service/guide/refunds/#refunding-a-customer';
  const index = 'docs/default/component/payment-service/#welcome';
  assert.equal(await first('refunded customers'), page);
  assert.equal(await first('installing'), index);
  assert.equal(await first('insta'), index);
  assert.equal(await first('configurati'), index);
  assert.equal(await first('configuraton'), index);
  assert.equal(await first('instalation'), index);
  assert.equal(await first('返金'), index);
});

test('a result points at the heading that holds the words', async () => {
  const { index } = await example();
  const { results } = await index.query('reconciliation console');
  assert.equal(results[0].url, 'docs/default/component/payment-service/guide/refunds/#part-of-it');
  assert.equal(results[0].heading, 'Part of it');
  assert.match(results[0].excerpt, /reconciliation console/);
  assert.equal(await first('REFUND_LIMIT'), 'docs/default/component/payment-service/guide/refunds/#full-refund');
  assert.equal(await first('refund limit'), 'docs/default/component/payment-service/guide/refunds/#full-refund');
  assert.equal(await first('refunding a customer'), 'docs/default/component/payment-service/guide/refunds/');
});

test('results say what they are', async () => {
  const { index } = await example();
  const { total, results } = await index.query('new service', { limit: 1 });
  assert.equal(results.length, 1);
  assert.ok(total >= 1 && (await index.query('service', { limit: 1 })).total > 1);
  const { score, ...result } = results[0];
  assert.ok(score > 0);
  assert.deepEqual(result, {
    url: 'catalog/default/template/new-service/',
    title: 'New service',
    type: 'template',
    ref: 'template:default/new-service',
    excerpt: 'Template service team-cash Cash Team',
  });
});

test('filters are obeyed', async () => {
  const { index } = await example();
  const query = async (filters) => (await index.query('service', { limit: 50, filters })).results;
  for (const { type } of await query({ type: ['docs'] })) assert.equal(type, 'docs');
  for (const { ref } of await query({ kind: ['template'] })) assert.match(ref, /^template:/);
  const one = await query({ ref: ['component:default/payment-service'], type: ['docs', 'entity'] });
  assert.ok(one.length >= 2 && one.every(({ ref }) => ref === 'component:default/payment-service'));
  assert.deepEqual(await query({ type: ['api'] }), []);
});

test('answers are counted and filtered by what is known of entities', async () => {
  const { index, fetched } = await example();
  const { total, facets } = await index.query('service', { limit: 1, facets: true });
  assert.equal(
    facets.type.reduce((sum, [, count]) => sum + count, 0),
    total,
  );
  assert.deepEqual(facets.owner, [
    ['group:default/team-cash', 3],
    ['group:legacy/team-cash', 1],
  ]);
  assert.ok(facets.lifecycle.some(([name]) => name === 'production'));
  const { results } = await index.query('payments', { filters: { lifecycle: ['deprecated'] } });
  assert.deepEqual(
    results.map(({ ref }) => ref),
    ['component:legacy/payments'],
  );
  const tagged = await index.query('money', { filters: { tag: ['checkout'], namespace: ['default'] } });
  assert.ok(tagged.total > 0 && tagged.results.every(({ ref }) => ref === 'component:default/payment-service'));
  assert.equal((await index.query('money', { filters: { owner: ['group:default/nobody'] } })).total, 0);
  assert.equal(fetched.filter((path) => path.endsWith('facts.json')).length, 1);
});

test('what an answer is about can be marked in any text', async () => {
  const { index } = await example();
  const { terms: wanted } = await index.query('refund customers');
  assert.deepEqual(pieces('Refunding <b>a customer</b>, or not', wanted), [
    '',
    'Refunding',
    ' <b>a ',
    'customer',
    '</b>, or not',
  ]);
  assert.deepEqual(pieces('payment-service', ['servic']), ['payment-', 'service', '']);
  assert.deepEqual(pieces('', wanted), ['']);
});

test('little is loaded, and nothing twice', async () => {
  const { index, fetched } = await example();
  assert.deepEqual(fetched, ['search/index.json']);
  await index.query('payments');
  await index.query('payments');
  assert.equal(new Set(fetched).size, fetched.length);
  assert.ok(fetched.length <= 5, fetched.join(' '));
});

test('names are found by the words that they join, and the other way', async () => {
  for (const text of ['paymentapi', 'payment api', 'payment_api', 'paymentApi', 'paymenta'])
    assert.equal(await first(text), 'catalog/default/api/payment-api/', text);
  for (const text of ['cashteam', 'cash-team', 'cash_team'])
    assert.equal(await first(text), 'catalog/default/group/team-cash/', text);
  assert.equal(await first('refundlimit'), 'docs/default/component/payment-service/guide/refunds/#full-refund');
  // Words that are written as they are asked for cost no more files.
  const { index, fetched } = await example();
  await index.query('money');
  assert.ok(!fetched.some((path) => path.includes('/w/')), fetched.join(' '));
});

test('results come by group, with how many there are of each', async () => {
  const { index } = await example();
  const { total, groups, results } = await index.query('payments', { limit: 1, groups: 1 });
  assert.equal(
    Object.values(groups).reduce((sum, count) => sum + count, 0),
    total,
  );
  assert.ok(groups.entity > 1 && groups.docs > 0);
  for (const type of ['entity', 'docs'])
    assert.ok(
      results.some((result) => result.type === type),
      type,
    );
});

test('without words, filters list what passes them', async () => {
  const { index } = await example();
  const list = async (filters) =>
    (await index.query('', { list: true, limit: 20, filters })).results.map(({ url }) => url);
  assert.deepEqual(await list({ kind: ['group'] }), ['catalog/default/group/team-cash/']);
  assert.deepEqual(await list({ owner: ['team-c'], kind: ['template'] }), ['catalog/default/template/new-service/']);
  assert.ok((await list({ type: ['docs'] })).every((url) => url.startsWith('docs/')));
  assert.equal((await index.query('', { filters: { kind: ['group'] } })).total, 0);
});

test('words that mean the same find the same', async () => {
  const { index } = await example(undefined, {
    synonyms: [
      ['chargeback', 'refund'],
      ['payment-api', 'till'],
    ],
  });
  assert.equal((await index.query('chargeback')).results[0].url, (await index.query('refund')).results[0].url);
  assert.equal((await index.query('till')).results[0].url, 'catalog/default/api/payment-api/');
  // Whoever says it as it is written comes first all the same.
  assert.equal((await index.query('payment-api')).results[0].url, 'catalog/default/api/payment-api/');
  assert.deepEqual((await (await example()).index.query('chargeback')).results, []);
});

test('what is boosted comes sooner', async () => {
  const of = async (more) =>
    (await (await example(undefined, more)).index.query('payments')).results.map(({ ref, type }) => `${type} ${ref}`);
  const plain = await of({});
  assert.ok(plain.length > 2);
  // The first document is the API.
  const { count } = files['search/index.json'];
  assert.equal(
    (
      await of({
        boosts: [
          [1000, 1],
          [100, count - 1],
        ],
      })
    )[0],
    'entity api:default/payment-api',
  );
  // The last two are pages.
  assert.equal(
    (
      await of({
        boosts: [
          [10, 1],
          [100, count - 3],
          [1000, 2],
        ],
      })
    ).at(-1),
    'entity api:default/payment-api',
  );
});

test('a query of many words is answered by its rarer ones', async () => {
  const common = files['search/index.json'].common;
  assert.ok(Array.isArray(common) && common.length > 0);
  const { index, fetched } = await example(undefined, { common: ['money', 'back', 'give', 'how'] });
  const { results } = await index.query('press the button twice reconciliation console money back give');
  assert.match(results[0].url, /guide\/refunds\//);
  assert.ok(fetched.length > 1);
});

test('what was asked before changes nothing', async () => {
  const alone = await urls('money');
  const { index } = await example();
  for (const text of ['pay', 'monex', 'm', 'refund']) await index.query(text);
  assert.deepEqual(
    (await index.query('money')).results.map(({ url }) => url),
    alone,
  );
});

test('odd input is answered', async () => {
  const { index } = await example();
  for (const text of [
    '',
    ' ',
    undefined,
    null,
    42,
    '*',
    '"',
    '+-~^:',
    'the',
    'x'.repeat(5000),
    'a '.repeat(3000),
    '\u0000',
    '😀',
    '__proto__',
    'constructor',
    'toString',
  ]) {
    const { total, results } = await index.query(text);
    assert.ok(Number.isInteger(total) && Array.isArray(results), String(text));
  }
  const { total, results, unknown } = await index.query('qqqqqzzzzz');
  assert.deepEqual({ total, results, unknown }, { total: 0, results: [], unknown: ['qqqqqzzzzz'] });
  assert.deepEqual((await index.query('service', { limit: 0 })).results, []);
});

test('scores fall, and addresses are named once', async () => {
  const { index } = await example();
  for (const text of ['service', 'payment api', 'money refund']) {
    const { results } = await index.query(text, { limit: 20 });
    for (let at = 1; at < results.length; at++) assert.ok(results[at - 1].score >= results[at].score, text);
    assert.equal(new Set(results.map(({ url }) => url)).size, results.length);
  }
});

test('a failure to load is reported and forgotten', async () => {
  let broken = true;
  const base = 'https://host.test/';
  const fetch = async (url) => {
    const path = url.slice(base.length);
    return broken && path.includes('/t/') ? new Response('', { status: 503 }) : answer(path);
  };
  const index = await open({ base: new URL(base), fetch });
  await assert.rejects(index.query('payments'), /503/);
  broken = false;
  assert.ok((await index.query('payments')).total > 0);
  await assert.rejects(open({ base, fetch: async () => Response.json({ version: 99 }) }), /version/);
});

test('an open page reads on after the site was built again', async () => {
  const root = files['search/index.json'];
  const base = 'https://host.test/';
  /** Opens the index as it was before: `old` is what its table of contents said, `lost` the files that are there no more. */
  const stale = async (old, change = (path, _first) => answer(path)) => {
    const fetched = [];
    const fetch = async (url, options) => {
      const path = url.slice(base.length);
      fetched.push([path, options?.cache]);
      const first = fetched.filter(([known]) => known === path).length === 1;
      return path === 'search/index.json' && first
        ? Response.json({ ...root, generation: 'old', ...old })
        : change(path, first);
    };
    return { index: await open({ base, fetch }), fetched };
  };
  const expect = await urls('payments');
  const found = async ({ index }) => (await index.query('payments')).results.map(({ url }) => url);

  // A file of terms has been divided, or has another name.
  const divided = await stale({ t: 'AAz' });
  assert.deepEqual(await found(divided), expect);
  assert.equal(divided.fetched.filter(([path]) => path.endsWith('index.json')).length, 2);
  // What the browser has kept is asked for once more.
  assert.ok(divided.fetched.some(([path, cache]) => path.includes('/t/') && cache === 'no-cache'));
  assert.deepEqual(await found(await stale({ t: 'Ab' })), expect);
  assert.deepEqual(await found(await stale({ folder: 'gone' })), expect);

  // A file of results lacks a document: at first, since the browser had kept it, and for ever.
  const without = (path) => {
    const block = JSON.parse(inflateRawSync(Buffer.from(files[path], 'hex')).toString());
    return new Response(deflateRawSync(JSON.stringify(block.filter(([, url]) => url !== expect[0]))));
  };
  assert.deepEqual(
    await found(await stale({}, (path, first) => (first && path.includes('/d/') ? without(path) : answer(path)))),
    expect,
  );
  assert.deepEqual(
    await found(await stale({}, (path) => (path.includes('/d/') ? without(path) : answer(path)))),
    expect.slice(1),
  );
});
