// npm run package: a production build, packed. Its path is the last line on stdout.
import { runTask } from '../lib/task.ts';
import { packageVsix } from '../lib/vsix.ts';

await runTask(async () => {
  console.log(await packageVsix());
});
