// Drives Chromium over its debugging pipe, and serves a built site: nothing to install but the browser and Node.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
};

/** Serves `folder` below the path `base` as a static host does; returns its address and how to stop it. */
export async function serve(folder, base) {
  const server = createServer(async (request, response) => {
    let path = decodeURIComponent(new URL(request.url, 'http://host').pathname);
    if (!path.startsWith(base)) {
      response.writeHead(404).end();
      return;
    }
    path = normalize(path.slice(base.length - 1));
    if (path.endsWith('/')) path += 'index.html';
    try {
      const bytes = await readFile(join(folder, path));
      // As `_headers` asks of hosts.
      const cache = path.startsWith('/static/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {};
      response
        .writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream', ...cache })
        .end(bytes);
    } catch (error) {
      if (error.code === 'EISDIR') {
        response.writeHead(301, { location: `${request.url}/` }).end();
        return;
      }
      const page = await readFile(join(folder, '404.html')).catch(() => '');
      response.writeHead(404, { 'content-type': types['.html'] }).end(page);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}${base}`,
    stop: () => server.close(),
  };
}

/** Starts a browser with a fresh profile. */
export async function launch(executable = process.env.CHROMIUM ?? 'chromium') {
  const profile = await mkdtemp(join(tmpdir(), 'playbill-browser-'));
  const browser = spawn(
    executable,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const pipe = /** @type {import('node:stream').Writable} */ (browser.stdio[3]);
  const waiting = new Map();
  const listeners = new Set();
  let number = 0;
  let buffer = Buffer.alloc(0);
  browser.stdio[4].on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let end = buffer.indexOf(0); end >= 0; end = buffer.indexOf(0)) {
      const message = JSON.parse(buffer.subarray(0, end).toString());
      buffer = buffer.subarray(end + 1);
      if (message.id) {
        const { resolve, reject } = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      } else {
        for (const listener of listeners) listener(message);
      }
    }
  });
  const send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      waiting.set(++number, { resolve, reject });
      pipe.write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
    });
  return {
    /** Opens a tab. */
    async page({ width = 1440, height = 900, dark = false, script = true } = {}) {
      const { browserContextId } = await send('Target.createBrowserContext');
      const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      const call = (method, params) => send(method, params, sessionId);
      const problems = [];
      const requests = [];
      const open = new Set();
      const loads = [];
      const listener = (message) => {
        if (message.sessionId !== sessionId) return;
        if (message.method === 'Runtime.exceptionThrown')
          problems.push(message.params.exceptionDetails.exception?.description ?? message.params.exceptionDetails.text);
        if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error')
          problems.push(message.params.entry.text);
        const { requestId, type } = message.params ?? {};
        if (message.method === 'Network.requestWillBeSent') {
          requests.push(message.params.request.url);
          // What the watch server tells has no end.
          if (type !== 'EventSource') open.add(requestId);
        }
        if (message.method === 'Network.loadingFinished' || message.method === 'Network.loadingFailed')
          open.delete(requestId);
        if (message.method === 'Page.loadEventFired') for (const done of loads.splice(0)) done();
      };
      listeners.add(listener);
      for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await call(`${domain}.enable`);
      if (!script) await call('Emulation.setScriptExecutionDisabled', { value: true });
      const page = {
        problems,
        requests,
        call,
        resize: (width, height) =>
          call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 }),
        colours: (dark) =>
          call('Emulation.setEmulatedMedia', {
            features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
          }),
        async goto(url) {
          const loaded = new Promise((done) => loads.push(done));
          await call('Page.navigate', { url });
          await loaded;
          await page.quiet();
        },
        /** Waits until nothing has been fetched for a while: what scripts do at once is done then. */
        async quiet() {
          const end = Date.now() + 250;
          for (let since = Date.now(); Date.now() - since < 80 && Date.now() < end; ) {
            await page.settle(10);
            if (open.size) since = Date.now();
          }
        },
        /** Waits until scripts and frames have had their turn. */
        settle: (milliseconds = 250) => new Promise((done) => setTimeout(done, milliseconds)),
        async evaluate(expression) {
          const { result, exceptionDetails } = await call('Runtime.evaluate', {
            expression,
            returnByValue: true,
            awaitPromise: true,
          });
          if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
          return result.value;
        },
        async press(key, { modifiers = 0, code = undefined } = {}) {
          const text = key.length === 1 && !modifiers ? key : undefined;
          const windowsVirtualKeyCode = { Escape: 27, Enter: 13, ArrowUp: 38, ArrowDown: 40, Tab: 9 }[key];
          await call('Input.dispatchKeyEvent', {
            type: text ? 'keyDown' : 'rawKeyDown',
            key,
            code,
            text,
            modifiers,
            windowsVirtualKeyCode,
          });
          await call('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers, windowsVirtualKeyCode });
          await page.settle(120);
        },
        async type(text) {
          await call('Input.insertText', { text });
          await page.settle(300);
        },
        async screenshot({ full = false } = {}) {
          const { data } = await call('Page.captureScreenshot', { captureBeyondViewport: full, ...(full ? {} : {}) });
          return Buffer.from(data, 'base64');
        },
        async close() {
          listeners.delete(listener);
          await send('Target.closeTarget', { targetId });
        },
      };
      await page.resize(width, height);
      await page.colours(dark);
      return page;
    },
    async stop() {
      await send('Browser.close').catch(() => {});
      if (browser.exitCode === null) await once(browser, 'exit');
      await rm(profile, { recursive: true, force: true });
    },
  };
}
