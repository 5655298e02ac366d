// Starts the watch server over a folder, and waits in a browser until a change is seen.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

/** Starts `playbill serve`; `built` are the lines it wrote, and `lines` waits for one. */
export async function serve(program, folder, more = []) {
  const server = spawn(program, ['serve', folder, '--port', '0', ...more], { stdio: ['ignore', 'ignore', 'pipe'] });
  const built = [];
  const waiting = new Set();
  createInterface({ input: server.stderr }).on('line', (line) => {
    built.push(line);
    for (const look of waiting) look(line);
  });
  const line = (pattern) =>
    new Promise((done) => {
      const look = (text) => {
        const match = pattern.exec(text);
        if (match) {
          waiting.delete(look);
          done(match);
        }
      };
      waiting.add(look);
      built.forEach(look);
    });
  const next = (pattern) => {
    const from = built.length;
    return line({ exec: (text) => built.indexOf(text, from) >= 0 && pattern.exec(text) });
  };
  const [, url] = await line(/serving (http:[^\s,]+)/);
  return {
    url,
    pid: server.pid,
    built,
    line,
    next,
    async stop() {
      if (server.exitCode !== null) return;
      server.kill('SIGINT');
      await once(server, 'exit');
    },
  };
}

/** Begins to wait for a text on the page; the result is when it had been painted, in milliseconds since 1970. */
export function seen(page, text) {
  return page.evaluate(`new Promise((done, fail) => {
    const end = Date.now() + 30000;
    const look = () => {
      if (document.body?.textContent.includes(${JSON.stringify(text)})) {
        requestAnimationFrame(() => setTimeout(() => done(performance.timeOrigin + performance.now())));
      } else if (Date.now() > end) fail(new Error('not seen'));
      else setTimeout(look, 1);
    };
    look();
  })`);
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
