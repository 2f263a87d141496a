// npm run pictures: takes the screenshots of README.md anew.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../lib/deps.mjs';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  // Not known to this part's types: what drives a window is checked with those of a browser.
  const file = pathToFileURL(join(root, 'test', 'ui', 'pictures.ts')).href;
  const { default: takePictures } = (await import(file)) as { default: () => Promise<void> };
  await takePictures();
});
// Chromium's pipes can outlive it by seconds.
process.exit();
