// What the scripts know of the pages that they run in, beyond the standard library. Types only: readers load none of it.

/** The tag that the last part of a selector names: `a` of `.tabs > a[href]`, nothing of `.tabs > .on`. */
type TagOf<S extends string> = S extends `${infer Before}[${string}]${infer After}` ? TagOf<`${Before}${After}`>
  : S extends `${string}${' ' | '>' | ','}${infer Rest}` ? TagOf<Rest>
  : S extends `${infer Tag}${'.' | '#' | ':'}${string}` ? Tag
  : S;

/** What a selector finds. The templates write HTML, so that everything without a known tag is some element of it. */
type Found<S extends string> = TagOf<S> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[TagOf<S>]
  : TagOf<S> extends keyof SVGElementTagNameMap ? SVGElementTagNameMap[TagOf<S>]
  : HTMLElement;

interface ParentNode {
  querySelector<const S extends string>(selectors: S): Found<S> | null;
  querySelectorAll<const S extends string>(selectors: S): NodeListOf<Found<S>>;
}

interface Element {
  closest<const S extends string>(selectors: S): Found<S> | null;
}

/** What an event happens to on a page is an element, or the document or window, which have none of these. */
interface EventTarget {
  closest?: Element['closest'];
  matches?: Element['matches'];
  /** Controls of forms have it. */
  labels?: NodeListOf<HTMLLabelElement> | null;
}

interface Document {
  /** What has the focus is written in HTML or SVG. */
  readonly activeElement: (Element & HTMLOrSVGElement) | null;
}

interface Node {
  /** A copy is of the same type. */
  cloneNode(subtree?: boolean): this;
}

interface Navigator {
  /** Where the browser provides it: https://wicg.github.io/netinfo/ */
  readonly connection?: { readonly saveData: boolean };
}

/** Is there in workers only. */
declare const WorkerGlobalScope: { new (): EventTarget };

/** A person or group that the reader has chosen to be. */
interface Me {
  ref: string;
  title: string;
  /** Of the page, from the root of the portal. */
  path: string;
  /** References of groups that it is a member of. */
  groups: string[];
}

/** What `app.js` gives to the `start` of each module that a page names. */
interface Tools {
  /** Aborted when the reader goes to another page. */
  signal: AbortSignal;
  /** The root of the portal. */
  home: URL;
  /** What this browser keeps for this portal. */
  stored: { read(key: string, fallback: any): any; write(key: string, value: unknown): void };
  /** Asks who the reader is. */
  askMe(after?: (choice: Me | null) => void): Promise<void>;
  /** The page of an entity, from the root of the portal. */
  pathOf(namespace: string, kind: string, name: string): string;
  /** Makes an element. Properties whose names have a hyphen, and `role`, are attributes. */
  make<K extends keyof HTMLElementTagNameMap>(tag: K, properties?: Record<string, unknown>, ...children: (Node | string)[]): HTMLElementTagNameMap[K];
  /** Makes a picture that says nothing to screen readers. */
  icon(name: string): HTMLElement;
  /** What a selector finds on the page. */
  all<const S extends string>(selector: S, from?: ParentNode): Found<S>[];
  find<const S extends string>(selector: S): Found<S> | null;
}
