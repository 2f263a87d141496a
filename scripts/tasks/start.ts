// npm start [-- --web] [--port N] [--screenshot FILE]
// Opens a VS Code with the extension and a sandbox in it: a desktop one where there is one, else one in a browser.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { say } from '../lib/deps.mjs';
import { interrupted } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';
import { startDesktop } from '../start/desktop.ts';
import { startWeb } from '../start/web.ts';
import { resolveVsCode } from '../vscode/resolve.ts';

await runTask(async () => {
  const { values } = parseArgs({
    options: { web: { type: 'boolean', default: false }, port: { type: 'string' }, screenshot: { type: 'string' } },
  });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`--port is ${JSON.stringify(values.port)}: expected a number from 0 to 65535.`);
  }
  const stopping = interrupted();
  const web = values.web || values.port !== undefined || values.screenshot !== undefined;
  const vscode = web ? undefined : await resolveVsCode('latest');
  if (vscode) say(`Starting with ${vscode.description}.`);
  if (vscode?.kind === 'desktop') return startDesktop(vscode, stopping);
  return startWeb({ port, interrupted: stopping, screenshot: values.screenshot && resolve(values.screenshot) });
});
// The browser's pipes can outlive it by seconds.
process.exit();
