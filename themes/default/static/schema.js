// JSON Schema as forms of templates use it: which fields there are given the answers, their defaults, and what does not fit.

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (object, name) => isObject(object) && Object.hasOwn(object, name);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Follows `$ref` within a page. */
export function resolve(root, schema) {
  let at = isObject(schema) ? schema : {};
  for (let count = 0; typeof at.$ref === 'string' && count < 20; count += 1) {
    const { $ref, ...rest } = at;
    const target = $ref.startsWith('#') ? $ref.slice(1).split('/').filter(Boolean).reduce((value, part) => value?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')], root) : undefined;
    at = { ...(isObject(target) ? target : {}), ...rest };
  }
  return at;
}

/** Puts one schema into another. */
function combined(a, b) {
  if (isObject(a) && isObject(b)) {
    const out = { ...a };
    for (const [key, value] of Object.entries(b)) out[key] = own(a, key) ? combined(a[key], value) : value;
    return out;
  }
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b.filter((item) => !a.some((other) => same(item, other)))];
  return b;
}

/** The alternatives of an object, one of which is filled in. */
export const union = (schema) => schema['playbill:union'];

/** The schema with what holds for these answers: branches, dependencies, the chosen alternative. */
export function effective(root, schema, data, memory, key, depth = 0) {
  let out = { ...resolve(root, schema) };
  if (depth > 30) return out;
  const parts = [];
  if (out.if !== undefined) {
    const holds = fits(root, out.if, data ?? {});
    if (holds && out.then) parts.push(out.then);
    if (!holds && out.else) parts.push(out.else);
    delete out.if; delete out.then; delete out.else;
  }
  for (const [name, dependency] of Object.entries(out.dependencies ?? {})) {
    if (data?.[name] === undefined) continue;
    if (Array.isArray(dependency)) { parts.push({ required: dependency }); continue; }
    const { oneOf, ...rest } = dependency;
    parts.push(rest);
    const option = (oneOf ?? []).map((one) => resolve(root, one)).find((one) => own(one.properties, name) && fits(root, one.properties[name], data[name]));
    if (option) {
      const { [name]: _, ...others } = option.properties;
      parts.push({ ...option, properties: others });
    }
  }
  delete out.dependencies;
  parts.push(...(out.allOf ?? []));
  delete out.allOf;
  for (const word of ['oneOf', 'anyOf']) {
    const options = out[word];
    if (!Array.isArray(options) || !options.some((one) => resolve(root, one).properties)) continue;
    delete out[word];
    const fitting = options.findIndex((one) => fits(root, one, data ?? {}));
    const at = Math.min(memory.chosen?.[key] ?? Math.max(fitting, 0), options.length - 1);
    out['playbill:union'] = options.map((one) => resolve(root, one));
    out['playbill:chosen'] = at;
    const { title: _, ...chosen } = resolve(root, options[at]);
    parts.push(chosen);
  }
  for (const part of parts) out = combined(out, effective(root, part, data, memory, key, depth + 1));
  if (isObject(out.properties)) {
    out.properties = Object.fromEntries(Object.entries(out.properties).map(([name, property]) => {
      const inner = resolve(root, property);
      const isNested = inner.properties || inner.allOf || inner.if !== undefined || inner.dependencies || (inner.type === 'object' && (inner.oneOf || inner.anyOf));
      return [name, isNested ? effective(root, inner, data?.[name], memory, key ? `${key}\n${name}` : name, depth + 1) : inner];
    }));
  }
  return out;
}

/** Fills in defaults, each once: what was taken away stays away. */
export function fill(page, values, memory) {
  memory.seen ??= new Set();
  const into = (schema, holder, name, key) => {
    const now = effective(page, schema, holder[name], memory, key);
    const given = now.const ?? now.default;
    if (holder[name] === undefined && !memory.seen.has(key) && given !== undefined && given !== null) holder[name] = structuredClone(given);
    if (now.properties) {
      const inner = isObject(holder[name]) ? holder[name] : {};
      each(now, inner, key);
      if (holder[name] === undefined && Object.keys(inner).length) holder[name] = inner;
    } else if (now.type === 'array') {
      if (holder[name] === undefined && now.minItems > 0 && !(now.uniqueItems && now.items?.enum) && !memory.seen.has(key)) holder[name] = Array.from({ length: Math.min(now.minItems, 100) }, () => (resolve(page, now.items).type === 'object' ? {} : undefined));
      if (Array.isArray(holder[name]) && isObject(now.items)) holder[name].forEach((_, at) => into(now.items, holder[name], at, `${key}\n${at}`));
    }
    memory.seen.add(key);
  };
  const each = (schema, holder, key) => {
    // A field can bring another one.
    for (let round = 0; round < 4; round += 1) {
      const now = round === 0 ? schema : effective(page, page, holder, memory, '');
      for (const [name, property] of Object.entries(now.properties ?? {})) into(property, holder, name, key ? `${key}\n${name}` : name);
      if (key) break;
    }
  };
  each(effective(page, page, values, memory, ''), values, '');
}

/** The answers to what is asked. */
export function clean(schema, values) {
  const out = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = values?.[name];
    if (value === undefined || Number.isNaN(value)) continue;
    if (isObject(value) && property.properties && !property.additionalProperties && !property.patternProperties) {
      const inner = clean(property, value);
      if (Object.keys(inner).length || (schema.required ?? []).includes?.(name)) out[name] = inner;
    } else out[name] = Array.isArray(value) ? value.filter((item) => item !== undefined) : value;
  }
  return out;
}

/** Evaluates the condition of a page. */
export function holds(tree, parameters) {
  const value = ([word, ...parts]) => {
    const [a, b] = word === 'value' || word === 'list' ? [] : parts.map((part) => (word === 'get' || Array.isArray(part) ? value(part) : part));
    switch (word) {
      case 'value': return parts[0] ?? undefined;
      case 'parameters': return parameters;
      case 'list': return parts[0].map(value);
      case 'get': return typeof a === 'object' && a !== null && !Object.hasOwn(a, b) ? (b === 'length' ? a.length : undefined) : a?.[b];
      case 'or': return a || b;
      case 'and': return a && b;
      case 'not': return !a;
      case 'in': return Array.isArray(b) ? b.includes(a) : typeof b === 'string' ? b.includes(String(a)) : isObject(b) && Object.hasOwn(b, a);
      // As the language has it.
      // eslint-disable-next-line eqeqeq
      case '==': return a == b;
      // eslint-disable-next-line eqeqeq
      case '!=': return a != b;
      case '===': return a === b;
      case '!==': return a !== b;
      case '<': return a < b;
      case '<=': return a <= b;
      case '>': return a > b;
      case '>=': return a >= b;
      case 'length': return a?.length ?? (isObject(a) ? Object.keys(a).length : 0);
      case 'lower': return String(a ?? '').toLowerCase();
      case 'upper': return String(a ?? '').toUpperCase();
      default: return undefined;
    }
  };
  const result = value(tree);
  return Array.isArray(result) ? result.length > 0 : Boolean(result);
}

const formats = {
  email: [/^[^\s@]+@[^\s@]+\.[^\s@]+$|^[^\s@]+@localhost$/, 'an e-mail address'],
  uri: [/^[a-z][a-z0-9+.-]*:[^\s]+$/i, 'an address with its scheme, such as https:'],
  date: [/^\d{4}-\d\d-\d\d$/, 'a date such as 2026-11-29'],
  'date-time': [/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?$/, 'a date with a time'],
  hostname: [/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i, 'the name of a host'],
  ipv4: [/^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$/, 'an IPv4 address'],
  uuid: [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a UUID'],
};

const hasType = (value, type) => ({
  string: typeof value === 'string', boolean: typeof value === 'boolean', number: typeof value === 'number',
  integer: Number.isInteger(value), array: Array.isArray(value), object: isObject(value), null: value === null,
})[type] ?? true;

const fits = (root, schema, value) => { const out = []; check(root, schema, value, [], out); return !out.length; };

/** Collects what does not fit, each with its path. */
export function check(root, given, value, path, out, depth = 0) {
  if (given === true || depth > 40) return;
  const add = (message, at = path) => out.push({ path: at, message });
  if (given === false) { if (value !== undefined) add('This is not allowed here.'); return; }
  const schema = resolve(root, given);
  if (value === undefined) return;
  const inner = (part, of = value, at = path, into = out) => check(root, part, of, at, into, depth + 1);
  const is = (part) => { const found = []; inner(part, value, path, found); return !found.length; };
  if (schema.type !== undefined && ![schema.type].flat().some((type) => hasType(value, type))) { add(`This must be ${[schema.type].flat().join(' or ')}.`); return; }
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => same(one, value))) add('Choose one of those that are offered.');
  if ('const' in schema && !same(schema.const, value)) add(`This must be ${JSON.stringify(schema.const)}.`);
  if (typeof value === 'string') {
    const length = [...value].length;
    if (length < schema.minLength) add(schema.minLength === 1 ? 'Fill this in.' : `At least ${schema.minLength} characters.`);
    if (length > schema.maxLength) add(`At most ${schema.maxLength} characters; these are ${length}.`);
    if (schema.pattern !== undefined) {
      let pattern;
      try { pattern = new RegExp(schema.pattern, 'u'); } catch { try { pattern = new RegExp(schema.pattern); } catch { /* `check` reports it */ } }
      if (pattern && !pattern.test(value)) add(schema.errorMessage?.pattern ?? `This must match ${schema.pattern}`);
    }
    const format = own(formats, schema.format) ? formats[schema.format] : null;
    if (format && !format[0].test(value)) add(`This must be ${format[1]}.`);
  }
  if (typeof value === 'number') {
    if (value < schema.minimum) add(`At least ${schema.minimum}.`);
    if (value > schema.maximum) add(`At most ${schema.maximum}.`);
    if (value <= schema.exclusiveMinimum) add(`More than ${schema.exclusiveMinimum}.`);
    if (value >= schema.exclusiveMaximum) add(`Less than ${schema.exclusiveMaximum}.`);
    if (schema.multipleOf > 0 && Math.abs(value / schema.multipleOf - Math.round(value / schema.multipleOf)) > 1e-9) add(`A multiple of ${schema.multipleOf}.`);
  }
  if (Array.isArray(value)) {
    if (value.length < schema.minItems) add(`At least ${schema.minItems}.`);
    if (value.length > schema.maxItems) add(`At most ${schema.maxItems}.`);
    if (schema.uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length) add('Each only once.');
    value.forEach((item, at) => { const part = Array.isArray(schema.items) ? schema.items[at] : schema.items; if (part !== undefined && item !== undefined) inner(part, item, [...path, at]); });
  }
  if (isObject(value)) {
    for (const name of Array.isArray(schema.required) ? schema.required : []) if (value[name] === undefined) add('Fill this in.', [...path, name]);
    for (const [name, property] of Object.entries(schema.properties ?? {})) if (value[name] !== undefined) inner(property, value[name], [...path, name]);
    const patterns = Object.entries(schema.patternProperties ?? {});
    for (const name of Object.keys(value)) {
      if (own(schema.properties, name)) continue;
      const fitting = patterns.filter(([pattern]) => { try { return new RegExp(pattern).test(name); } catch { return true; } });
      fitting.forEach(([, part]) => inner(part, value[name], [...path, name]));
      if (fitting.length) continue;
      if (schema.additionalProperties === false) add('Nothing asks for this.', [...path, name]); else if (isObject(schema.additionalProperties)) inner(schema.additionalProperties, value[name], [...path, name]);
    }
    for (const [name, dependency] of Object.entries(schema.dependencies ?? {})) {
      if (value[name] === undefined) continue;
      if (!Array.isArray(dependency)) { inner(dependency); continue; }
      for (const other of dependency) if (value[other] === undefined) add('Fill this in.', [...path, other]);
    }
  }
  if (schema.if !== undefined) {
    const branch = is(schema.if) ? schema.then : schema.else;
    if (branch !== undefined) inner(branch);
  }
  for (const part of schema.allOf ?? []) inner(part);
  for (const word of ['anyOf', 'oneOf']) {
    if (!Array.isArray(schema[word])) continue;
    const found = schema[word].map((part) => { const faults = []; inner(part, value, path, faults); return faults; });
    const count = found.filter((faults) => !faults.length).length;
    // What is nearest to fit says best what is missing.
    if (!count) out.push(...found.reduce((best, faults) => (faults.length < best.length ? faults : best))); else if (word === 'oneOf' && count > 1) add('More than one alternative fits.');
  }
  if (schema.not !== undefined && is(schema.not)) add('This is excluded.');
}
