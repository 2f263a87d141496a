// npm run watch: builds dist/ and builds again what a change touches.
import { context } from 'esbuild';
import { build } from '../lib/build.ts';
import { bundles } from '../lib/bundles.ts';
import { say } from '../lib/deps.mjs';
import { interrupted } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  await build('development');
  const contexts = await Promise.all([...bundles('development').values()].map((options) => context(options)));
  await Promise.all(contexts.map((one) => one.watch()));
  say('Watching. Ctrl+C ends it.');
  await interrupted();
  await Promise.all(contexts.map((one) => one.dispose()));
});
