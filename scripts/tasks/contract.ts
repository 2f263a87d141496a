// npm run contract -- FOLDER: holds traffic that was recorded there (BACKUP_EXPLORER_TRAFFIC=FOLDER, or the sandbox's --record)
// against Microsoft's published contracts in ../shared/openapi. Fails where they disagree and no recording shows that Azure does so too.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Contract } from '../../test/contract/check.ts';
import { Documents } from '../../test/contract/documents.ts';
import { proofs, readOddities, unproven } from '../../test/contract/oddities.ts';
import { detailsOf, reportOn, summaryOf, trafficIn } from '../../test/contract/report.ts';
import { root, SetupError } from '../lib/deps.mjs';
import { addToTally, tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';

const published = join(root, '..', 'shared', 'openapi');
const recordings = join(root, '..', 'shared', 'recordings');

await runTask(async () => {
  const [folder] = process.argv.slice(2);
  if (folder === undefined || !existsSync(folder)) {
    throw new SetupError(`${folder ?? 'Nothing'} is no folder of recorded traffic: expected npm run contract -- FOLDER.`);
  }
  if (!existsSync(published)) {
    console.log(`Contract: skipped, because ${published} is not there.`);
    addToTally({ passes: 0, failures: 0, pending: 1 });
    return;
  }
  await tallied(() => Promise.resolve(contract(folder)));
});

function contract(folder: string): boolean {
  const documents = new Contract(new Documents(published));
  const oddities = readOddities();
  const report = reportOn(trafficIn(folder), documents, oddities);
  const wrong = unproven(oddities, documents, recordings, join(root, 'node_modules'));
  const proven = report.violations.size > 0 ? proofs(new Set(report.violations.keys()), documents, recordings) : new Map<string, string>();
  console.log(`Contract: ${summaryOf(report)}`);
  for (const line of [...detailsOf(report, proven), ...wrong.map((sentence) => `Not proven: ${sentence}`)]) console.log(`  ${line}`);
  const failed = [...report.violations.keys(), ...wrong];
  if (report.requests + report.answers === 0) failed.push('no traffic was recorded');
  const good = failed.length === 0;
  addToTally({ passes: Number(good), failures: Number(!good), pending: 0, failed: failed.map((each) => `  contract: ${each}`) });
  return good;
}
