// Playbill's search: reads the index that is beside it, a few small files a query. Browser and Node.
//
//   const index = await open({ base: siteRootUrl });
//   const { total, results } = await index.query('some words', { limit: 10, filters: { type: ['docs'] } });

// The table of contents of the index; the build puts it here.
const ROOT = null;
// Where it is, from the root of the site; the build says so of the index of a version.
const FOLDER = 'search/';
const VERSION = 5;
const MAX_QUERY = 256;
const MAX_WORDS = 12;
const MAX_TERM = 40;
const MAX_PARTS = 6;
const MAX_NAME = 60;
const EXCERPT = 180;
// Maximum number of documents that are scored exactly.
const CANDIDATES = 250;
// Probability that a word is in a section when it is only known to be on the page.
const LOOSE = 0.7;
// What a word counts that means the same as the one asked for.
const SYNONYM = 0.85;
// Number of words of a query above which the commonest are skipped.
const ENOUGH = 4;
// Maximum number of terms that a word of the query may mean.
const MEANINGS = 100;
// Maximum number of further files that are read for a prefix: alone, or after other words.
const MOST_BEGUN = [4, 2];
// Weight of a name of several words that is written as in the query.
const WRITTEN = 2.5;
// Rare words count more, but not by all of their rarity: the rarest word of a question may be one that its answer lacks.
const RARITY = 0.55;
// How much of what a document says elsewhere than in its best section does not count, since long documents say everything somewhere.
const ELSEWHERE = 0.6;
// Documents that cover less of the query than this, and less than the best one, are not found: of a few words, of more.
const LEAST = [0.4, 0.25];
const FEW = 3;
// How much more counts a section that comes early: there a name is introduced.
const EARLY = 0.3;
// Words at most this far apart count as together.
const TOGETHER = 16;
// What counts a word that is written in several, or several that are written as one: as names, as running text.
const JOINED = 0.97;
const PARTED = 0.8;
// The same where somebody writes it as it is asked for, and it is no title.
const LIKE = 0.5;
// The same for `ae` in place of `ä` and the like.
const SPELT = 0.9;
// Maximum number of words of a query that may be written as one elsewhere.
const MOST_JOINED = 3;
// Maximum number of further files that are read to find the words of an unknown compound: alone; beside other words,
// those already read are enough.
const MOST_PARTED = [3, 0];
// What counts a text that says the query as it is written, with all its dashes and dots.
const LITERAL = 0.35;
// How much more counts a thing whose title begins with the word, and whatever is called as it is typed, or as far as that.
const BEGINS = 0.35;
// What counts a part of an API of which plain words are asked: things and pages are called so, too, and are meant.
const SYMBOL = 0.5;

// ---- terms: the same rules as tokenizer.rs ---------------------------------------------------------------------------

const STOP = new Set(
  (
    'a able about across after all almost also am among an and any are as at be because been but by can cannot could ' +
    'dear did do does either else ever every for from get got had has have he her hers him his how however i if in into is it its ' +
    'just least let like likely may me might most must my neither no nor not of off often on only or other our own rather said say ' +
    'says she should since so some than that the their them then there these they this tis to too twas us wants was we were what ' +
    'when where which while who whom why will with would yet you your'
  ).split(' '),
);

const IDEOGRAPH = '\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff';
const CHUNK = new RegExp(
  `[${IDEOGRAPH}]+|(?:(?![${IDEOGRAPH}])[\\p{Alphabetic}\\p{N}_])(?:(?![${IDEOGRAPH}])[\\p{Alphabetic}\\p{N}_\\-./:@'’])*`,
  'gu',
);
const IDEOGRAPHS = new RegExp(`^[${IDEOGRAPH}]`, 'u');
const HUMPS = /(?<=\p{Lowercase})(?=\p{Uppercase})|(?<=\p{Uppercase})(?=\p{Uppercase}\p{Lowercase})/u;

// What joins the words of a name.
const JOINT = /[-./:@'’_]/u;

// Letters that are not a base letter with an accent, and what people without them on the keyboard write.
const PLAIN = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ſ: 's',
  ĳ: 'ij',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬀ: 'ff',
};
const PLAINS = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');

/** Returns a text in lower case and without accents, with plain letters for those that are written as such in their absence. */
function fold(text) {
  const lower = text.toLowerCase();
  return /[\x80-\uffff]/.test(lower)
    ? lower
        .normalize('NFD')
        .replace(/[\u0300-\u036f]/g, '')
        .replace(PLAINS, (letter) => PLAIN[letter])
        .normalize('NFC')
    : lower;
}

// What some write for letters that they have no keys for.
const LONG = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };

/** Returns other spellings of a word: `groesse` for Größe, and `grosse`, as which Größe is known, for groesse. */
function spellings(written, growing) {
  const raw = fold(written);
  const found = new Set([
    fold(
      written
        .toLowerCase()
        .normalize('NFC')
        .replace(/[äöüøå]/gu, (letter) => LONG[letter]),
    ),
  ]);
  const pairs = [...raw.matchAll(/[ao]e|aa|(?<![qgaeio])ue/gu)].filter(
    ({ index }) => !growing || index + 2 < raw.length,
  );
  if (raw.length > 3) {
    // Either of the first two pairs may be one letter, or all of them are.
    const short = (which) =>
      raw.replace(/[ao]e|aa|(?<![qgaeio])ue/gu, (pair, index) =>
        which.some((one) => one.index === index) ? pair[0] : pair,
      );
    for (const which of [pairs, pairs.slice(0, 1), pairs.slice(1, 2)]) found.add(short(which));
  }
  found.delete(raw);
  return [...found];
}

/** Returns a name without what joins its words. */
const joined = (name) => name.replace(/[-./:@'’_]/gu, '');

/** Returns the term under which a word is known. */
const termOf = (raw) => (STOP.has(raw) || !/^[a-z]*$/.test(raw) ? raw : stem(raw));

/** Cuts a text into terms: `{ term, raw, whole, stop, at, from }`: whole for names of several words, `at` where those start, `from` where the word itself does. */
export function terms(text) {
  const found = [];
  for (const { 0: match, index: at } of text.matchAll(CHUNK)) {
    if (IDEOGRAPHS.test(match)) {
      const letters = [...match];
      if (letters.length === 1)
        found.push({ term: match, raw: match, whole: false, stop: false, at, from: at, length: 1 });
      for (let letter = 1; letter < letters.length; letter++) {
        const pair = letters[letter - 1] + letters[letter];
        found.push({
          term: pair,
          raw: pair,
          whole: false,
          stop: false,
          at: at + letter - 1,
          from: at + letter - 1,
          length: 2,
        });
      }
      continue;
    }
    const chunk = match.replace(/[-./:@'’]+$/u, '');
    const parts = chunk
      .split(/[-./:@'’_]+/u)
      .filter(Boolean)
      .flatMap((piece) => piece.split(HUMPS));
    const compound = parts.length > 1;
    let end = 0;
    for (const part of parts) {
      const start = chunk.indexOf(part, end);
      end = start + part.length;
      if (compound && [...part].length === 1 && !/\p{N}/u.test(part)) continue;
      const raw = fold(part);
      if ([...raw].length > MAX_TERM) continue;
      const stop = STOP.has(raw);
      found.push({
        term: stop || !/^[a-z]*$/.test(raw) ? raw : stem(raw),
        raw,
        whole: false,
        stop,
        at,
        from: at + start,
        length: part.length,
      });
    }
    if (compound && parts.length <= MAX_PARTS && [...chunk].length <= MAX_TERM) {
      const raw = fold(chunk);
      found.push({ term: raw, raw, whole: true, stop: false, at, from: at, length: chunk.length });
    }
  }
  return found;
}

const STEP2 = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['logi', 'log'],
];
const STEP3 = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];
const STEP4 = [
  'al',
  'ance',
  'ence',
  'er',
  'ic',
  'able',
  'ible',
  'ant',
  'ement',
  'ment',
  'ent',
  'ion',
  'ou',
  'ism',
  'ate',
  'iti',
  'ous',
  'ive',
  'ize',
];

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

const stems = new Map();
/** Returns the stem of a word, found once. */
function stem(word) {
  let known = stems.get(word);
  if (known === undefined) {
    if (stems.size > 20000) stems.clear();
    stems.set(word, (known = porter(word)));
  }
  return known;
}

/** Stems an English word in lower case: Porter's algorithm with the departures of elasticlunr. */
function porter(word) {
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
  const ending = STEP4.filter(
    (ending) => result.endsWith(ending) && (ending !== 'ion' || /[st]$/.test(result.slice(0, -3))),
  ).sort((a, b) => b.length - a.length)[0];
  if (ending && measure(result.slice(0, -ending.length)) > 1) result = result.slice(0, -ending.length);
  if (result.endsWith('e')) {
    const count = measure(result);
    const rest = result.slice(0, -1);
    if (count > 1 || (count === 1 && !short(rest))) result = rest;
  }
  if (result.endsWith('ll') && measure(result) > 1) result = result.slice(0, -1);
  return result;
}

/** Replaces the first ending that fits, if something of substance is before it. */
function replace(word, endings) {
  const found = endings.find(([ending]) => word.endsWith(ending));
  if (!found) return word;
  const rest = word.slice(0, -found[0].length);
  return measure(rest) > 0 ? rest + found[1] : word;
}

// ---- the index ---------------------------------------------------------------------------------------------------

/** Opens the index of a site. */
export async function open({ base, fetch = globalThis.fetch.bind(globalThis) }) {
  const load = async (path, options) => {
    const response = await fetch(new URL(path, base).href, options);
    if (!response.ok) throw Object.assign(new Error(`${path}: ${response.status}`), { status: response.status });
    return response;
  };
  const renew = async () => {
    const root = await (await load(`${FOLDER}index.json`, { cache: 'no-cache' })).json();
    if (root.version !== VERSION) throw new Error('the search index is of another version; reload the page');
    return root;
  };
  return new Index(ROOT ?? (await renew()), load, renew);
}

/**
 * The values that results may have, by facet: type, kind, ref, owner, lifecycle, namespace, tag, system, level.
 * @typedef {Record<string, string | string[]>} Filters
 */

/**
 * What a query asks for beside its words.
 * @typedef {object} Options
 * @property {number} [limit] how many results at most
 * @property {Filters} [filters]
 * @property {boolean | 'level'} [facets] whether to count the values of each facet; levels alone are counted over all entities
 * @property {number} [groups] how many results of each group to return in any case; 0 for no groups
 * @property {boolean} [list] whether a query without words lists whatever passes the filters
 * @property {() => boolean} [stale] whether the answer is no longer wanted
 */

class Index {
  constructor(root, load, renew) {
    this.load = load;
    this.renew = renew;
    this.use(root);
  }

  /** Takes a table of contents into use. */
  use(root) {
    this.root = root;
    this.files = new Map();
    this.names = Object.fromEntries(['t', 'w', 'f'].map((folder) => [folder, names(root[folder])]));
    let document = 0;
    this.blocks = [...root.d.matchAll(/(z*)([a-y])(\d*)/g)].map(([, many, step, section]) => {
      document += many.length * 25 + step.charCodeAt(0) - 97;
      return [document, Number(section)];
    });
    // A folder has about 128 files of results.
    this.folded = Math.max(0, Math.min(8, 31 - Math.clz32((128 * root.count) / this.blocks.length)));
    document = 0;
    this.kinds = root.kinds.map(([kind, count]) => [(document += count), kind]);
    document = 0;
    this.boosts = root.boosts?.map(([boost, count]) => [(document += count), boost / 100]);
    this.synonyms = new Map();
    for (const group of root.synonyms ?? [])
      for (const term of group)
        this.synonyms.set(term, [...(this.synonyms.get(term) ?? []), ...group.filter((other) => other !== term)]);
  }

  /** Reads a file once; a failure is forgotten, so that the next query tries again. */
  file(path, read) {
    let loading = this.files.get(path);
    if (!loading) {
      const { files } = this;
      loading = this.load(`${FOLDER}${this.root.folder}/${path}`, this.again && { cache: 'no-cache' }).then(read);
      loading.catch(() => files.delete(path));
      files.set(path, loading);
    }
    return loading;
  }

  /**
   * Returns where a term is: the folder, and the number of the file: the last whose name is not after it.
   * @returns {[folder: string, file: number]}
   */
  place(term, folder = JOINT.test(term) ? 'w' : 't') {
    const key = folder === 'w' ? joined(term) : term;
    return [folder, Math.max(0, after(this.names[folder], (name) => !before(key, name)) - 1)];
  }

  /**
   * Reads a file of terms: `Map(term → { term, forms, postings() })`.
   * @param {[folder: string, file: number]} place
   */
  async shard([folder, at]) {
    const names = this.names[folder];
    if (!names.length) return new Map();
    return this.file(shardPath(folder, names[at], names.length), async (response) => {
      const { next, entries } = readShard(await inflate(response));
      // A file that ends elsewhere is of another build.
      if (next !== (names[at + 1] ?? '') && !this.again) throw changed();
      return entries;
    });
  }

  /** Reads the files in which terms may be that begin with what is typed. */
  async begun(typed, most, folder) {
    const [from, first] = this.place(typed, folder);
    const key = from === 'w' ? joined(typed) : typed;
    let last = first;
    while (last < first + most && this.names[from][last + 1]?.startsWith(key)) last++;
    return Promise.all(Array.from({ length: last - first + 1 }, (_, at) => this.shard([from, first + at])));
  }

  /**
   * Answers a query: `{ total, results: [{ url, title, type, ref, excerpt, score, heading? }] }`, best first.
   * @param {string} text
   * @param {Options} options
   */
  async query(text, options = {}) {
    const { root } = this;
    try {
      return await this.answer(text, options);
    } catch (error) {
      // The site was built again since the page was loaded: its files are called otherwise now, or end elsewhere.
      if (error.status !== 404 && !error.changed) throw error;
      const next = await this.renew();
      if (this.root === root) {
        if (this.again && next.generation === root.generation) throw error;
        // What the browser has kept of the files may be of the build before.
        this.again = true;
        this.use(next);
      }
      return this.answer(text, options);
    }
  }

  /**
   * Answers a query from the index as it is known here.
   * @param {string} text
   * @param {Options} options
   */
  async answer(text, { limit = 10, filters = {}, facets = false, groups = 0, list = false, stale } = {}) {
    const typed = String(text ?? '')
      .slice(0, MAX_QUERY)
      .trim();
    const asked = terms(typed);
    let words = unique(asked.filter(({ whole, stop }) => !whole && !stop)).slice(0, MAX_WORDS);
    if (!words.length) words = unique(asked.filter(({ whole }) => !whole)).slice(0, MAX_WORDS);
    // In a long query the rarer words decide.
    const common = this.root.common
      .filter((term) => words.some((word) => word.term === term))
      .slice(0, Math.max(0, words.length - ENOUGH));
    words = words.filter(({ term }) => !common.includes(term));
    // What is one word may be the exact name of something, too.
    const name = fold(typed);
    const names =
      [...name].length <= MAX_NAME && !/\s/u.test(name) && name ? [{ term: name, raw: name, whole: true }] : [];
    const wholes = unique([
      ...asked.filter(({ whole }) => whole),
      ...names.filter(({ term }) => !words.some((word) => word.term === term)),
    ]).slice(0, MAX_WORDS);
    if (!words.length && !wholes.length) {
      const hits = list ? await this.listed(filters) : [];
      const top = (
        await Promise.all(hits.slice(0, limit).map((document) => this.shown({ document, section: 0, score: 0 })))
      ).filter(Boolean);
      if (facets === 'level')
        return { total: 0, results: [], terms: [], unknown: [], facets: { level: await this.levels() } };
      const facts = facets ? await this.facts() : undefined;
      return {
        total: hits.length,
        results: this.order(top, [], [], [], '', facts),
        terms: [],
        unknown: [],
        ...(groups && { groups: this.grouped(hits) }),
        ...(facts && { facets: this.counted(hits, facts) }),
      };
    }
    const end = /[\p{Alphabetic}\p{N}_]$/u.test(typed) ? asked.at(-1) : undefined;
    const growing = (one) => end !== undefined && (one.raw === end.raw || (one.whole && name.endsWith(one.raw)));
    const runs = asRuns(asked.filter(({ whole }) => !whole));

    const alone = words.length < 2;
    const most = MOST_BEGUN[alone ? 0 : 1];
    const [passes, facts, meant, exact, together] = await Promise.all([
      this.filter(filters),
      facets ? this.facts() : undefined,
      Promise.all(
        words.map((word) =>
          this.meanings(
            { ...word, written: typed.slice(word.from, word.from + word.length) },
            { growing: growing(word), most, beside: words.length - 1 },
          ),
        ),
      ),
      Promise.all(wholes.map((whole) => this.named(whole, { growing: growing(whole), most }))),
      Promise.all(runs.map((run) => this.joint(run.raw, run.first, end !== undefined && run.last === end))),
    ]);
    if (stale?.()) throw new Error('something else was asked');
    const plain = words.length <= FEW && /^[\p{Alphabetic}\s]+$/u.test(typed) && !HUMPS.test(typed);
    // What is written as one word means each of those that it joins.
    for (const [which, run] of runs.entries()) {
      for (const [at, { term }] of words.entries()) {
        if (run.words.has(term))
          meant[at].push(...together[which].filter(({ entry }) => !meant[at].some((known) => known.entry === entry)));
      }
    }
    const { hits, total, all } = this.rank({ words, meant, wholes, exact, passes, name, plain });
    // With groups, the first of each are among the results.
    const chosen = new Set(hits.slice(0, groups ? limit : Math.max(limit, 10)));
    const left = new Map();
    for (const hit of groups ? hits : []) {
      const group = this.group(hit.document);
      left.set(group, (left.get(group) ?? groups) - 1);
      if (left.get(group) >= 0) chosen.add(hit);
    }
    const top = (await Promise.all([...chosen].map((hit) => this.shown(hit)))).filter(Boolean);
    const results = this.order(top, asked, words, meant, fold(typed), facts);
    const answer = { total, results: groups ? results : results.slice(0, Math.max(0, limit)) };
    if (groups) answer.groups = this.grouped(all);
    // The terms that excerpts and pages highlight, and those that were not found.
    const telling = meant.flat().flatMap(({ entry }) => entry.parts ?? [entry.term]);
    answer.terms = [...new Set([...asked.filter(({ stop }) => !stop).map(({ term }) => term), ...telling])];
    answer.unknown = words.filter((_, at) => !meant[at].length).map(({ raw }) => raw);
    if (facts) answer.facets = this.counted(all, facts);
    return answer;
  }

  rarity(count) {
    const all = this.root.count;
    return Math.log(1 + (all - count + 0.5) / (count + 0.5)) ** RARITY;
  }

  /** Returns how much more a document counts than others. */
  boost(document) {
    return this.boosts ? this.boosts[after(this.boosts, ([end]) => end <= document)][1] : 1;
  }

  /** Finds what means the same as a term. */
  async alike(term) {
    const entries = (this.synonyms.get(term) ?? []).map(async (other) =>
      (await this.shard(this.place(other))).get(other),
    );
    return (await Promise.all(entries)).filter(Boolean).map((entry) => ({ entry, worth: SYNONYM }));
  }

  /** Finds a word by its other spellings. */
  async spelt(written, growing) {
    const entries = spellings(written, growing).map(async (raw) => {
      const shard = await this.shard(this.place(termOf(raw)));
      const exact = shard.get(termOf(raw));
      if (exact || !growing) return [exact];
      return [...shard.values()]
        .filter((entry) => [entry.term, ...entry.forms].some((form) => form.startsWith(raw)))
        .slice(0, 8);
    });
    return (await Promise.all(entries))
      .flat()
      .filter(Boolean)
      .map((entry) => ({ entry, worth: SPELT }));
  }

  /** Finds what a word of the query may mean: `[{ entry, worth }]`. */
  async meanings({ term, raw, written }, { growing, most, beside }) {
    const [alike, spelt, shard, ...begun] = await Promise.all([
      this.alike(term),
      this.spelt(written, growing),
      this.shard(this.place(term)),
      ...(growing ? [this.begun(raw, most)] : []),
    ]);
    const own = new Set([shard, ...begun.flat()]);
    const found = new Map();
    const add = (entry, worth, begun = false, titled = worth) => {
      const before = found.get(entry.term);
      if (!before || before.worth < worth) found.set(entry.term, { entry, worth, begun, titled });
    };
    const exact = shard.get(term);
    // While a word is typed, its stem may be that of another word.
    const known = exact && (exact.term === raw || exact.forms.includes(raw));
    if (exact) add(exact, known || !growing ? 1 : 0.6);
    // A name such as `timeLapse` is known as it is written.
    const camel = term === raw ? undefined : [...own].map((one) => one.get(raw)).find(Boolean);
    if (camel) add(camel, exact ? LIKE : JOINED, false, JOINED);
    for (const { entry, worth } of [...alike, ...spelt]) add(entry, worth);
    /** Adds the names whose words the word joins. */
    const addNames = (shards) => {
      let any = false;
      const longer = [];
      for (const shard of shards) {
        for (const entry of shard.values()) {
          // `user's` is no other word than `user`.
          if (/['’]/u.test(entry.term)) continue;
          const one = (entry.joined ??= joined(entry.term));
          if (one === raw || (one.length > 3 && termOf(one) === term)) {
            add(entry, exact ? LIKE : JOINED, false, JOINED);
            any = true;
          } else if (growing && one.startsWith(raw) && raw.length > 3 && entry.term.search(JOINT) < raw.length) {
            // What ends before its second word is found by its first.
            longer.push(entry);
          }
        }
      }
      longer.sort((a, b) => a.term.length - b.term.length || (a.term < b.term ? -1 : 1));
      for (const entry of longer.slice(0, 40)) add(entry, 0.8 * (raw.length / entry.joined.length) ** 0.3, true);
      return any;
    };
    const names = () => this.begun(raw, Number(growing && raw.length > 3), 'w');
    // The index says of a word whether names join to it; where there is no such word, they may. Of many words each says less.
    if (beside < 2 && (exact ?? camel)?.joins) addNames(await names());
    let whole = Boolean(camel);
    if (growing && [...raw].length > 1) {
      const longer = [];
      for (const one of own) {
        for (const entry of one.values()) {
          if (entry.term === term) continue;
          const length = entry.term.startsWith(raw)
            ? entry.term.length
            : Math.min(...entry.forms.filter((form) => form.startsWith(raw)).map((form) => form.length));
          if (Number.isFinite(length)) longer.push([length, entry]);
        }
      }
      longer.sort((a, b) => a[0] - b[0] || (a[1].term < b[1].term ? -1 : 1));
      for (const [length, entry] of longer.slice(0, 80))
        add(entry, (known ? 0.5 : 0.9) * (raw.length / length) ** 0.3, true);
    }
    if (!exact && !whole && (growing || !found.size)) {
      // No such term: look for similar spellings, or for several words.
      const letters = [...raw];
      const edits = letters.length > 7 ? 2 : 1;
      const slips = letters.length > 3 && !(growing && found.size);
      const turned = /^[\p{Alphabetic}\p{N}]+$/u.test(raw) && letters[0] + letters.slice(1).reverse().join('');
      const places = slips ? [this.place(raw), ...(turned ? [this.place(turned, 'f')] : [])] : [];
      const [near, more, pairs] = await Promise.all([
        Promise.all(places.map((place) => this.shard(place))),
        beside < FEW ? names() : [],
        beside < FEW ? this.parted(raw, term, { growing, most: MOST_PARTED[Number(beside > 0)] }) : [],
      ]);
      whole = addNames(more);
      for (const one of near) own.add(one);
      for (const one of slips && !whole && !(growing && found.size) ? own : []) {
        for (const entry of one.values()) {
          const far = Math.min(...[entry.term, ...entry.forms].map((form) => distance(raw, form, edits)));
          if (far <= edits) add(entry, far === 1 ? 0.75 : 0.4);
        }
      }
      if (!whole) for (const entry of pairs) add(entry, PARTED);
    }
    return [...found.values()];
  }

  /** Finds an unknown word of the query written as two words elsewhere. */
  async parted(raw, term, { growing, most }) {
    if (raw.length < 4 || !/^[\p{Alphabetic}\p{N}]+$/u.test(raw)) return [];
    const [folder, own] = this.place(term);
    const file = (word) => this.place(termOf(word), folder)[1];
    const knows = (shard, word) => {
      const entry = shard.get(termOf(word));
      return entry && (entry.term === word || entry.forms.includes(word)) ? entry : undefined;
    };
    const shard = await this.shard([folder, own]);
    const cuts = [];
    for (let at = 2; at < raw.length; at++) {
      const [first, rest] = [raw.slice(0, at), raw.slice(at)];
      const number = /^\p{N}+$/u.test(rest);
      if ((rest.length < 2 && !number) || (first.length < 3 && rest.length < 3)) continue;
      const here = file(first) === own;
      if (here && !knows(shard, first)) continue;
      cuts.push({ first, rest, files: [file(first), file(rest)], here });
    }
    // Those come first whose first word is known to be one.
    cuts.sort(
      (a, b) => b.here - a.here || Math.abs(a.first.length - a.rest.length) - Math.abs(b.first.length - b.rest.length),
    );
    const read = new Set([own]);
    const chosen = cuts.filter(({ files }) => {
      const more = new Set([...read, ...files]);
      if (more.size > most + 1) return false;
      for (const one of more) read.add(one);
      return true;
    });
    const pairs = await Promise.all(
      chosen.map(async ({ first, rest, files }) => {
        const [one, other] = await Promise.all(files.map((at) => this.shard([folder, at])));
        const start = knows(one, first);
        if (!start) return [];
        const end = knows(other, rest);
        if (end || !growing) return end ? [pair(start, end)] : [];
        return [...other.values()]
          .filter(({ term, forms }) => [term, ...forms].some((form) => form.startsWith(rest)))
          .slice(0, 8)
          .map((entry) => pair(start, entry));
      }),
    );
    return pairs.flat().filter((entry) => entry.postings().documents.length);
  }

  /** Finds several words of the query written as one; `first` is the length of the first. */
  async joint(raw, first, growing) {
    // What only looks like an ending of the first word, as in `entity ing`, is none.
    const words = [...new Set([raw, termOf(raw)])].filter((word) => word.length > first);
    const shards = await Promise.all(words.map((word) => this.shard(this.place(word, 't'))));
    const found = new Map();
    for (const shard of shards) {
      for (const word of words) if (shard.has(word)) found.set(word, { entry: shard.get(word), worth: SPELT });
      if (!growing) continue;
      for (const entry of shard.values()) {
        if (!found.has(entry.term) && [entry.term, ...entry.forms].some((form) => form.startsWith(raw)))
          found.set(entry.term, {
            entry,
            worth: 0.8 * Math.min(1, raw.length / entry.term.length) ** 0.3,
            begun: true,
          });
      }
    }
    return [...found.values()];
  }

  /** Finds a name of several words, however they are joined, and while it is typed those that begin so. */
  async named({ term }, { growing, most }) {
    const one = joined(term);
    const compound = JOINT.test(term);
    const [found, shards, others] = await Promise.all([
      this.alike(term),
      growing ? this.begun(term, most) : this.shard(this.place(term)).then((one) => [one]),
      // Longer names and paths are not written as one word.
      compound
        ? /[/:@'’]/u.test(term) || term.split(JOINT).length > 3
          ? []
          : this.joint(one, term.search(JOINT), false)
        : [],
    ]);
    // Who writes it as somebody has it means that.
    const exact = shards.map((shard) => shard.get(term)).find(Boolean);
    const like = exact ? LIKE : JOINED;
    if (exact) found.push({ entry: exact, worth: 1 });
    for (const shard of shards) {
      for (const entry of compound ? shard.values() : []) {
        if (entry.term === term) continue;
        entry.joined ??= joined(entry.term);
        if (entry.joined === one) found.push({ entry, worth: like });
        else if (growing && term.length > 2 && entry.term.startsWith(term))
          found.push({ entry, worth: 0.8 * (term.length / entry.term.length) ** 0.3 });
      }
      if (compound || !growing || [...term].length < 3) continue;
      for (const entry of shard.values()) {
        if (entry.term !== term && entry.term.startsWith(term))
          found.push({ entry, worth: 0.8 * (term.length / entry.term.length) ** 0.3 });
      }
    }
    return [...found, ...others.map(({ entry }) => ({ entry, worth: like }))];
  }

  /** Orders the documents that say something of the query, the best of them exactly; returns them and how many there are. */
  rank({ words, meant, wholes, exact, passes, name, plain }) {
    const all = this.root.count;
    const units = [
      ...words.map((word, at) => ({ word, found: meant[at], whole: false })),
      ...wholes.map((word, at) => ({ word, found: exact[at], whole: true })).filter(({ found }) => found.length),
    ];
    // Roughly first: how much of the query each document covers, and whether its title does.
    const rough = new Float64Array(all);
    const shares = new Float64Array(all);
    // How much of its title is asked for.
    const titles = new Float64Array(all);
    const touched = [];
    let weights = 0;
    for (const unit of units) {
      unit.found.sort((a, b) => b.worth - a.worth);
      unit.found.length = Math.min(unit.found.length, MEANINGS);
      // By document where the best of what the word may mean says something of it; 0: nothing does.
      unit.seen = new Int32Array(all);
      unit.documents = [];
      unit.called = new Map();
      for (const [which, { entry, worth, titled }] of unit.found.entries()) {
        const { documents, marks } = entry.postings();
        for (let at = 0; at < documents.length; at++) {
          const place = which * 0x1000000 + at + 1;
          if (!unit.seen[documents[at]]) {
            unit.documents.push(documents[at]);
            unit.seen[documents[at]] = place;
          } else if (titled > worth && marks[at] & 4 && !unit.called.has(documents[at])) {
            // What is called so counts for that, whatever its text says.
            unit.called.set(documents[at], place);
          }
        }
      }
      unit.weight = this.rarity(unit.documents.length);
      if (!unit.whole) weights += unit.weight;
    }
    weights ||= 1;
    for (const unit of units) {
      // Who has a name whole has its parts.
      if (unit.whole)
        unit.covers =
          sum(
            units
              .filter(({ whole, word }) => !whole && (unit.word.at === undefined || word.at === unit.word.at))
              .map(({ weight }) => weight),
          ) / weights;
    }
    for (const unit of units) {
      const meanings = unit.found.map(({ entry, worth, titled = worth }) => [entry.postings(), worth, titled]);
      for (const document of unit.documents) {
        if (!passes(document)) continue;
        if (!rough[document]) touched.push(document);
        const place = unit.seen[document] - 1;
        const [noted, untitled, titled] = meanings[place >> 24];
        const marks = noted.marks[place & 0xffffff];
        const worth = marks & 4 ? titled : untitled;
        const part = (unit.weight * worth) / weights;
        if (!unit.whole) shares[document] += part;
        else if (shares[document] < unit.covers * worth) shares[document] = unit.covers * worth;
        const called = (unit.called.get(document) ?? 0) - 1;
        const title =
          marks & 4
            ? noted.titles[place & 0xffffff]
            : called < 0
              ? 0
              : meanings[called >> 24][0].titles[called & 0xffffff];
        if (title && !unit.whole) titles[document] += worth / (title & 127);
        rough[document] +=
          part *
          (1 +
            (marks >> 6) / 3 +
            (title ? 2 : 0) +
            (title > 127 ? 1 : 0) +
            (marks & 8 ? 3 : 0) +
            (marks & 32 ? 0.7 : 0));
      }
    }
    const lone = !units.some(({ whole }) => !whole);
    const quality = new Float64Array(touched.length);
    for (let at = 0; at < touched.length; at++) {
      const document = touched[at];
      quality[at] =
        this.boost(document) *
        (rough[document] + 3 * Math.min(1, titles[document])) *
        (lone ? 1 : (0.1 + shares[document]) ** 2);
    }
    const enough = quality.length > CANDIDATES ? quality.slice().sort().at(-CANDIDATES) : 0;
    const best = [];
    for (let at = 0; at < touched.length; at++) if (quality[at] >= enough) best.push([quality[at], touched[at]]);
    best.sort((a, b) => b[0] - a[0] || a[1] - b[1]).splice(CANDIDATES);
    const hits = best.map(([, document]) => this.score(document, units, weights, name, plain));
    const most = hits.reduce((most, hit) => Math.max(most, hit.share), 0);
    const least = Math.min(most, LEAST[Number(words.length > FEW)]);
    const sorted = hits
      .filter((hit) => hit.share >= least)
      .sort((a, b) => b.score - a.score || a.document - b.document);
    const near = new Set(sorted.map(({ document }) => document));
    const far =
      touched.length > best.length
        ? touched.filter((document) => shares[document] >= least && !near.has(document))
        : [];
    return { hits: sorted, total: sorted.length + far.length, all: [...near, ...far] };
  }

  /** Weighs what a document says of the query: its best section, and what the rest of it covers. */
  score(document, units, weights, name, plain) {
    const sections = new Map();
    const loose = { share: 0, body: 0, heading: 0 };
    const type = this.typeOf(document);
    const entity = type === 'entity' || type === 'template';
    let [share, title, titled, length, body, named, whole, keyword, written, begins] = [
      0,
      0,
      0,
      Infinity,
      0,
      0,
      0,
      0,
      0,
      0,
    ];
    for (const { weight, whole: compound, covers, word, found, seen, called: titles } of units) {
      if (!seen[document]) continue;
      const place = seen[document] - 1;
      const { entry, worth: untitled, titled: called = untitled, begun } = found[place >> 24];
      let posting = entry.postings().at(place & 0xffffff);
      let parts = entry;
      const also = (titles.get(document) ?? 0) - 1;
      if (also >= 0 && !posting.title) {
        parts = found[also >> 24].entry;
        const { title, begins } = parts.postings().at(also & 0xffffff);
        posting = { ...posting, title, begins };
      }
      const worth = posting.title ? Math.max(called, untitled) : untitled;
      const part = (weight * worth) / weights;
      // A name that a word joins says as many words of the title as it has.
      const said = parts.parts?.length ?? parts.term.split(JOINT).length;
      if (posting.name) named = Math.max(named, worth * (word.raw.length / Math.max(name.length, 1)));
      if (compound) {
        share = Math.max(share, covers * worth);
        written = Math.max(written, covers * worth);
        whole += part * (0.5 + 0.5 * posting.weight);
        for (const spot of posting.spots) sectionOf(sections, spot.section).whole += part;
        continue;
      }
      share += part;
      body += part * posting.weight;
      if (posting.keyword) keyword += part;
      if (posting.title) {
        title += part;
        if (posting.begins) begins = Math.max(begins, part);
        titled += said * (begun ? 1 : worth);
        length = Math.min(length, posting.title);
      }
      // Title and keywords belong to the first section.
      if ((posting.title || (posting.keyword && entity)) && posting.spots[0]?.section !== 0) {
        const first = sectionOf(sections, 0);
        first.share += part;
        first.body += part * (posting.title ? 1 : 0.7);
      }
      if (!posting.spots.length && !posting.title && !posting.keyword) {
        loose.share += part;
        loose.body += part * posting.weight;
        if (posting.heading) loose.heading += part;
      }
      for (const spot of posting.spots) {
        const section = sectionOf(sections, spot.section);
        section.share += part;
        section.body += part * spot.weight;
        if (spot.heading) {
          section.heading += part;
          section.headed += said * (begun ? 1 : worth);
          section.length = Math.min(section.length, spot.heading);
        }
      }
    }
    if (!units.some(({ whole }) => !whole)) share = 1;
    // Of very common words it is not noted which section has them: it may be the one that has the others.
    if (loose.share) {
      if (!sections.size) sectionOf(sections, 0);
      for (const section of sections.values()) {
        section.share += LOOSE * loose.share;
        section.body += LOOSE * loose.body;
        section.heading += LOOSE * loose.heading;
      }
    }
    const titleFit = title * Math.min(1, titled / length);
    let [best, bestScore, bestChoice] = [0, 0, 0];
    for (const [at, section] of sections) {
      const fit = section.heading * Math.min(1, section.headed / section.length);
      section.score =
        section.share ** 2 * (0.4 + (0.6 * section.body) / (section.share || 1)) +
        0.6 * section.heading * section.share +
        0.8 * fit ** 2 +
        0.6 * section.whole;
      bestScore = Math.max(bestScore, section.score);
      const choice = section.score * (1 + EARLY / (1 + 0.3 * at));
      if (choice > bestChoice) [best, bestChoice] = [at, choice];
    }
    // The title says it: the start of the page is where to go.
    if (title >= 0.99 && bestScore < 1.2) best = sections.has(0) || bestScore < 0.9 ? 0 : best;
    // Words elsewhere count more if the document says them often; of a long query less must be covered.
    const here = Math.min(share, Math.max(sections.get(best)?.share ?? 0, title));
    const covered = share - ELSEWHERE * (share - here) * (1 - (0.5 * body) / (share || 1));
    const strict = 2 - Math.max(0, Math.min(1, (units.length - 3) / 4));
    let score =
      covered ** strict * (0.3 * body + bestScore + title + 1.2 * titleFit ** 2 + 0.4 * keyword) + 0.6 * whole;
    // Who names a thing of the catalog wants it rather than a page that mentions it.
    if (entity) score = score * 1.3 + share ** 2 * (0.8 * title + 1.2 * Math.max(0, keyword - title));
    // A phrase as written in the query beats its words apart.
    score += WRITTEN * written ** 2;
    if (type === 'api') {
      score = plain ? SYMBOL * score + named : score + (named >= JOINED ? 3 : named);
    } else {
      score += named >= JOINED ? 3 : named;
      if (entity) score *= 1 + BEGINS * (named >= JOINED ? 1 : begins);
    }
    score *= this.boost(document);
    return {
      document,
      share: Math.max(share, named >= JOINED ? 1 : 0),
      score,
      section: best,
      titled: title >= 0.99,
      named: named >= JOINED,
    };
  }

  typeOf(document) {
    return this.kinds[after(this.kinds, ([end]) => end <= document)][1][0];
  }

  /** Returns what results are grouped by: `entity`, `docs`, `operation`, `type`. */
  group(document) {
    const [, [type, , role]] = this.kinds[after(this.kinds, ([end]) => end <= document)];
    return type === 'template' ? 'entity' : (role ?? type);
  }

  /** Counts documents by group. */
  grouped(documents) {
    const counts = {};
    for (const document of documents) counts[this.group(document)] = (counts[this.group(document)] ?? 0) + 1;
    return counts;
  }

  /** Lists what passes filters when nothing else is asked: entities, unless the filters say what. */
  async listed(filters) {
    const passes = await this.filter(filters);
    return Array.from({ length: this.root.count }, (_, document) => document).filter(
      (document) => passes(document) && (filters.type || this.group(document) === 'entity'),
    );
  }

  /** Reads of which entity each document is: the ends of runs with their references. */
  async owners() {
    return this.file('refs.json', async (response) => {
      let document = 0;
      return (await response.json()).map(([reference, count]) => [(document += count), reference]);
    });
  }

  /** Reads what filters ask: a function from a document to `{ type, kind, namespace, owner, lifecycle, tag, system }`, lists of values. */
  async facts() {
    const [runs, facts] = await Promise.all([this.owners(), this.file('facts.json', (response) => response.json())]);
    const known = new Map();
    return (document) => {
      const reference = runs[after(runs, ([end]) => end <= document)][1];
      const type = this.typeOf(document) === 'api' ? this.group(document) : this.typeOf(document);
      const key = `${type} ${reference}`;
      if (!known.has(key)) {
        const [kind, namespace] = reference.split(/[:/]/);
        const [owner = '', lifecycle = '', tag = [], system = ''] = Object.hasOwn(facts, reference)
          ? facts[reference]
          : [];
        known.set(key, {
          type: [type],
          kind: [kind],
          namespace: [namespace],
          owner: owner ? [owner] : [],
          lifecycle: lifecycle ? [lifecycle] : [],
          tag,
          system: system ? [system] : [],
        });
      }
      return known.get(key);
    };
  }

  /** Counts who has which level: `[['ready=gold', 3], …]`, in the order of scorecards. */
  async levels() {
    return Object.entries(await this.ranked()).map(([level, references]) => [level, references.length]);
  }

  /** Reads who has which level: references by `scorecard=level`. Nobody else needs it, so that it has a file of its own. */
  async ranked() {
    return this.file('levels.json', (response) => response.json());
  }

  /** Returns the references of those who have a level: `gold` on any scorecard, or `ready=gold`, as far as it is typed. */
  async having(levels) {
    const begins = (name) => [...levels].some((one) => name.startsWith(one));
    const found = Object.entries(await this.ranked()).filter(
      ([level]) => begins(level) || begins(level.slice(level.indexOf('=') + 1)),
    );
    return new Set(found.flatMap(([, references]) => references));
  }

  /** Counts what documents say to filters: `{ owner: { 'group:default/a': 3 }, … }`, most first. */
  counted(documents, facts) {
    const counts = {
      type: new Map(),
      kind: new Map(),
      owner: new Map(),
      lifecycle: new Map(),
      namespace: new Map(),
      tag: new Map(),
      system: new Map(),
    };
    for (const document of documents) {
      for (const [facet, values] of Object.entries(facts(document)))
        for (const value of values) counts[facet].set(value, (counts[facet].get(value) ?? 0) + 1);
    }
    const sorted = (map) => [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return Object.fromEntries(Object.entries(counts).map(([facet, map]) => [facet, sorted(map)]));
  }

  /**
   * Makes the test that documents must pass.
   * @param {Filters} filters
   */
  async filter({ type, kind, ref, level, ...others }) {
    const list = (value) =>
      value === undefined || value === null
        ? undefined
        : new Set([value].flat().map((one) => String(one).toLowerCase()));
    const [types, kinds, refs, levels] = [list(type), list(kind), list(ref), list(level)];
    /** @type {(facet: string) => [facet: string, values: Set<string>]} */
    const wanted = (facet) => [facet, list(others[facet])];
    const asked = ['owner', 'lifecycle', 'namespace', 'tag', 'system'].map(wanted).filter(([, values]) => values);
    const [runs, facts, having] = await Promise.all([
      (refs || levels) && this.owners(),
      asked.length ? this.facts() : undefined,
      levels && this.having(levels),
    ]);
    return (document) => {
      const reference = runs?.[after(runs, ([end]) => end <= document)][1];
      if ((refs && !refs.has(reference)) || (having && !having.has(reference))) return false;
      if (types || kinds) {
        const [, [type, kind, role]] = this.kinds[after(this.kinds, ([end]) => end <= document)];
        if ((types && !types.has(type) && !types.has(role)) || (kinds && !kinds.has(kind))) return false;
      }
      if (!facts) return true;
      const own = facts(document);
      return asked.every(([facet, values]) => own[facet].some((value) => fits(value.toLowerCase(), values)));
    };
  }

  /** Reads what a result shows: `undefined` if the document is gone. */
  async shown(hit) {
    const { blocks } = this;
    const at =
      after(
        blocks,
        ([document, section]) => document < hit.document || (document === hit.document && section <= hit.section),
      ) - 1;
    const [document, section] = blocks[at];
    const path = `d/${document >> this.folded}/${document}${section ? `-${section}` : ''}.bin`;
    const block = await this.file(path, async (response) =>
      JSON.parse(new TextDecoder().decode(await inflate(response))),
    );
    const [, url, title, type, ref, first, parts] = block.find(([document]) => document === hit.document) ?? [];
    if (!parts?.[hit.section - first] && !this.again) throw changed();
    return parts && { hit, url, title, type, ref, part: parts[hit.section - first] ?? parts[0], parts };
  }

  /** Puts those first whose text says it in the words and the order of the query, and cuts excerpts. */
  order(top, asked, words, meant, typed, facts) {
    const said = asked.filter(({ whole }) => !whole);
    // Plain words say nothing more as they are written.
    const literal = /[^\p{Alphabetic}\p{N}]/u.test(typed) && typed.replace(/\s+/gu, ' ');
    const says = (...texts) => literal && texts.some((text) => holds(fold(text), literal));
    // Every term that the query may mean counts as the word that it is for.
    const wanted = new Map(words.map(({ term }, at) => [term, at]));
    for (const [at, list] of meant.entries())
      for (const { entry } of list)
        for (const term of entry.parts ?? [entry.term]) if (!wanted.has(term)) wanted.set(term, at);
    for (const { term, stop } of asked) if (!stop && !wanted.has(term)) wanted.set(term, term);
    const same = (term) => wanted.get(term) ?? term;
    const results = top.map(({ hit, url, title, type, ref, part, parts }) => {
      const docs = type === 'docs';
      let exact = says(part[1], part[2], title, docs ? '' : ref);
      // What lies beside it in the same file may say it better.
      const better = docs && !exact && !hit.titled && parts.find(([, heading, text]) => says(heading, text));
      if (better) [part, exact] = [better, true];
      const [place, heading, text] = part;
      // The words of most headings are their anchors.
      const anchor =
        place === 0
          ? (heading || title)
              .toLowerCase()
              .match(/[a-z0-9]+/gu)
              .join('-')
          : place;
      const have = tokens(part, text);
      let score = hit.score * (exact ? 1 + LITERAL : 1);
      // As far as it is typed, the title is that, or it is the name.
      if (typed && type !== 'api' && (hit.named || startsWith(fold(title), typed))) score *= 1 + BEGINS;
      if (said.length > 1) {
        const [inTitle, inHeading] = [title, heading]
          .map((text) => ({ text: terms(text).filter(({ whole }) => !whole) }))
          .map(({ text }) => [longest(said, text, same), text.length]);
        const run = Math.max(
          longest(
            said,
            have.filter(({ whole }) => !whole),
            same,
          ),
          inTitle[0],
          inHeading[0],
        );
        score *=
          1 +
          (0.4 * (run - 1)) / (said.length - 1) +
          (said.length > 2 ? 0.5 * together(words.length, have, wanted) : 0);
        if (inTitle[0] === said.length && inTitle[1] === said.length) score *= 1.5;
        else if (inHeading[0] === said.length && inHeading[1] === said.length) score *= 1.15;
      }
      // Who asks for a page by its title wants its top, above what comes before its first heading.
      const top = docs && !heading && hit.titled;
      return {
        ...(this.group(hit.document) !== type && type === 'api' && { role: this.group(hit.document) }),
        url: anchor && !top ? `${url}#${anchor}` : url,
        title,
        type,
        ref,
        excerpt: excerpt(text, [heading || title, ref.split('/').at(-1)], have, wanted),
        score: Math.round(score * 1000) / 1000,
        ...(heading && { heading }),
        ...(facts &&
          type === 'entity' && { owner: facts(hit.document).owner[0], lifecycle: facts(hit.document).lifecycle[0] }),
      };
    });
    return results
      .map((result, at) => [result, at])
      .sort((a, b) => b[0].score - a[0].score || a[1] - b[1])
      .map(([result]) => result);
  }
}

/** Cuts a text into pieces, every second of which is a word of an answer: `pieces(text, answer.terms)`. */
export function pieces(text, wanted) {
  const known = new Set(wanted);
  const found = [''];
  let end = 0;
  for (const { term, raw, stop, from, length } of terms(text)) {
    if (stop || (!known.has(term) && !known.has(raw)) || from < end) continue;
    found[found.length - 1] += text.slice(end, from);
    found.push(text.slice(from, (end = from + length)), '');
  }
  found[found.length - 1] += text.slice(end);
  return found;
}

const cut = new WeakMap();
/** Cuts the text of a part once. */
function tokens(part, text) {
  let known = cut.get(part);
  if (!known) cut.set(part, (known = terms(text)));
  return known;
}

function sectionOf(sections, at) {
  let section = sections.get(at);
  if (!section)
    sections.set(at, (section = { share: 0, body: 0, heading: 0, headed: 0, length: Infinity, whole: 0, score: 0 }));
  return section;
}

/** Returns whether a text comes before another by code points, as the build sorts. */
function before(a, b) {
  const [one, other] = [[...a], [...b]];
  const at = one.findIndex((letter, at) => letter !== other[at]);
  if (at < 0) return one.length < other.length;
  return at < other.length && one[at].codePointAt(0) < other[at].codePointAt(0);
}

/** Returns where in a sorted list a test fails first. */
function after(list, test) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(list[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function inflate(response) {
  const stream = new Blob([await response.arrayBuffer()]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Says that a file is not of the build that the index is of. */
const changed = () => Object.assign(new Error('the site was built again; reload the page'), { changed: true });

/** Returns the path of a file of terms by its name, as `codec.rs` does. */
function shardPath(folder, name, files) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash >>>= 0;
  return `${folder}/${hash % 2 ** Math.ceil(Math.log2(Math.ceil(files / 128)))}/${hash.toString(16)}.bin`;
}

/** Reads the names of files as `codec.rs` writes them. */
function names(line) {
  let before = [];
  return [...line.matchAll(/([A-Z])([^A-Z]*)/g)].map(([, shared, rest]) => {
    before = [...before.slice(0, shared.charCodeAt(0) - 65), ...rest];
    return before.join('');
  });
}

/** Bytes that are read one after the other. */
class Bytes {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** Reads a number as unsigned LEB128. */
  number() {
    let [value, shift, byte] = [0, 0, 128];
    for (; byte & 128; shift += 7) {
      byte = this.bytes[this.at++];
      value |= (byte & 127) << shift;
    }
    return value;
  }

  take(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }

  /** Reads a text that begins as another does. */
  front(before) {
    const [shared, length] = [this.number(), this.number()];
    const text = new Uint8Array(shared + length);
    text.set(before.subarray(0, shared));
    text.set(this.take(length), shared);
    return text;
  }
}

/** Reads a file of terms as `codec.rs` writes it: the name of the next file, and `Map(term → entry)`. */
function readShard(file) {
  const bytes = new Bytes(file);
  const decoder = new TextDecoder();
  const next = decoder.decode(bytes.take(bytes.number()));
  const entries = [];
  let before = new Uint8Array();
  for (let left = bytes.number(); left > 0; left--) {
    before = bytes.front(before);
    const forms = [];
    const head = bytes.number();
    for (let left = head >> 1; left > 0; left--) forms.push(decoder.decode(bytes.front(before)));
    entries.push({ term: decoder.decode(before), forms, joins: Boolean(head & 1) });
  }
  const lengths = entries.map(() => bytes.number());
  entries.forEach((entry, index) => {
    const own = bytes.take(lengths[index]);
    let decoded;
    entry.postings = () => (decoded ??= readPostings(own));
  });
  return { next, entries: new Map(entries.map((entry) => [entry.term, entry])) };
}

/** Reads postings as `shards.rs` writes them: documents and marks at once, the rest when asked for. */
function readPostings(own) {
  const bytes = new Bytes(own);
  const count = bytes.number();
  const [documents, marks, titles, places] = [
    new Uint32Array(count),
    new Uint8Array(count),
    new Uint8Array(count),
    new Uint32Array(count),
  ];
  let document = 0;
  for (let index = 0; index < count; index++) {
    documents[index] = document += bytes.number();
    const mark = (marks[index] = bytes.byte());
    places[index] = bytes.at;
    if (mark & 4) titles[index] = bytes.byte();
    for (let left = (mark & 3) === 3 ? bytes.number() : mark & 3; left > 0; left--) {
      bytes.number();
      bytes.at++;
    }
  }
  const posting = (index) => {
    const mark = marks[index];
    bytes.at = places[index];
    const title = mark & 4 ? bytes.byte() : 0;
    const spots = [];
    let section = 0;
    for (let left = (mark & 3) === 3 ? bytes.number() : mark & 3; left > 0; left--) {
      section += bytes.number();
      const code = bytes.byte();
      spots.push({ section, weight: (code & 7) / 7, heading: code >> 3 });
    }
    return {
      title: title & 127,
      begins: title > 127,
      name: Boolean(mark & 8),
      keyword: Boolean(mark & 16),
      heading: Boolean(mark & 32),
      weight: (mark >> 6) / 3,
      spots,
    };
  };
  return { documents, marks, titles, at: posting };
}

/** Returns the largest number of words of the query that follow each other in a text; synonyms are equal. */
function longest(said, have, same) {
  let best = 0;
  let before = [];
  for (const { term } of have) {
    const meaning = same(term);
    const row = [];
    for (let at = 0; at < said.length; at++) {
      if (same(said[at].term) !== meaning) continue;
      row[at] = (before[at - 1] ?? 0) + 1;
      if (row[at] > best) best = row[at];
    }
    before = row;
  }
  return best;
}

/** Returns from 0 to 1 how many words of the query occur together in a text, and how closely. */
function together(all, have, wanted) {
  if (all < 2) return 0;
  const places = have.map(({ term }, at) => [at, wanted.get(term)]).filter(([, word]) => typeof word === 'number');
  let best = 0;
  for (const [index, [start]] of places.entries()) {
    const seen = new Set();
    for (let next = index; next < places.length && places[next][0] < start + TOGETHER; next++) {
      const [at, word] = places[next];
      if (seen.has(word)) continue;
      seen.add(word);
      const others = Math.max(0, at - start + 1 - seen.size);
      best = Math.max(best, (((seen.size - 1) / (all - 1)) * seen.size) / (seen.size + 0.15 * others));
    }
  }
  return best;
}

/** Returns whether a text holds another, and not as a part of longer words. */
function holds(text, literal) {
  const [letter, more] = [/[\p{Alphabetic}\p{N}_]/u, /^(?:[\p{Alphabetic}\p{N}_]|-[\p{Alphabetic}\p{N}_])/u];
  for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) {
    const end = at + literal.length;
    if (!(letter.test(literal[0]) && at > 0 && letter.test(text[at - 1])) && !more.test(text.slice(end, end + 2)))
      return true;
  }
  return false;
}

/** Lists the neighbouring words of a short query that may be written as one elsewhere: `[{ raw, words, first, last }]`. */
function asRuns(said) {
  const runs = [];
  if (said.length > MOST_JOINED) return runs;
  for (let from = 0; from < said.length; from++) {
    for (let to = from + 2; to <= said.length; to++) {
      const run = said.slice(from, to);
      const raw = run.map((word) => word.raw).join('');
      const number = run.some((word, at) => at && /\p{N}$/u.test(run[at - 1].raw) && /^\p{N}/u.test(word.raw));
      // What is written in one piece is looked for as a whole.
      if (
        run.at(-1).at === run[0].at ||
        run.filter(({ stop }) => stop).length > (said.length < 3 && 1) ||
        number ||
        [...raw].length > MAX_TERM ||
        IDEOGRAPHS.test(raw)
      )
        continue;
      runs.push({ raw, words: new Set(run.map(({ term }) => term)), first: run[0].raw.length, last: run.at(-1) });
    }
  }
  return runs;
}

/** Intersects two words: what is where both occur, in a title, in keywords, in one section. */
function pair(one, other) {
  const postings = () => {
    const [a, b] = [one.postings(), other.postings()];
    const [documents, marks, titles, places] = [[], [], [], []];
    for (let [i, j] = [0, 0]; i < a.documents.length && j < b.documents.length; ) {
      if (a.documents[i] < b.documents[j]) i++;
      else if (a.documents[i] > b.documents[j]) j++;
      else {
        const place = both(a.at(i), b.at(j));
        if (place.title || place.keyword || place.spots.length) {
          documents.push(a.documents[i]);
          marks.push((a.marks[i] & b.marks[j] & 0x34) | (Math.min(a.marks[i] >> 6, b.marks[j] >> 6) << 6));
          titles.push(place.title ? a.titles[i] : 0);
          places.push(place);
        }
        i++;
        j++;
      }
    }
    return { documents, marks, titles, at: (index) => places[index] };
  };
  let made;
  return {
    term: `${one.term} ${other.term}`,
    forms: [],
    parts: [one.term, other.term],
    postings: () => (made ??= postings()),
  };
}

function both(a, b) {
  const spots = a.spots.flatMap((spot) => {
    const same = b.spots.find(({ section }) => section === spot.section);
    return same
      ? [{ section: spot.section, weight: Math.min(spot.weight, same.weight), heading: spot.heading && same.heading }]
      : [];
  });
  return {
    title: a.title && b.title,
    begins: a.begins,
    name: false,
    keyword: a.keyword && b.keyword,
    heading: spots.some(({ heading }) => heading),
    weight: Math.min(a.weight, b.weight),
    spots,
  };
}

/** Returns whether a text begins with another, and with whole words. */
const startsWith = (text, start) => text.startsWith(start) && !/^[\p{Alphabetic}\p{N}]/u.test(text.slice(start.length));

/** Returns whether a value is among those asked for; of references the beginning of the name is enough. */
function fits(value, values) {
  if (values.has(value)) return true;
  const name = value.includes(':') ? value.split('/').at(-1) : undefined;
  return name !== undefined && [...values].some((one) => !one.includes(':') && name.startsWith(one));
}

const sum = (list) => list.reduce((sum, one) => sum + one, 0);
const unique = (list) => [...new Map(list.map((one) => [one.term, one])).values()];

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

/** Cuts the part of a text that shows most of the words; a heading or name goes before it if only that has any. */
function excerpt(text, names, have, wanted) {
  const places = have.filter(({ term }) => wanted.has(term)).map(({ at, term }) => [at, wanted.get(term)]);
  let [start, most] = [0, 0];
  for (const [index, [at]] of places.entries()) {
    const seen = new Set();
    for (let next = index; next < places.length && places[next][0] < at + EXCERPT - 60; next++)
      seen.add(places[next][1]);
    if (seen.size > most) [start, most] = [Math.max(0, at - 40), seen.size];
  }
  const name = !most && names.find((name) => terms(name).some(({ term }) => wanted.has(term)));
  if (name) text = text ? `${name}: ${text}` : name;
  if (start + EXCERPT >= text.length) start = Math.max(0, text.length - EXCERPT);
  if (start > 0) start = text.indexOf(' ', start) + 1 || start;
  let end = Math.min(text.length, start + EXCERPT);
  if (end < text.length) end = Math.max(text.lastIndexOf(' ', end), start + EXCERPT / 2);
  return `${start > 0 ? '… ' : ''}${text.slice(start, end).trim()}${end < text.length ? ' …' : ''}`;
}

/** In a worker the module answers messages; who asks again does not wait for what was asked before. */
function work() {
  const latest = new Map();
  let opened;
  addEventListener('message', async ({ data: { id, from, base, text, options } }) => {
    // Who asks for nothing wants to know whether anybody is there.
    if (id === undefined) {
      postMessage({ ready: true });
      return;
    }
    latest.set(from, id);
    try {
      opened ??= open({ base });
      opened.catch(() => {
        opened = undefined;
      });
      const answer = await (await opened).query(text, { ...options, stale: () => latest.get(from) !== id });
      postMessage({ id, answer });
    } catch (error) {
      postMessage({ id, error: error.message });
    }
  });
  postMessage({ ready: true });
}

if (typeof WorkerGlobalScope === 'function' && globalThis instanceof WorkerGlobalScope) work();
