// `node scripts/run.mjs TASK [ARGUMENTS]`: every npm script comes through here, so each works on a fresh clone.
// It makes the clone ready and hands over to scripts/tasks/TASK.ts, run by a Node that reads TypeScript itself.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, ensureNode, nodeIsAtLeast, root, say, SetupError } from './lib/deps.mjs';

async function main() {
  const [task, ...args] = process.argv.slice(2);
  const file = join(root, 'scripts', 'tasks', `${task}.ts`);
  if (!task || !existsSync(file)) {
    const known = readdirSync(join(root, 'scripts', 'tasks')).map((name) => name.replace(/\.ts$/, ''));
    throw new SetupError(`Unknown task ${JSON.stringify(task ?? '')}: expected one of ${known.join(', ')}.`);
  }
  if (!nodeIsAtLeast(20)) throw new SetupError(`This is Node ${process.versions.node}: install Node 20 or newer from nodejs.org.`);
  await ensureInstalled(root, 'the dependencies');
  await handOver(await ensureNode(22, 18), file, args);
}

/** Runs the task in `node` and ends as it ends. Signals go to the task, which stops what it started. */
async function handOver(node, file, args) {
  // Each test file, linter and compiler is a process of its own: what one has compiled the next one does not compile again.
  const compiled = join(root, '.cache', 'node-compile');
  // Programs that tests make under a new name each time are never asked for again: Node itself clears nothing away.
  if (existsSync(compiled) && readdirSync(compiled, { recursive: true }).length > 10_000)
    rmSync(compiled, { recursive: true, force: true });
  const env = { NODE_COMPILE_CACHE: compiled, ...process.env };
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', file, ...args], { cwd: root, env, stdio: 'inherit' });
  // A Ctrl+C in a terminal reaches the whole process group by itself; a signal sent to this process alone must be passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // npm passes a signal on to the shell between us, and not every shell passes it further: then that shell is gone.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

main().catch((error) => {
  say(error instanceof SetupError ? error.message : (error.stack ?? String(error)));
  process.exitCode = 1;
});
