// The form of a software template: pages with conditional fields, a review, and what can be done with the answers. The
// page says the same in words without it. Nothing is sent anywhere, but for a dry run where `playbill serve` answers.

const KEYWORDS = /^(true|false|null|yes|no|on|off|y|n|nan|inf|infinity)$/i;
const SAFE = /[A-Za-z0-9 _.,:/@=+-]/;
const PICKERS = [
  'EntityPicker',
  'OwnerPicker',
  'OwnedEntityPicker',
  'MyGroupsPicker',
  'MultiEntityPicker',
  'EntityTagsPicker',
];
/** Longer addresses are refused by some servers. */
const LONGEST_LINK = 8000;
/** A list of at most this many is a menu; a longer one is searched by typing. */
const MENU = 40;

/** Writes a value as JSON in ASCII without characters that a shell would interpret. */
export function quoted(value) {
  if (typeof value === 'string')
    return `"${[...Array(value.length).keys()].map((at) => (SAFE.test(value[at]) ? value[at] : `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`)).join('')}"`;
  if (Array.isArray(value)) return `[${value.map(quoted).join(',')}]`;
  if (isObject(value))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${quoted(key)}:${quoted(inner)}`)
      .join(',')}}`;
  return String(value);
}

/** Writes the command that runs a template with these values; null if a name cannot be written there. */
export function command(template, values, folder) {
  const parts = [`playbill new ${template}`];
  for (const [name, value] of Object.entries(values)) {
    if (!/^[A-Za-z_][\w-]*$/.test(name)) return null;
    const isPlain =
      typeof value === 'boolean' ||
      typeof value === 'number' ||
      (typeof value === 'string' && /^[A-Za-z][\w./-]*$/.test(value) && !KEYWORDS.test(value));
    parts.push(isPlain ? `--set ${name}=${value}` : `--set '${name}=${quoted(value)}'`);
  }
  return [...parts, `--record -o ${folder}`].join(' ');
}

/** Writes the values as a file of YAML: JSON, a key a line. */
export function valuesFile(template, values) {
  const json = (value) =>
    JSON.stringify(value).replace(
      /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  const lines = Object.entries(values).map(
    ([name, value]) => `${/^[A-Za-z_][\w-]*$/.test(name) && !KEYWORDS.test(name) ? name : json(name)}: ${json(value)}`,
  );
  return `# Values for ${template}\n${lines.length ? lines.join('\n') : '{}'}\n`;
}

/** Returns the link to a new issue that asks for a run. */
export function request(place, template, values) {
  const base = place.replace(/\/+$/, '');
  const lines = Object.entries(values).map(([name, value]) => `  ${quoted(name)}: ${quoted(value)}`);
  const body = `Please run this template.\n\n\`\`\`yaml\ntemplate: ${template}\nvalues:\n${lines.join('\n')}\n\`\`\`\n`;
  const query = (names) => new URLSearchParams({ [names[0]]: `Create: ${template}`, [names[1]]: body }).toString();
  const link = /(^|\.)gitlab\./.test(new URL(base).hostname)
    ? `${base}/-/issues/new?${query(['issue[title]', 'issue[description]'])}`
    : `${base}/issues/new?${query(['title', 'body'])}`;
  return link.length < LONGEST_LINK ? link : null;
}

/**
 * Returns the link to the page on which a workflow is started, and what is to be entered there. GitLab takes the inputs as part
 * of the address; GitHub does not.
 */
export function workflow(place, template, values) {
  const address = new URL(place);
  const inputs = { template, values: quoted(values) };
  if (!/(^|\.)gitlab\./.test(address.hostname)) return { link: address.href, inputs };
  if (!/\/-\/pipelines\/new\/?$/.test(address.pathname))
    address.pathname = `${address.pathname.replace(/\/+$/, '')}/-/pipelines/new`;
  for (const [name, value] of Object.entries(inputs))
    address.searchParams.set(`var[PLAYBILL_${name.toUpperCase()}]`, value);
  if (address.href.length < LONGEST_LINK) return { link: address.href, inputs: {} };
  for (const name of Object.keys(inputs)) address.searchParams.delete(`var[PLAYBILL_${name.toUpperCase()}]`);
  return { link: address.href, inputs };
}

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes('-') || name === 'for' || name === 'role' || name === 'list') made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
const icon = (name) => element('i', { className: `icon i-${name}`, 'aria-hidden': 'true' });
const words = (name) => {
  const text = String(name)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
const button = (text, onclick, more = {}) =>
  element('button', { type: 'button', className: 'button', textContent: text, onclick, ...more });

/** An option of a field: `ui:options.x`, or `ui:x`. */
const option = (schema, name) => schema['ui:options']?.[name] ?? schema[`ui:${name}`];

/** The values to choose from, with their names; null where any value is taken. */
function choices(schema) {
  if (Array.isArray(schema.enum)) {
    const names = schema.enumNames ?? option(schema, 'enumNames') ?? [];
    return schema.enum.map((value, at) => ({ value, name: String(names[at] ?? value) }));
  }
  const all = schema.oneOf ?? schema.anyOf;
  if (all?.length && all.every((one) => 'const' in one || one.enum?.length === 1)) {
    return all.map((one) => ({
      value: one.const ?? one.enum?.[0],
      name: String(one.title ?? one.const ?? one.enum?.[0]),
    }));
  }
  return null;
}

export async function start() {
  const box = document.querySelector('[data-form]');
  if (!box) return;
  try {
    const answer = await fetch(new URL(box.dataset.form, location.href));
    if (answer.ok) new Form(box, await answer.json()).show(0);
  } finally {
    box.classList.add('settled');
  }
}

class Form {
  constructor(box, data) {
    this.box = box;
    this.data = data;
    this.values = {};
    this.secrets = {};
    this.memory = { chosen: {} };
    this.errors = [];
    this.at = 0;
    try {
      Object.assign(this.values, JSON.parse(new URLSearchParams(location.search).get('formData') ?? '{}'));
    } catch {
      /* no values then */
    }
  }

  /** The pages that are shown, given the answers so far. */
  pages() {
    return this.data.pages.filter((page) => !page.when || holds(page.when, this.values)).map((page) => page.schema);
  }

  /** The schema of a page as it is now. */
  schema(page) {
    return effective(page, page, this.values, this.memory, '');
  }

  /** The answers to what is asked, and to nothing else. */
  result() {
    let values = {};
    for (const page of this.pages()) {
      const schema = this.schema(page);
      values = { ...values, ...clean(schema, this.values) };
    }
    return values;
  }

  show(at, focus = false) {
    const pages = this.pages();
    this.at = Math.max(0, Math.min(at, pages.length + 1));
    this.errors = [];
    if (this.at < pages.length) fill(pages[this.at], this.values, this.memory);
    this.render();
    if (focus) this.box.querySelector('h2')?.focus();
  }

  render() {
    const pages = this.pages();
    const title = (page, at) => page['ui:title'] ?? page.title ?? `Page ${at + 1}`;
    const names = [...pages.map(title), 'Review'];
    const trail = element(
      'ol',
      { className: 'trail' },
      ...names.map((name, at) => {
        const line = element(
          'li',
          {},
          at < this.at ? button(name, () => this.show(at, true), { className: 'link' }) : name,
        );
        if (at === this.at) line.setAttribute('aria-current', 'step');
        return line;
      }),
    );
    const body =
      this.at < pages.length
        ? this.page(pages[this.at], names[this.at])
        : this.at === pages.length
          ? this.review()
          : this.made();
    this.box.replaceChildren(element('nav', { 'aria-label': 'Steps' }, trail), body);
  }

  /** A page of fields. */
  page(page, title) {
    const labels = this.data.labels ?? {};
    const isLast = this.at === this.pages().length - 1;
    const form = element('form', {
      noValidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        this.next(page);
      },
    });
    this.fields = element('div', { className: 'fields' });
    this.known = new Map();
    form.append(
      element('h2', { textContent: title, tabIndex: -1 }),
      page['playbill:help'] ? element('p', { className: 'quiet', innerHTML: page['playbill:help'] }) : '',
      element('div', { 'data-summary': '' }),
      this.fields,
      element(
        'div',
        { className: 'buttons' },
        this.at > 0 ? button(labels.backButtonText ?? 'Back', () => this.show(this.at - 1, true)) : null,
        element('button', {
          type: 'submit',
          className: 'button main',
          textContent: isLast ? (labels.reviewButtonText ?? 'Review') : 'Next',
        }),
      ),
    );
    this.drawn = '';
    this.draw(page);
    return form;
  }

  /** Draws the fields, if others are asked now than before. */
  draw(page, always = false) {
    const schema = this.schema(page);
    const now = JSON.stringify(schema) + JSON.stringify(this.shape(schema, this.values));
    if (!always && now === this.drawn) return;
    this.drawn = now;
    const focused = document.activeElement?.id;
    this.lists = element('div', { hidden: true });
    this.fields.replaceChildren(...this.properties(page, schema, []), this.lists);
    if (focused && this.fields.querySelector(`#${CSS.escape(focused)}`) && document.activeElement?.id !== focused)
      document.getElementById(focused).focus();
    this.tell();
  }

  /** How many rows lists have: they are drawn again when that changes. */
  shape(schema, value) {
    if (Array.isArray(value)) return value.map((item) => this.shape(schema.items ?? {}, item));
    if (!isObject(value)) return 0;
    return Object.entries(schema.properties ?? {})
      .map(([name, inner]) => this.shape(inner, value[name]))
      .concat(schema.properties ? [] : Object.keys(value).length);
  }

  get(path) {
    return path.reduce((value, name) => value?.[name], this.values);
  }

  set(path, value, page) {
    let place = this.values;
    path.slice(0, -1).forEach((name, at) => {
      if (typeof place[name] !== 'object' || place[name] === null)
        place[name] = typeof path[at + 1] === 'number' ? [] : {};
      place = place[name];
    });
    const last = path.at(-1);
    if (value === undefined && !Array.isArray(place)) delete place[last];
    else place[last] = value;
    fill(page, this.values, this.memory);
    this.draw(page);
    if (this.errors.length) {
      this.errors = this.faults(page);
      this.tell();
    }
  }

  faults(page) {
    const out = [];
    check(page, page, this.result(), [], out);
    for (const [key, { test }] of this.known) {
      const message = test?.();
      if (message && !out.some((fault) => fault.path.join('\n') === key))
        out.push({ path: key.split('\n').filter(Boolean), message });
    }
    return out;
  }

  next(page) {
    this.errors = this.faults(page);
    if (!this.errors.length) {
      this.show(this.at + 1, true);
      return;
    }
    this.draw(page, true);
    this.box.querySelector('[role=alert]')?.focus();
  }

  /** Says what is wrong, on top and at each field. */
  tell() {
    const summary = this.box.querySelector('[data-summary]') ?? this.fields.previousElementSibling;
    const at = (path) => {
      const parts = [...path];
      while (parts.length && !this.known.has(parts.join('\n'))) parts.pop();
      return this.known.get(parts.join('\n'));
    };
    for (const { input, note } of this.known.values()) {
      note.textContent = '';
      note.hidden = true;
      input.removeAttribute('aria-invalid');
    }
    const lines = this.errors.map(({ path, message }) => {
      const field = at(path);
      if (field) {
        field.note.textContent = message;
        field.note.hidden = false;
        if (field.input.matches('input, select, textarea, [role=radiogroup]'))
          field.input.setAttribute('aria-invalid', 'true');
      }
      const name = field?.title ?? path.join('.');
      return element(
        'li',
        {},
        field
          ? element('a', {
              href: `#${field.input.id}`,
              textContent: `${name}: ${message}`,
              onclick: (event) => {
                event.preventDefault();
                field.input.focus();
              },
            })
          : `${name}: ${message}`,
      );
    });
    summary?.replaceChildren(
      ...(lines.length
        ? [
            element(
              'div',
              { className: 'faults', role: 'alert', tabIndex: -1 },
              element('p', {
                textContent: lines.length === 1 ? 'One answer does not fit.' : `${lines.length} answers do not fit.`,
              }),
              element('ul', {}, ...lines),
            ),
          ]
        : []),
    );
  }

  /** The fields of an object, in their order. */
  properties(page, schema, path) {
    const names = Object.keys(schema.properties ?? {});
    const order = option(schema, 'order');
    if (Array.isArray(order)) {
      const rest = names.filter((name) => !order.includes(name));
      names.splice(
        0,
        names.length,
        ...order.flatMap((name) => (name === '*' ? rest : names.includes(name) ? [name] : [])),
        ...(order.includes('*') ? [] : rest),
      );
    }
    const required = schema.required ?? [];
    const out = [];
    const alternatives = union(schema);
    if (alternatives) {
      const key = path.join('\n');
      const select = element(
        'select',
        {
          id: this.id([...path, 'alternative']),
          onchange: () => {
            this.memory.chosen[key] = select.selectedIndex;
            fill(page, this.values, this.memory);
            this.draw(page);
          },
        },
        ...alternatives.map((one, at) => element('option', { textContent: one.title ?? `Alternative ${at + 1}` })),
      );
      select.selectedIndex = schema['playbill:chosen'] ?? 0;
      out.push(
        element(
          'div',
          { className: 'field' },
          element('label', { for: select.id, textContent: 'Which of these?' }),
          select,
        ),
      );
    }
    for (const name of names) {
      const property = resolve(page, schema.properties[name]);
      if (
        property['backstage:featureFlag'] ||
        property['ui:backstage']?.featureFlag ||
        option(property, 'widget') === 'hidden'
      )
        continue;
      out.push(this.field(page, property, [...path, name], Array.isArray(required) && required.includes(name)));
    }
    return out;
  }

  id(path) {
    return `field-${path.join('-').replace(/[^\w-]/g, '_')}`;
  }

  /** One field with its label, its help, and what is wrong with it. */
  field(page, property, path, required) {
    const name = path.at(-1);
    const title =
      property['ui:title'] ??
      property.title ??
      (typeof name === 'number' ? `${words(path.at(-2))} ${name + 1}` : words(name));
    const id = this.id(path);
    const help = element('div', { className: 'help', id: `${id}-help` });
    if (property['playbill:help']) help.append(element('p', { innerHTML: property['playbill:help'] }));
    const more = option(property, 'help');
    if (more) help.append(element('p', { textContent: more }));
    const note = element('p', { className: 'wrong', id: `${id}-wrong`, hidden: true });
    const about = {
      page,
      property,
      path,
      id,
      title,
      required,
      help,
      note,
      described: `${help.childElementCount ? help.id : ''} ${note.id}`.trim(),
    };
    const label = (target) =>
      element(
        'label',
        { for: target },
        title,
        required ? element('span', { className: 'must', textContent: ' required' }) : '',
      );
    const field = property['ui:field'];
    if (property.type === 'object' && !field) return this.group(about, this.object(about));
    if (property.type === 'array' && !field) return this.group(about, this.list(about));
    if (field === 'MultiEntityPicker' || field === 'EntityTagsPicker')
      return this.group(
        about,
        this.list({
          ...about,
          item: {
            ...property,
            type: 'string',
            'ui:field': field === 'EntityTagsPicker' ? 'Tag' : 'EntityPicker',
            title: undefined,
            'playbill:help': undefined,
          },
        }),
      );
    if (field === 'RepoUrlPicker') return this.group(about, this.repository(about));
    const { input, parts, first } = this.input(about);
    this.known.set(path.join('\n'), { input, note, title, test: about.test });
    if (required) input.setAttribute('aria-required', 'true');
    if (first) return element('div', { className: 'field check' }, ...parts, label(input.id), help, note);
    if (parts[0]?.tagName === 'FIELDSET') return element('div', { className: 'field' }, ...parts, help, note);
    return element('div', { className: 'field' }, label(input.id), ...parts, help, note);
  }

  group({ title, required, help, note, path, id }, parts) {
    const set = element(
      'fieldset',
      { id, tabIndex: -1, 'aria-describedby': `${help.childElementCount ? help.id : ''} ${note.id}`.trim() },
      element('legend', {}, title, required ? element('span', { className: 'must', textContent: ' required' }) : ''),
      help,
      note,
      ...parts,
    );
    if (!this.known.has(path.join('\n'))) this.known.set(path.join('\n'), { input: set, note, title });
    return set;
  }

  object({ page, property, path }) {
    if (property.properties || union(property)) return this.properties(page, property, path);
    // Any names with any texts.
    const value = isObject(this.get(path)) ? this.get(path) : {};
    const rows = Object.entries(value).map(([key, text], at) => {
      const name = element('input', {
        value: key,
        'aria-label': `Name ${at + 1}`,
        id: this.id([...path, at, 'name']),
        onchange: () => {
          const next = Object.entries(value).map((entry, other) => (other === at ? [name.value, entry[1]] : entry));
          this.set(path, Object.fromEntries(next), page);
        },
      });
      const input = element('input', {
        value: typeof text === 'string' ? text : JSON.stringify(text),
        'aria-label': `Value ${at + 1}`,
        id: this.id([...path, at, 'value']),
        oninput: () => {
          value[key] = input.value;
        },
      });
      return element(
        'div',
        { className: 'row' },
        name,
        input,
        button(
          'Remove',
          () => {
            const next = { ...value };
            delete next[key];
            this.set(path, next, page);
          },
          { 'aria-label': `Remove ${key}` },
        ),
      );
    });
    return [
      ...rows,
      button('Add', () => {
        let at = 1;
        while (`name${at}` in value) at += 1;
        this.set(path, { ...value, [`name${at}`]: '' }, page);
        document.getElementById(this.id([...path, Object.keys(value).length, 'name']))?.focus();
      }),
    ];
  }

  list({ page, property, path, title, item = undefined }) {
    const items = resolve(page, item ?? property.items ?? { type: 'string' });
    const value = Array.isArray(this.get(path)) ? this.get(path) : [];
    const fixed = choices(items);
    if (fixed && (property.uniqueItems || option(property, 'widget') === 'checkboxes')) {
      return fixed.map(({ value: one, name }, at) => {
        const input = element('input', {
          type: 'checkbox',
          id: this.id([...path, at]),
          checked: value.includes(one),
          onchange: () =>
            this.set(
              path,
              fixed
                .map((choice) => choice.value)
                .filter((choice) => (choice === one ? input.checked : value.includes(choice))),
              page,
            ),
        });
        return element(
          'div',
          { className: 'field check' },
          input,
          element('label', { for: input.id, textContent: name }),
        );
      });
    }
    const options = property['ui:options'] ?? {};
    const move = (from, to) => {
      const next = [...value];
      next.splice(to, 0, ...next.splice(from, 1));
      this.set(path, next, page);
      this.draw(page, true);
      document.getElementById(this.id([...path, to]))?.focus();
    };
    const rows = value.map((_, at) => {
      const tools = element(
        'div',
        { className: 'buttons' },
        options.orderable !== false && at > 0
          ? button('Up', () => move(at, at - 1), { 'aria-label': `Move ${title} ${at + 1} up` })
          : null,
        options.orderable !== false && at < value.length - 1
          ? button('Down', () => move(at, at + 1), { 'aria-label': `Move ${title} ${at + 1} down` })
          : null,
        options.removable !== false
          ? button(
              'Remove',
              () => {
                this.set(
                  path,
                  value.filter((_, other) => other !== at),
                  page,
                );
                this.draw(page, true);
                document.getElementById(`${this.id(path)}-add`)?.focus();
              },
              { 'aria-label': `Remove ${title} ${at + 1}` },
            )
          : null,
      );
      return element(
        'div',
        { className: 'row' },
        this.field(
          page,
          effective(page, items, value[at], this.memory, [...path, at].join('\n')),
          [...path, at],
          false,
        ),
        tools,
      );
    });
    const add = () => {
      const empty =
        items.default ??
        (items.type === 'object' ? {} : items.type === 'boolean' ? false : items.type === 'array' ? [] : '');
      this.set(path, [...value, empty], page);
      const row = document.getElementById(this.id([...path, value.length]));
      (row?.matches('fieldset') ? row.querySelector('input, select, textarea') : row)?.focus();
    };
    return [
      ...rows,
      options.addable === false
        ? null
        : button('Add', add, { id: `${this.id(path)}-add`, 'aria-label': `Add ${title}` }),
    ];
  }

  /** Host, owner and name of a repository, as one text. */
  repository({ page, property, path, title }) {
    const text = typeof this.get(path) === 'string' ? this.get(path) : '';
    const [host, query] = text.split('?');
    const parts = Object.fromEntries(new URLSearchParams(query ?? ''));
    const allowed = (name) => option(property, `allowed${name}`) ?? [];
    const hosts = allowed('Hosts');
    const state = { host: host || hosts[0] || 'github.com', ...parts };
    const names = () =>
      /dev\.azure/.test(state.host)
        ? ['organization', 'project', 'repo']
        : /bitbucket\.org/.test(state.host)
          ? ['workspace', 'project', 'repo']
          : ['owner', 'repo'];
    const plural = {
      owner: 'Owners',
      repo: 'Repos',
      organization: 'Organizations',
      project: 'Projects',
      workspace: 'Owners',
    };
    const write = (redraw) => {
      const search = new URLSearchParams();
      for (const name of ['owner', 'repo', 'organization', 'workspace', 'project'])
        if (names().includes(name) && state[name]) search.set(name, state[name]);
      this.set(path, search.toString() ? `${state.host}?${search}` : undefined, page);
      if (redraw) this.draw(page, true);
    };
    const part = (name, label, fixed, onset) => {
      const id = this.id([...path, name]);
      const value = state[name] ?? (fixed.length === 1 ? fixed[0] : '');
      if (fixed.length && !state[name]) state[name] = fixed[0];
      const input = fixed.length
        ? element(
            'select',
            {
              id,
              onchange: () => {
                state[name] = input.value;
                onset();
              },
            },
            ...fixed.map((one) => element('option', { value: one, textContent: one, selected: one === value })),
          )
        : element('input', {
            id,
            value,
            autocomplete: 'off',
            spellcheck: false,
            oninput: () => {
              state[name] = input.value.trim();
              onset();
            },
          });
      return element('div', { className: 'field' }, element('label', { for: id, textContent: label }), input);
    };
    const labels = {
      owner: option(property, 'ownerLabel') ?? 'Owner',
      repo: option(property, 'repoLabel') ?? 'Repository',
      organization: 'Organization',
      project: 'Project',
      workspace: 'Workspace',
    };
    const fields = [
      part('host', 'Host', hosts, () => write(true)),
      ...names().map((name) => part(name, labels[name], allowed(plural[name]), () => write(false))),
    ];
    const test = () =>
      this.get(path) !== undefined &&
      !names().every((name) => new URLSearchParams(this.get(path).split('?')[1]).get(name))
        ? `${names()
            .map((name) => labels[name])
            .join(', ')}: fill in each of them.`
        : null;
    const note = element('p', { className: 'wrong', hidden: true });
    this.known.set(path.join('\n'), { input: fields.at(-1).querySelector('input, select'), note, title, test });
    return [element('div', { className: 'parts-of' }, ...fields), note];
  }

  /** The control of a plain value. */
  input(about) {
    const { page, property, path, id, described } = about;
    const value = this.get(path);
    const widget = option(property, 'widget');
    const field = property['ui:field'];
    const common = {
      id,
      'aria-describedby': described,
      disabled: Boolean(option(property, 'disabled')),
      autocomplete: option(property, 'autocomplete') ?? 'off',
    };
    const one = (input) => ({ input, parts: [input] });
    const empty = property['ui:emptyValue'];
    const fixed =
      choices(property) ??
      (property.type === 'boolean' && ['radio', 'select'].includes(widget)
        ? [
            { value: true, name: 'Yes' },
            { value: false, name: 'No' },
          ]
        : null);
    if (field === 'Secret') {
      const input = element('input', {
        ...common,
        type: 'password',
        value: this.secrets[path.at(-1)] ?? '',
        oninput: () => {
          if (input.value) this.secrets[path.at(-1)] = input.value;
          else delete this.secrets[path.at(-1)];
          this.set(path, input.value ? '*****' : undefined, page);
        },
      });
      return one(input);
    }
    if (PICKERS.includes(field) || field === 'Tag') return this.picker(about, common, value);
    if (field === 'EntityNamePicker')
      about.test = () =>
        this.get(path) === undefined || /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(this.get(path))
          ? null
          : 'Up to 63 letters, digits, hyphens, dots and underscores; a letter or digit first and last.';
    if (fixed && widget === 'radio') {
      const set = element(
        'fieldset',
        { className: 'radios', role: 'radiogroup', id, tabIndex: -1, 'aria-describedby': described },
        element(
          'legend',
          {},
          about.title,
          about.required ? element('span', { className: 'must', textContent: ' required' }) : '',
        ),
        ...fixed.map((choice, at) => {
          const input = element('input', {
            type: 'radio',
            name: id,
            id: `${id}-${at}`,
            checked: choice.value === value,
            onchange: () => this.set(path, choice.value, page),
          });
          return element(
            'div',
            { className: 'field check' },
            input,
            element('label', { for: input.id, textContent: choice.name }),
          );
        }),
      );
      return { input: set, parts: [set] };
    }
    if (fixed) {
      const select = element(
        'select',
        {
          ...common,
          onchange: () => this.set(path, select.value === '' ? undefined : fixed[Number(select.value)].value, page),
        },
        ...(fixed.some((choice) => choice.value === value) && about.required
          ? []
          : [element('option', { value: '', textContent: '' })]),
        ...fixed.map((choice, at) =>
          element('option', { value: String(at), textContent: choice.name, selected: choice.value === value }),
        ),
      );
      return one(select);
    }
    if (property.type === 'boolean') {
      const input = element('input', {
        ...common,
        type: 'checkbox',
        checked: value === true,
        onchange: () => this.set(path, input.checked, page),
      });
      return { input, parts: [input], first: true };
    }
    if (property.type === 'number' || property.type === 'integer') {
      const input = element('input', {
        ...common,
        type: widget === 'range' ? 'range' : 'number',
        inputMode: 'decimal',
        step: property.multipleOf ?? (property.type === 'integer' ? 1 : 'any'),
        min: property.minimum ?? '',
        max: property.maximum ?? '',
        placeholder: option(property, 'placeholder') ?? '',
        value: value ?? '',
        oninput: () => this.set(path, input.value === '' ? undefined : Number(input.value), page),
      });
      return one(input);
    }
    const types = {
      password: 'password',
      color: 'color',
      date: 'date',
      datetime: 'datetime-local',
      email: 'email',
      uri: 'url',
    };
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    const properties = {
      ...common,
      value: text,
      placeholder: option(property, 'placeholder') ?? '',
      readOnly: Boolean(option(property, 'readonly')),
      spellcheck: widget === 'textarea',
    };
    const input =
      widget === 'textarea'
        ? element('textarea', { ...properties, rows: option(property, 'rows') ?? 4 })
        : element('input', {
            ...properties,
            type: types[widget] ?? { email: 'email', uri: 'url', date: 'date' }[property.format] ?? 'text',
          });
    input.addEventListener('input', () =>
      this.set(
        path,
        input.value === '' ? (path.length && typeof path.at(-1) === 'number' ? '' : empty) : input.value,
        page,
      ),
    );
    return one(input);
  }

  /** Entities of the catalog, or tags: a menu, or a field that knows them. */
  picker(about, common, value) {
    const { page, property, path } = about;
    const list = this.data.lists[property['playbill:list']];
    const isOpen = option(property, 'allowArbitraryValues') !== false;
    if (list && list.length <= MENU && property['ui:field'] !== 'Tag') {
      const known = list.some(([ref]) => ref === value);
      const select = element(
        'select',
        { ...common, onchange: () => this.set(path, select.value || undefined, page) },
        element('option', { value: '', textContent: '' }),
        ...list.map(([ref, title]) =>
          element('option', { value: ref, textContent: `${title} (${ref})`, selected: ref === value }),
        ),
        value && !known ? element('option', { value, textContent: value, selected: true }) : null,
      );
      return { input: select, parts: [select] };
    }
    const key = `list-${property['playbill:list']}`;
    if (list && !this.lists.querySelector(`#${key}`))
      this.lists.append(
        element(
          'datalist',
          { id: key },
          ...list.map(([ref, title]) => element('option', { value: ref, label: title === ref ? '' : title })),
        ),
      );
    const complete = (text) => {
      const typed = text.trim();
      if (!typed || property['ui:field'] === 'Tag') return typed.toLowerCase() || undefined;
      const byTitle = list?.find(([ref, title]) => ref === typed || title.toLowerCase() === typed.toLowerCase());
      if (byTitle) return byTitle[0];
      const kind = option(property, 'defaultKind');
      const namespace = option(property, 'defaultNamespace') || 'default';
      const [head, rest] = typed.includes(':') ? typed.split(':') : [kind, typed];
      if (!head || !rest) return typed;
      return `${head}:${rest.includes('/') ? rest : `${namespace}/${rest}`}`.toLowerCase();
    };
    const input = element('input', {
      ...common,
      value: value ?? '',
      list: list ? key : undefined,
      spellcheck: false,
      placeholder: option(property, 'placeholder') ?? '',
      onchange: () => {
        const done = complete(input.value);
        input.value = done ?? '';
        this.set(path, done, page);
      },
    });
    if (list && !isOpen)
      about.test = () =>
        this.get(path) === undefined || list.some(([ref]) => ref === this.get(path)) ? null : 'Choose one of the list.';
    if (property['ui:field'] === 'Tag')
      about.test = () =>
        !this.get(path) || /^[a-z0-9+#]+(-[a-z0-9+#]+)*$/.test(this.get(path))
          ? null
          : 'Lower case letters, digits, + and #, with single hyphens between.';
    return { input, parts: [input] };
  }

  /** All answers, one a row. */
  rows() {
    const rows = [];
    const shown = (schema, value) => {
      if (schema['ui:field'] === 'Secret' || option(schema, 'widget') === 'password') return '******';
      const named = choices(schema)?.find((choice) => choice.value === value);
      if (named) return named.name;
      if (typeof value === 'boolean') return value ? 'Yes' : 'No';
      if (Array.isArray(value))
        return value
          .map((item) => (isObject(item) ? JSON.stringify(item) : shown(schema.items ?? {}, item)))
          .join(', ');
      return isObject(value) ? JSON.stringify(value) : String(value);
    };
    const walk = (page, schema, value, before) => {
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        if (value?.[name] === undefined) continue;
        const own = resolve(page, property);
        const review = own['ui:backstage']?.review ?? {};
        if (review.show === false) continue;
        const title = before + (review.name ?? own.title ?? words(name));
        if (isObject(value[name]) && own.properties && review.explode !== false)
          walk(page, own, value[name], `${title}: `);
        else rows.push([title, review.mask ?? shown(own, value[name])]);
      }
    };
    const values = this.result();
    for (const page of this.pages()) walk(page, this.schema(page), values, '');
    return rows;
  }

  review() {
    const labels = this.data.labels ?? {};
    const rows = this.rows();
    return element(
      'div',
      {},
      element('h2', { textContent: 'Review', tabIndex: -1 }),
      rows.length
        ? element(
            'dl',
            { className: 'pairs two answers' },
            ...rows.map(([title, value]) =>
              element('div', {}, element('dt', { textContent: title }), element('dd', { textContent: value })),
            ),
          )
        : element('p', { className: 'quiet', textContent: 'Nothing is asked.' }),
      element(
        'div',
        { className: 'buttons' },
        this.pages().length ? button(labels.backButtonText ?? 'Back', () => this.show(this.at - 1, true)) : null,
        button(labels.createButtonText ?? 'Create', () => this.show(this.at + 1, true), { className: 'button main' }),
      ),
    );
  }

  /** What can be done with the answers. */
  made() {
    const { template, requests, workflow: place } = this.data;
    const values = this.result();
    const repository = Object.values(values).find(
      (value) => typeof value === 'string' && /^[\w.-]+\?.*\brepo=/.test(value),
    );
    const name =
      [
        values.name,
        values.component_id,
        values.componentId,
        repository && new URLSearchParams(repository.split('?')[1]).get('repo'),
      ].find((text) => typeof text === 'string' && /^[A-Za-z0-9][\w-]*$/.test(text)) ?? 'new-project';
    const folder = KEYWORDS.test(name) ? 'new-project' : name;
    const line = command(template, values, folder);
    const withFile = `playbill new ${template} --values values.yaml --record -o ${folder}`;
    const file = URL.createObjectURL(new Blob([valuesFile(template, values)], { type: 'application/yaml' }));
    const code = (text) => {
      const pre = element('pre', { className: 'command', tabIndex: 0 }, element('code', { textContent: text }));
      const copy = button('Copy', async () => {
        await navigator.clipboard?.writeText(text);
        copy.textContent = 'Copied';
      });
      return element('div', { className: 'paste' }, pre, navigator.clipboard ? copy : null);
    };
    const secrets = Object.keys(this.secrets);
    const link = requests ? request(requests, template, values) : null;
    const run = place ? workflow(place, template, values) : null;
    const entered = Object.entries(run?.inputs ?? {});
    const outward = (href, text) =>
      element(
        'p',
        {},
        element(
          'a',
          { className: 'button', href, rel: 'noopener' },
          icon('external'),
          element('span', { textContent: text }),
        ),
      );
    const isServed = Boolean(document.querySelector('script[src*="_playbill/live.js"]'));
    const results = element('div', { 'aria-live': 'polite' });
    return element(
      'div',
      {},
      element('h2', { textContent: 'Ready', tabIndex: -1 }),
      isServed
        ? element(
            'div',
            { className: 'way' },
            element('h3', { textContent: 'Try it' }),
            element('p', {
              className: 'quiet',
              textContent: 'A dry run: nothing is written, and nothing reaches other systems.',
            }),
            button(
              'Run dry',
              async (event) =>
                (await import(new URL(this.box.dataset.dryRun, location.href).href)).dry({
                  press: event.target,
                  template,
                  values,
                  secrets: this.secrets,
                  results,
                  element,
                  icon,
                }),
              { className: 'button main' },
            ),
            results,
          )
        : null,
      line ? element('div', { className: 'way' }, element('h3', { textContent: 'In a terminal' }), code(line)) : null,
      element(
        'div',
        { className: 'way' },
        element('h3', { textContent: 'With a file of values' }),
        element(
          'p',
          {},
          element(
            'a',
            { className: 'button', href: file, download: 'values.yaml' },
            icon('file'),
            element('span', { textContent: 'Download values.yaml' }),
          ),
        ),
        code(withFile),
      ),
      secrets.length
        ? element(
            'p',
            { className: 'quiet' },
            'Secrets are in neither. Before, set ',
            ...secrets.flatMap((secret, at) => [
              at ? ', ' : '',
              element('code', { textContent: `PLAYBILL_SECRET_${secret}` }),
            ]),
            '.',
          )
        : null,
      run
        ? element(
            'div',
            { className: 'way' },
            element('h3', { textContent: 'In a workflow' }),
            outward(run.link, 'Run the workflow'),
            entered.length ? element('p', { className: 'quiet', textContent: 'Enter there:' }) : null,
            ...entered.flatMap(([name, value]) => [
              element('p', {}, element('code', { textContent: name })),
              code(value),
            ]),
          )
        : null,
      link
        ? element(
            'div',
            { className: 'way' },
            element('h3', { textContent: 'As a request' }),
            outward(link, 'Open an issue with the values'),
          )
        : null,
      requests && !link
        ? element('p', {
            className: 'quiet',
            textContent: 'The values are too long for the address of a new issue; attach the file instead.',
          })
        : null,
      element(
        'div',
        { className: 'buttons' },
        button('Back', () => this.show(this.at - 1, true)),
        button('Start over', () => {
          this.values = {};
          this.secrets = {};
          this.memory = { chosen: {} };
          this.show(0, true);
        }),
      ),
    );
  }
}

// JSON Schema as forms use it: which fields there are given the answers, their defaults, and what does not fit.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (object, name) => isObject(object) && Object.hasOwn(object, name);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Follows `$ref` within a page. */
function resolve(root, schema) {
  let at = isObject(schema) ? schema : {};
  for (let count = 0; typeof at.$ref === 'string' && count < 20; count += 1) {
    const { $ref, ...rest } = at;
    const target = $ref.startsWith('#')
      ? $ref
          .slice(1)
          .split('/')
          .filter(Boolean)
          .reduce((value, part) => value?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')], root)
      : undefined;
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
const union = (schema) => schema['playbill:union'];

/** The schema with what holds for these answers: branches, dependencies, the chosen alternative. */
function effective(root, schema, data, memory, key, depth = 0) {
  let out = { ...resolve(root, schema) };
  if (depth > 30) return out;
  const parts = [];
  if (out.if !== undefined) {
    const holds = fits(root, out.if, data ?? {});
    if (holds && out.then) parts.push(out.then);
    if (!holds && out.else) parts.push(out.else);
    delete out.if;
    delete out.then;
    delete out.else;
  }
  for (const [name, dependency] of Object.entries(out.dependencies ?? {})) {
    if (data?.[name] === undefined) continue;
    if (Array.isArray(dependency)) {
      parts.push({ required: dependency });
      continue;
    }
    const { oneOf, ...rest } = dependency;
    parts.push(rest);
    const option = (oneOf ?? [])
      .map((one) => resolve(root, one))
      .find((one) => own(one.properties, name) && fits(root, one.properties[name], data[name]));
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
    out.properties = Object.fromEntries(
      Object.entries(out.properties).map(([name, property]) => {
        const inner = resolve(root, property);
        const isNested =
          inner.properties ||
          inner.allOf ||
          inner.if !== undefined ||
          inner.dependencies ||
          (inner.type === 'object' && (inner.oneOf || inner.anyOf));
        return [
          name,
          isNested ? effective(root, inner, data?.[name], memory, key ? `${key}\n${name}` : name, depth + 1) : inner,
        ];
      }),
    );
  }
  return out;
}

/** Fills in defaults, each once: what was taken away stays away. */
function fill(page, values, memory) {
  memory.seen ??= new Set();
  const into = (schema, holder, name, key) => {
    const now = effective(page, schema, holder[name], memory, key);
    const given = now.const ?? now.default;
    if (holder[name] === undefined && !memory.seen.has(key) && given !== undefined && given !== null)
      holder[name] = structuredClone(given);
    if (now.properties) {
      const inner = isObject(holder[name]) ? holder[name] : {};
      each(now, inner, key);
      if (holder[name] === undefined && Object.keys(inner).length) holder[name] = inner;
    } else if (now.type === 'array') {
      if (
        holder[name] === undefined &&
        now.minItems > 0 &&
        !(now.uniqueItems && now.items?.enum) &&
        !memory.seen.has(key)
      )
        holder[name] = Array.from({ length: Math.min(now.minItems, 100) }, () =>
          resolve(page, now.items).type === 'object' ? {} : undefined,
        );
      if (Array.isArray(holder[name]) && isObject(now.items))
        holder[name].forEach((_, at) => {
          into(now.items, holder[name], at, `${key}\n${at}`);
        });
    }
    memory.seen.add(key);
  };
  const each = (schema, holder, key) => {
    // A field can bring another one.
    for (let round = 0; round < 4; round += 1) {
      const now = round === 0 ? schema : effective(page, page, holder, memory, '');
      for (const [name, property] of Object.entries(now.properties ?? {}))
        into(property, holder, name, key ? `${key}\n${name}` : name);
      if (key) break;
    }
  };
  each(effective(page, page, values, memory, ''), values, '');
}

/** The answers to what is asked. */
function clean(schema, values) {
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
function holds(tree, parameters) {
  const value = ([word, ...parts]) => {
    const [a, b] =
      word === 'value' || word === 'list'
        ? []
        : parts.map((part) => (word === 'get' || Array.isArray(part) ? value(part) : part));
    switch (word) {
      case 'value':
        return parts[0] ?? undefined;
      case 'parameters':
        return parameters;
      case 'list':
        return parts[0].map(value);
      case 'get':
        return typeof a === 'object' && a !== null && !Object.hasOwn(a, b)
          ? b === 'length'
            ? a.length
            : undefined
          : a?.[b];
      case 'or':
        return a || b;
      case 'and':
        return a && b;
      case 'not':
        return !a;
      case 'in':
        return Array.isArray(b)
          ? b.includes(a)
          : typeof b === 'string'
            ? b.includes(String(a))
            : isObject(b) && Object.hasOwn(b, a);
      case '==':
        // biome-ignore lint/suspicious/noDoubleEquals: the language compares as JavaScript does
        return a == b;
      case '!=':
        // biome-ignore lint/suspicious/noDoubleEquals: the language compares as JavaScript does
        return a != b;
      case '===':
        return a === b;
      case '!==':
        return a !== b;
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '>':
        return a > b;
      case '>=':
        return a >= b;
      case 'length':
        return a?.length ?? (isObject(a) ? Object.keys(a).length : 0);
      case 'lower':
        return String(a ?? '').toLowerCase();
      case 'upper':
        return String(a ?? '').toUpperCase();
      default:
        return undefined;
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
  hostname: [
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i,
    'the name of a host',
  ],
  ipv4: [/^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$/, 'an IPv4 address'],
  uuid: [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a UUID'],
};

const hasType = (value, type) =>
  ({
    string: typeof value === 'string',
    boolean: typeof value === 'boolean',
    number: typeof value === 'number',
    integer: Number.isInteger(value),
    array: Array.isArray(value),
    object: isObject(value),
    null: value === null,
  })[type] ?? true;

const fits = (root, schema, value) => {
  const out = [];
  check(root, schema, value, [], out);
  return !out.length;
};

/** Collects what does not fit, each with its path. */
function check(root, given, value, path, out, depth = 0) {
  if (given === true || depth > 40) return;
  const add = (message, at = path) => out.push({ path: at, message });
  if (given === false) {
    if (value !== undefined) add('This is not allowed here.');
    return;
  }
  const schema = resolve(root, given);
  if (value === undefined) return;
  const inner = (part, of = value, at = path, into = out) => check(root, part, of, at, into, depth + 1);
  const is = (part) => {
    const found = [];
    inner(part, value, path, found);
    return !found.length;
  };
  if (schema.type !== undefined && ![schema.type].flat().some((type) => hasType(value, type))) {
    add(`This must be ${[schema.type].flat().join(' or ')}.`);
    return;
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => same(one, value)))
    add('Choose one of those that are offered.');
  if ('const' in schema && !same(schema.const, value)) add(`This must be ${JSON.stringify(schema.const)}.`);
  if (typeof value === 'string') {
    const length = [...value].length;
    if (length < schema.minLength)
      add(schema.minLength === 1 ? 'Fill this in.' : `At least ${schema.minLength} characters.`);
    if (length > schema.maxLength) add(`At most ${schema.maxLength} characters; these are ${length}.`);
    if (schema.pattern !== undefined) {
      let pattern;
      try {
        pattern = new RegExp(schema.pattern, 'u');
      } catch {
        try {
          pattern = new RegExp(schema.pattern);
        } catch {
          /* `check` reports it */
        }
      }
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
    if (schema.multipleOf > 0 && Math.abs(value / schema.multipleOf - Math.round(value / schema.multipleOf)) > 1e-9)
      add(`A multiple of ${schema.multipleOf}.`);
  }
  if (Array.isArray(value)) {
    if (value.length < schema.minItems) add(`At least ${schema.minItems}.`);
    if (value.length > schema.maxItems) add(`At most ${schema.maxItems}.`);
    if (schema.uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length)
      add('Each only once.');
    value.forEach((item, at) => {
      const part = Array.isArray(schema.items) ? schema.items[at] : schema.items;
      if (part !== undefined && item !== undefined) inner(part, item, [...path, at]);
    });
  }
  if (isObject(value)) {
    for (const name of Array.isArray(schema.required) ? schema.required : [])
      if (value[name] === undefined) add('Fill this in.', [...path, name]);
    for (const [name, property] of Object.entries(schema.properties ?? {}))
      if (value[name] !== undefined) inner(property, value[name], [...path, name]);
    const patterns = Object.entries(schema.patternProperties ?? {});
    for (const name of Object.keys(value)) {
      if (own(schema.properties, name)) continue;
      const fitting = patterns.filter(([pattern]) => {
        try {
          return new RegExp(pattern).test(name);
        } catch {
          return true;
        }
      });
      for (const [, part] of fitting) inner(part, value[name], [...path, name]);
      if (fitting.length) continue;
      if (schema.additionalProperties === false) add('Nothing asks for this.', [...path, name]);
      else if (isObject(schema.additionalProperties)) inner(schema.additionalProperties, value[name], [...path, name]);
    }
    for (const [name, dependency] of Object.entries(schema.dependencies ?? {})) {
      if (value[name] === undefined) continue;
      if (!Array.isArray(dependency)) {
        inner(dependency);
        continue;
      }
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
    const found = schema[word].map((part) => {
      const faults = [];
      inner(part, value, path, faults);
      return faults;
    });
    const count = found.filter((faults) => !faults.length).length;
    // What is nearest to fit says best what is missing.
    if (!count) out.push(...found.reduce((best, faults) => (faults.length < best.length ? faults : best)));
    else if (word === 'oneOf' && count > 1) add('More than one alternative fits.');
  }
  if (schema.not !== undefined && is(schema.not)) add('This is excluded.');
}
