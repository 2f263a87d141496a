/** A window in a process of its own: `claim` claims the ids that it is sent and says which it got; `write` journals steps until it is killed. */
import { Journal } from '../../../src/operations/journal.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { Ownership } from '../../../src/operations/ownership.ts';
import { systemClock } from '../../../src/operations/clock.ts';
import { plan } from './fakes.ts';

const [task, folder = ''] = process.argv.slice(2);
const ownership = new Ownership({ folder, clock: systemClock });

if (task === 'claim') {
  process.on('message', (ids: string[]) => {
    void Promise.all(ids.map(async (id) => ((await ownership.claim(id)) ? [id] : []))).then((won) => process.send?.(won.flat()));
  });
  process.send?.('ready');
} else {
  const journal = new Journal(folder);
  const record = newRecord('op', 'https://management.example', Date.now(), { ...plan, status: 'running' });
  await ownership.claim('op');
  for (let percent = 0; ; percent++) {
    await journal.append({ ...record, progress: { percent, message: 'x'.repeat(50_000) } });
    if (percent === 0) {
      process.send?.('ready');
    }
  }
}
