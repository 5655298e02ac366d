// Reloads the page when it changed, and shows what is wrong. Part of the watch server only, never of a built site.
// The braces keep its names from those of the scripts of the site.
{
  const style = `
    :host { all: initial; }
    section, button { font: 14px/1.5 system-ui, sans-serif; color: #f5f5f5; background: #1b1b1f; }
    section { position: fixed; inset: 0; z-index: 2147483647; overflow: auto; padding: 2rem; background: #1b1b1ff2; }
    section[hidden], button[hidden] { display: none; }
    h2 { margin: 0 0 1rem; font-size: 1.25rem; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace;
      padding: 0.75rem 1rem; margin: 0 0 0.75rem; border-left: 4px solid #777; background: #26262b; }
    pre.error { border-color: #ff6b6b; }
    pre.warning { border-color: #ffc04d; }
    button { border: 1px solid #777; border-radius: 4px; padding: 0.25rem 0.75rem; cursor: pointer; }
    button:focus-visible { outline: 2px solid #8ab4ff; outline-offset: 2px; }
    button.badge { position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483646; }
    button.badge.error { border-color: #ff6b6b; }
    header { display: flex; justify-content: space-between; align-items: start; gap: 1rem; }
  `;

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const badge = element("button", { type: "button", className: "badge", hidden: true });
  const close = element("button", { type: "button", textContent: "Close" });
  const title = element("h2", {});
  const list = element("div", {});
  const overlay = element("section", { hidden: true }, element("header", {}, title, close), list);
  overlay.setAttribute("role", "alertdialog");
  overlay.setAttribute("aria-label", "Problems");
  const host = element("playbill-live", {});
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  root.append(badge, overlay);
  document.body.append(host);

  const show = (heading, items) => {
    title.textContent = heading;
    list.replaceChildren(...items.map(({ severity, text }) => element("pre", { className: severity, textContent: text })));
    overlay.hidden = false;
  };
  const hide = () => {
    overlay.hidden = true;
  };
  close.addEventListener("click", hide);
  overlay.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  const place = `playbill:scroll:${location.pathname}`;
  const kept = sessionStorage.getItem(place);
  if (kept !== null) {
    sessionStorage.removeItem(place);
    if (!location.hash) scrollTo(0, Number(kept));
  }
  const reload = () => {
    sessionStorage.setItem(place, String(scrollY));
    location.reload();
  };

  let failed = false;
  let shown;
  const told = ({ data }) => {
    const state = JSON.parse(data);
    if (state.failure !== null) {
      failed = true;
      badge.hidden = true;
      show("The site cannot be built", [{ severity: "error", text: state.failure }]);
      return;
    }
    const version = `${state.page}/${state.assets}`;
    if (shown !== undefined && shown !== version) {
      reload();
      return;
    }
    shown = version;
    // This page may be the one that says that there is no site yet.
    if (document.documentElement.hasAttribute("data-playbill-failure")) {
      reload();
      return;
    }
    if (failed) hide();
    failed = false;
    const { errors, warnings, problems } = state;
    badge.hidden = errors + warnings === 0;
    badge.className = errors > 0 ? "badge error" : "badge";
    badge.textContent = `${plural(errors, "error")}, ${plural(warnings, "warning")}`;
    badge.onclick = () => {
      const more = errors + warnings - problems.length;
      const rest = more > 0 ? [{ severity: "warning", text: `and ${more} more, see: playbill check` }] : [];
      show(badge.textContent, [...problems, ...rest]);
      close.focus();
    };
  };

  // A browser keeps only a few connections to one server, so that tabs in the background must not hold one each.
  let events = null;
  const connect = () => {
    events?.close();
    events = null;
    if (document.visibilityState === "visible") {
      events = new EventSource(`/_playbill/events?path=${encodeURIComponent(location.pathname)}`);
      events.addEventListener("message", told);
    }
  };
  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", () => events?.close());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) connect();
  });
  connect();
}
