/** Several targets of one choice: prepared together, started in order, none lost. */
import assert from 'node:assert/strict';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { CancelledError, isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { AnySendAction } from '../../../src/providers/action.ts';
import { itemNode, servicesWith, type TestServices } from './fakes.ts';
import { ScriptedPrompter } from './scriptedPrompter.ts';

type Build = AnySendAction['build'];

const done = (name: string): Awaited<ReturnType<Build>> => ({
  request: { method: 'PUT', url: `https://arm.test/${name}`, headers: {} },
  intent: { name },
});

/** An action without questions, on databases that are called alike. */
function action(build: Build, where: (name: string) => string | undefined = () => undefined): AnySendAction {
  return {
    does: 'send',
    id: 'backUpNow',
    title: 'Protect',
    summary: '',
    system: 'recoveryServices',
    targetKind: 'protectedItem',
    when: { all: ['protectedItem'] },
    nothing: '',
    many: true,
    group: '1',
    tracker: 'recoveryServices.job',
    assurance: 'none',
    questions: [],
    describe: ({ id, name }) => {
      const place = where(id);
      return { id, name, kind: 'SQL database', ...(place === undefined ? {} : { where: place }) };
    },
    build,
    readBack: () => Promise.reject(new Error('not here')),
    settle: () => Promise.reject(new Error('not here')),
  };
}

const names = Array.from({ length: 10 }, (_none, at) => `db-${at}`);
const nodes = (of = names): ReturnType<typeof itemNode>[] => of.map((name) => itemNode(name, ['protected']));
const building: Build = (_context, target) => Promise.resolve(done(target.name));

describe('several targets of one choice', () => {
  it('are one batch, of which one alone is none', async () => {
    const services = servicesWith(new ScriptedPrompter());
    await runAction(services, action(building), nodes());
    const ids = new Set(services.started.map(({ batch }) => batch?.id));
    assert.equal(ids.size, 1);
    assert.ok([...ids][0]);
    assert.deepEqual(new Set(services.started.map(({ batch }) => batch?.size)), new Set([10]));
    await runAction(services, action(building), nodes(['alone']));
    assert.equal(services.started.at(-1)?.batch, undefined);
  });

  it('are prepared four at a time, and started in their order however long each took', async () => {
    let under = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const slow: Build = async (_context, { name }) => {
      most = Math.max(most, ++under);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        // The last that came is let go first.
        setImmediate(() => waiting.pop()?.());
      });
      under -= 1;
      return done(name);
    };
    const prompter = new ScriptedPrompter();
    const services = servicesWith(prompter);
    await runAction(services, action(slow), nodes());
    assert.equal(most, 4);
    assert.deepEqual(
      services.started.map(({ target }) => target.name),
      names,
    );
    assert.deepEqual(
      prompter.progress.filter((line) => line.startsWith('Preparing')),
      names.map((_name, at) => `Preparing Protect: ${at + 1} of 10`),
    );
  });

  it('are not sent at all where the person cancels while they are prepared, even if nobody heeds it', async () => {
    const prompter = new ScriptedPrompter();
    prompter.cancelAt = 'Preparing Protect: 10 of 10';
    const services = servicesWith(prompter);
    await assert.rejects(runAction(services, action(building), nodes()), isCancelled);
    assert.deepEqual([services.started, services.unstarted, prompter.told], [[], [], []]);
  });

  it('says which were started where the person cancels in the middle, and keeps the others in the list', async () => {
    const prompter = new ScriptedPrompter();
    prompter.cancelAt = 'Starting Protect: 3 of 10';
    const services = servicesWith(prompter);
    await runAction(services, action(building), nodes());
    assert.deepEqual(
      services.started.map(({ target }) => target.name),
      names.slice(0, 3),
    );
    assert.deepEqual(
      services.unstarted.map(({ target, error, batch }) => [target.name, error, batch.id]),
      names.slice(3).map((name) => [name, undefined, services.started[0]?.batch?.id]),
    );
    assert.equal(
      prompter.told[0]?.message,
      'Protect: cancelled after 3 of 10 had been started (db-0, db-1 and db-2); those go on. 7 were not sent.',
    );
  });

  it('says nothing was started where the person cancels before the first', async () => {
    const services = servicesWith(new ScriptedPrompter());
    services.engine.start = () => Promise.reject(new CancelledError());
    await assert.rejects(runAction(services, action(building), nodes()), isCancelled);
    assert.deepEqual(services.unstarted, []);
  });

  it('keeps in the list, with the reason and what to do, whatever could not be built or started', async () => {
    const prompter = new ScriptedPrompter();
    const refusing: Build = (context, target, answers) =>
      target.name === 'db-2'
        ? Promise.reject(new BackupError('db-2 was dropped.', { code: 'ItemGone', remedies: ['Rediscover the databases.'] }))
        : building(context, target, answers);
    const services = servicesWith(prompter, { refusals: ['db-5'] });
    await runAction(services, action(refusing), nodes());
    assert.equal(services.started.length, 8);
    assert.deepEqual(
      services.unstarted.map(({ target, error, cloud }) => [target.name, error?.code, error?.remedies, cloud]),
      [
        ['db-2', 'ItemGone', ['Rediscover the databases.'], 'https://arm.test'],
        ['db-5', 'JournalUnwritable', undefined, 'https://arm.test'],
      ],
    );
    assert.match(prompter.told[0]?.message ?? '', /^Protect: 8 of 10 started\. Not started: db-2: db-2 was dropped; db-5: /);
    await chosen(services, prompter, 'Show All');
    assert.match(services.documents[0]?.text ?? '', /^db-2: db-2 was dropped\.\n {4}What to do: Rediscover the databases\.\ndb-5: /);
  });

  it('logs each reason where none could be started, and leaves nothing in the list', async () => {
    const services = servicesWith(new ScriptedPrompter());
    const refusing: Build = (_context, { name }) => Promise.reject(new BackupError(`${name} was dropped.`, { code: 'ItemGone' }));
    await assert.rejects(runAction(services, action(refusing), nodes()), /none of 10: db-0: db-0 was dropped; .* and 7 more\.$/);
    assert.equal(services.lines.length, 10);
    assert.deepEqual(services.unstarted, []);
  });

  it('says where each is only of names that are there twice', async () => {
    const prompter = new ScriptedPrompter({ choose: 'Do Not Send' });
    const services = servicesWith(prompter);
    const of = nodes(['payroll', 'msdb-a', 'msdb-b']).map((node) =>
      node.label.startsWith('msdb') ? { ...node, target: { ...node.target!, name: 'msdb' } } : node,
    );
    const placed = action(building, (id) => `MSSQLSERVER on ${id.includes('msdb-a') ? 'erp-db-01' : 'erp-db-02'}`);
    await assert.rejects(runAction(services, placed, of, { showRequest: true }), isCancelled);
    assert.equal(prompter.shown[0], 'beside: Protect: payroll, msdb (MSSQLSERVER on erp-db-01) and msdb (MSSQLSERVER on erp-db-02)');
    assert.match(services.documents[0]?.text ?? '', /^### msdb \(MSSQLSERVER on erp-db-01\)$/m);
  });
});

/** Tells once more, and the person presses a button. */
async function chosen(services: TestServices, prompter: ScriptedPrompter, button: string): Promise<void> {
  const again = new ScriptedPrompter();
  again.tell = (() => Promise.resolve(button)) as typeof again.tell;
  const refusing: Build = (_context, { name }) =>
    name === 'db-2'
      ? Promise.reject(new BackupError('db-2 was dropped.', { code: 'ItemGone', remedies: ['Rediscover the databases.'] }))
      : Promise.resolve(done(name));
  await runAction({ ...services, prompter: again }, action(refusing), nodes());
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(prompter.told[0]?.choices, ['Show Jobs', 'Show All']);
}
