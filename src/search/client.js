// Playbill's search: reads the index that stands beside it, a few small files a query. Browser and Node.
//
//   const index = await open({ base: siteRootUrl });
//   const { total, results } = await index.query('some words', { limit: 10, filters: { type: ['docs'] } });

const VERSION = 1;
const MAX_QUERY = 256;
const MAX_TERMS = 12;
const MAX_TERM = 40;
const MAX_PARTS = 6;
const EXCERPT = 180;

// ---- terms: the same rules as terms.rs ---------------------------------------------------------------------------

const STOP = new Set(('a able about across after all almost also am among an and any are as at be because been but by can cannot could ' +
  'dear did do does either else ever every for from get got had has have he her hers him his how however i if in into is it its ' +
  'just least let like likely may me might most must my neither no nor not of off often on only or other our own rather said say ' +
  'says she should since so some than that the their them then there these they this tis to too twas us wants was we were what ' +
  'when where which while who whom why will with would yet you your').split(' '));

const IDEOGRAPH = '\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff';
const CHUNK = new RegExp(`[${IDEOGRAPH}]+|(?:(?![${IDEOGRAPH}])[\\p{Alphabetic}\\p{N}_])(?:(?![${IDEOGRAPH}])[\\p{Alphabetic}\\p{N}_\\-./:@'’])*`, 'gu');
const IDEOGRAPHS = new RegExp(`^[${IDEOGRAPH}]`, 'u');
const HUMPS = /(?<=\p{Lowercase})(?=\p{Uppercase})|(?<=\p{Uppercase})(?=\p{Uppercase}\p{Lowercase})/u;

/** Cuts a text into terms: `{ term, raw, whole }`, whole for names of several words. */
export function terms(text) {
  const found = [];
  for (const [match] of text.matchAll(CHUNK)) {
    if (IDEOGRAPHS.test(match)) {
      const letters = [...match];
      if (letters.length === 1) found.push({ term: match, raw: match, whole: false });
      for (let at = 1; at < letters.length; at++) {
        const pair = letters[at - 1] + letters[at];
        found.push({ term: pair, raw: pair, whole: false });
      }
      continue;
    }
    const chunk = match.replace(/[-./:@'’]+$/u, '');
    const parts = chunk.split(/[-./:@'’_]+/u).filter(Boolean).flatMap((piece) => piece.split(HUMPS));
    const compound = parts.length > 1;
    for (const part of parts) {
      const letters = [...part].length;
      if (compound && letters === 1 && !/\p{N}/u.test(part)) continue;
      const raw = part.toLowerCase();
      if ([...raw].length > MAX_TERM) continue;
      if (!/^[a-z]*$/.test(raw)) found.push({ term: raw, raw, whole: false });
      else if (!STOP.has(raw)) found.push({ term: stem(raw), raw, whole: false });
    }
    if (compound && parts.length <= MAX_PARTS && [...chunk].length <= MAX_TERM) {
      const raw = chunk.toLowerCase();
      found.push({ term: raw, raw, whole: true });
    }
  }
  return found;
}

const STEP2 = [['ational', 'ate'], ['tional', 'tion'], ['enci', 'ence'], ['anci', 'ance'], ['izer', 'ize'], ['bli', 'ble'],
  ['alli', 'al'], ['entli', 'ent'], ['eli', 'e'], ['ousli', 'ous'], ['ization', 'ize'], ['ation', 'ate'], ['ator', 'ate'],
  ['alism', 'al'], ['iveness', 'ive'], ['fulness', 'ful'], ['ousness', 'ous'], ['aliti', 'al'], ['iviti', 'ive'],
  ['biliti', 'ble'], ['logi', 'log']];
const STEP3 = [['icate', 'ic'], ['ative', ''], ['alize', 'al'], ['iciti', 'ic'], ['ical', 'ic'], ['ful', ''], ['ness', '']];
const STEP4 = ['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent', 'ion', 'ou', 'ism', 'ate', 'iti',
  'ous', 'ive', 'ize'];

/** Marks each letter as vowel or consonant; `y` is a vowel after a consonant. */
function shape(word) {
  let shape = '';
  for (let at = 0; at < word.length; at++) {
    const letter = word[at];
    const vowel = 'aeiou'.includes(letter) || (letter === 'y' && at > 0 && shape[at - 1] === 'c');
    shape += vowel ? 'v' : 'c';
  }
  return shape;
}

const measure = (word) => (shape(word).match(/v+c+/g) ?? []).length;
const short = (word) => /cvc$/.test(shape(word)) && !/[wxy]$/.test(word);
const double = (word) => /(.)\1$/.test(word) && shape(word).endsWith('c');

/** Stems an English word in lower case: Porter's algorithm with the departures of elasticlunr. */
function stem(word) {
  if (word.length < 3) return word;
  let result = word;
  if (result.endsWith('s')) {
    if (result.endsWith('sses')) result = result.slice(0, -2);
    else if (result.endsWith('ies')) result = result.slice(0, -2);
    else if (result.at(-2) !== 's') result = result.slice(0, -1);
  }
  if (result.endsWith('eed')) {
    if (measure(result.slice(0, -3)) > 0) result = result.slice(0, -1);
  } else {
    const ending = ['ed', 'ing'].find((ending) => result.endsWith(ending));
    const rest = ending && result.slice(0, -ending.length);
    if (rest !== undefined && shape(rest).includes('v')) {
      result = rest;
      if (/(at|bl|iz)$/.test(result)) result += 'e';
      else if (double(result)) {
        if (!/[lsz]$/.test(result)) result = result.slice(0, -1);
      } else if (measure(result) === 1 && short(result)) result += 'e';
    }
  }
  if (result.length > 2 && result.endsWith('y') && !/[aeiou]y$/.test(result)) result = `${result.slice(0, -1)}i`;
  result = replace(result, STEP2);
  result = replace(result, STEP3);
  const ending = STEP4
    .filter((ending) => result.endsWith(ending) && (ending !== 'ion' || /[st]$/.test(result.slice(0, -3))))
    .sort((a, b) => b.length - a.length)[0];
  if (ending && measure(result.slice(0, -ending.length)) > 1) result = result.slice(0, -ending.length);
  if (result.endsWith('e')) {
    const count = measure(result);
    const rest = result.slice(0, -1);
    if (count > 1 || (count === 1 && !short(rest))) result = rest;
  }
  if (result.endsWith('ll') && measure(result) > 1) result = result.slice(0, -1);
  return result;
}

/** Replaces the first ending that fits, if something of substance stands before it. */
function replace(word, endings) {
  const found = endings.find(([ending]) => word.endsWith(ending));
  if (!found) return word;
  const rest = word.slice(0, -found[0].length);
  return measure(rest) > 0 ? rest + found[1] : word;
}

// ---- the index ---------------------------------------------------------------------------------------------------

const TYPES = { e: 'entity', d: 'docs', a: 'api', t: 'template' };

/** Opens the index of a site. */
export async function open({ base, fetch = globalThis.fetch.bind(globalThis) }) {
  const loads = new Map();
  /** Reads a file once; a failure is forgotten, so that the next query starts anew. */
  const load = (path) => {
    let loading = loads.get(path);
    if (!loading) {
      loading = fetch(new URL(path, base).href).then((response) => {
        if (!response.ok) throw new Error(`${path}: ${response.status}`);
        return response.json();
      });
      loading.catch(() => loads.delete(path));
      loads.set(path, loading);
    }
    return loading;
  };
  const root = await load('search/index.json');
  if (root.version !== VERSION) throw new Error('the search index is of another version; reload the page');
  return new Index(root, (path) => load(`search/${root.folder}/${path}`));
}

class Index {
  constructor(root, load) {
    this.root = root;
    this.load = load;
    this.shards = new Set(root.shards);
    this.parsed = new Map();
  }

  /** Reads the terms that start as `term` does: `Map(term → postings)`. */
  async shard(term) {
    const shard = [...term].slice(0, 2).join('');
    if (!this.shards.has(shard)) return new Map();
    const name = [...shard].map((c) => (/[a-z0-9]/.test(c) ? c : `_${c.codePointAt(0).toString(16)}`)).join('');
    const terms = await this.load(`t/${name}.json`);
    if (!this.parsed.has(shard)) this.parsed.set(shard, new Map(Object.entries(terms).map(([term, postings]) => [term, decode(postings)])));
    return this.parsed.get(shard);
  }

  /** Returns the postings of exactly one term. */
  async postings(term) {
    return (await this.shard(term)).get(term) ?? [];
  }

  /** Returns the postings of a heading, and of those that begin as the words typed so far. */
  async phrase(words, begun) {
    const shard = await this.shard(words);
    const found = [...(shard.get(words) ?? [])];
    if (begun && begun.length > 4) {
      for (const [known, postings] of shard) if (known !== words && known.startsWith(begun)) found.push(...postings);
    }
    return found;
  }

  /** Answers a query: `{ total, results: [{ url, title, type, ref, excerpt, score, heading? }] }`, best first. */
  async query(text, { limit = 10, filters = {} } = {}) {
    const typed = String(text ?? '').slice(0, MAX_QUERY);
    const asked = terms(typed);
    const words = unique(asked.filter(({ whole }) => !whole)).slice(0, MAX_TERMS);
    // A single word may be the exact name of something, too.
    const wholes = unique([...asked.filter(({ whole }) => whole), ...names(typed)]).slice(0, MAX_TERMS);
    if (!words.length && !wholes.length) return { total: 0, results: [] };
    const last = /[\p{Alphabetic}\p{N}_]$/u.test(typed) ? words.at(-1)?.raw : undefined;
    const passes = await this.filter(filters);

    const found = new Map();
    const entry = (document) => {
      let hit = found.get(document);
      if (!hit) found.set(document, hit = { document, score: 0, words: 0, title: 0, named: 0, parts: new Map() });
      return hit;
    };
    // All words of a heading or title, in its order.
    const said = asked.filter(({ whole }) => !whole).map(({ term }) => term);
    const begun = last && [...said.slice(0, -1), last];
    const [candidates, headings, ...exact] = await Promise.all([
      Promise.all(words.map((word) => this.candidates(word, word.raw === last))),
      this.phrase(`#${said.join(' ')}`, begun && `#${begun.join(' ')}`),
      ...wholes.map(({ term }) => this.postings(term)),
    ]);
    for (const list of candidates) {
      const best = new Map();
      for (const { postings, worth, rarity } of list) {
        for (const posting of postings) {
          if (!passes(posting.document)) continue;
          const score = rarity * worth * posting.weight;
          const before = best.get(posting.document);
          if (!before || before.score < score) best.set(posting.document, { score, posting, rarity });
        }
      }
      for (const [document, { score, posting, rarity }] of best) {
        const hit = entry(document);
        hit.score += score;
        hit.words++;
        if (posting.title) hit.title++;
        posting.parts.forEach((part, rank) => hit.parts.set(part, (hit.parts.get(part) ?? 0) + rarity * (3 - rank)));
      }
    }
    for (const posting of headings) {
      const hit = found.get(posting.document);
      if (!hit) continue;
      hit.exact = true;
      posting.parts.forEach((part) => hit.parts.set(part, (hit.parts.get(part) ?? 0) + 100));
    }
    const whole = typed.trim().length;
    for (const [at, { term, raw, simple }] of wholes.entries()) {
      // A common word that is also a name somewhere is meant as a name only if it stands alone.
      if (simple && raw.length < whole) continue;
      const postings = exact[at];
      for (const posting of postings) {
        if (!passes(posting.document)) continue;
        const hit = entry(posting.document);
        hit.score += this.rarity(postings.length) * posting.weight;
        if (posting.name) hit.named = Math.max(hit.named, term.length / whole);
        if (!words.length) hit.words = 1;
        posting.parts.forEach((part, rank) => hit.parts.set(part, (hit.parts.get(part) ?? 0) + 3 - rank));
      }
    }

    const count = Math.max(words.length, 1);
    let hits = [...found.values()];
    for (const hit of hits) {
      hit.share = Math.max(hit.words / count, hit.named >= 1 ? 1 : 0);
      const titled = hit.title / Math.max(count, this.root.titles[hit.document]);
      hit.score *= hit.share ** 3 * (1 + titled) * (titled === 1 ? 1.6 : 1) * (hit.exact ? 1.8 : 1) * (1 + 2 * hit.named);
    }
    const most = hits.reduce((most, hit) => Math.max(most, hit.share), 0);
    hits = hits.filter((hit) => hit.share >= Math.min(most, 0.5));
    hits.sort((a, b) => b.score - a.score || a.document - b.document);
    const shown = hits.slice(0, Math.max(0, limit));
    const raws = words.map(({ raw, term }) => (term.length < raw.length && raw.startsWith(term) ? term : raw));
    return { total: hits.length, results: await Promise.all(shown.map((hit) => this.result(hit, raws))) };
  }

  rarity(count) {
    const all = this.root.titles.length;
    return Math.log(1 + (all - count + 0.5) / (count + 0.5));
  }

  /** Finds the terms of the index that a word of the query may mean. */
  async candidates({ term, raw }, growing) {
    const [shard, own] = await Promise.all([this.shard(term), this.shard(raw)]);
    const exact = shard.get(term);
    const found = exact ? [{ postings: exact, worth: 1, rarity: this.rarity(exact.length) }] : [];
    const length = [...raw].length;
    if (length > 1 && (growing || !exact)) {
      const longer = [...own.keys()].filter((known) => known !== term && known.startsWith(raw));
      longer.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
      const taken = longer.slice(0, 60);
      const count = taken.reduce((sum, known) => sum + own.get(known).length, exact?.length ?? 0);
      const rarity = this.rarity(Math.min(count, this.root.titles.length));
      for (const known of taken) found.push({ postings: own.get(known), worth: exact ? 0.4 : 0.9 * (raw.length / known.length) ** 0.3, rarity });
    }
    if (!found.length && length > 4) {
      // A word half typed: the stem of what it will be is shorter than what stands there.
      for (const [known, postings] of own) {
        if (known.length > 3 && raw.startsWith(known) && raw.length - known.length < 6) found.push({ postings, worth: 0.7, rarity: this.rarity(postings.length) });
      }
    }
    // What begins as the word does may be a longer word, or chance.
    if (!exact && length > 3) {
      const most = length > 7 ? 2 : 1;
      const like = [];
      for (const [known, postings] of own) {
        if (known.startsWith(raw) || known.startsWith('#')) continue;
        const edits = Math.min(distance(term, known, most), distance(raw, known, most));
        if (edits <= most) like.push({ postings, worth: edits === 1 ? 0.6 : 0.35, rarity: 0 });
      }
      // A misspelling of a rare word is no more likely than one of a common word.
      const rarity = this.rarity(Math.min(like.reduce((sum, { postings }) => sum + postings.length, 0), this.root.titles.length));
      found.push(...like.map((one) => ({ ...one, rarity })));
    }
    return found;
  }

  /** Makes the test that documents must pass. */
  async filter({ type, kind, ref }) {
    const list = (value) => (value === undefined || value === null ? undefined : new Set([value].flat().map((one) => String(one).toLowerCase())));
    const [types, kinds, refs] = [list(type), list(kind), list(ref)];
    const references = refs && await this.load('refs.json');
    return (document) => (!types || types.has(TYPES[this.root.types[document]]))
      && (!kinds || kinds.has(this.root.kinds[this.root.kind[document]]))
      && (!refs || refs.has(references[document]));
  }

  async result(hit, words) {
    const { chunks } = this.root;
    let chunk = 0;
    for (let low = 0, high = chunks.length; low < high;) {
      const middle = (low + high) >> 1;
      if (chunks[middle] <= hit.document) { chunk = middle; low = middle + 1; } else high = middle;
    }
    const [url, title, type, ref, parts] = (await this.load(`d/${chunk}.json`))[hit.document - chunks[chunk]];
    let best = 0;
    for (const [part, worth] of hit.parts) if (worth > (hit.parts.get(best) ?? 0) && parts[part]) best = part;
    const [anchor, heading, text] = parts[best] ?? ['', '', ''];
    const result = { url: anchor ? `${url}#${anchor}` : url, title, type, ref, excerpt: excerpt(text || parts[0]?.[2] || '', words), score: Math.round(hit.score * 1000) / 1000 };
    if (heading) result.heading = heading;
    return result;
  }
}

/** Reads postings: the way from the document before, weight with marks, parts. */
function decode(numbers) {
  const postings = [];
  let document = 0;
  for (let at = 0; at < numbers.length;) {
    document += numbers[at++];
    const code = numbers[at++];
    const parts = numbers.slice(at, at += code & 3);
    postings.push({ document, weight: (code >> 4) / 31, name: Boolean(code & 8), title: Boolean(code & 4), parts });
  }
  return postings;
}

const unique = (list) => [...new Map(list.map((one) => [one.term, one])).values()];

/** Returns the texts of a query that may be exact names. */
function names(text) {
  return text.toLowerCase().split(/\s+/u).filter((name) => name && [...name].length <= 60).map((term) => ({ term, raw: term, simple: /^[\p{Alphabetic}\p{N}]*$/u.test(term) }));
}

/** Counts edits, swapped neighbours as one; more than `most` is `most + 1`. */
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [];
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      let cost = Math.min(previous[j] + (a[i] === b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1);
      if (i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j]) cost = Math.min(cost, before[j - 1] + 1);
      row.push(cost);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, previous] = [previous, row];
  }
  return previous[b.length];
}

/** Cuts the part of a text that shows most of the words. */
function excerpt(text, words) {
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0);
  let start = places.length ? Math.max(0, Math.min(...places) - 40) : 0;
  if (start + EXCERPT >= text.length) start = Math.max(0, text.length - EXCERPT);
  if (start > 0) start = text.indexOf(' ', start) + 1 || start;
  let end = Math.min(text.length, start + EXCERPT);
  if (end < text.length) end = Math.max(text.lastIndexOf(' ', end), start + EXCERPT / 2);
  return `${start > 0 ? '… ' : ''}${text.slice(start, end).trim()}${end < text.length ? ' …' : ''}`;
}
