import assert from 'node:assert/strict';
import { countDown, countdownOf, leftText, type Countdown } from '../../../src/commands/links/countdown.ts';
import { copyLink, handOut } from '../../../src/commands/links/handOut.ts';
import { HeldLinks, type HeldLink } from '../../../src/commands/links/heldLinks.ts';
import { showDiskLinks } from '../../../src/commands/links/showDiskLinks.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { OperationStatus } from '../../../src/core/operation.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import type { AnySecretAction, HandedOut } from '../../../src/providers/action.ts';
import { getDiskLink } from '../../../src/providers/restorePoints/actions/diskLinks.ts';
import { FakeClock } from '../operations/fakes.ts';
import { servicesWith, type TestServices } from './fakes.ts';
import { ScriptedPrompter, type Scripted } from './scriptedPrompter.ts';

const minute = 60_000;
const cloud = 'https://management.azure.com';
const secret = 'https://md-x.blob.storage.azure.net/disk?sv=2018&sr=b&sig=SECRET%3D';
const idOf = (name: string): string =>
  `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/restorePointCollections/c/restorePoints/p/diskRestorePoints/${name}`;

function nodeOf(name: string): InventoryNode {
  const target = { kind: 'diskRestorePoint', id: idOf(name), name, model: {} };
  return {
    key: target.id,
    kind: 'diskRestorePoint',
    label: name,
    icon: { id: 'circle' },
    tokens: ['diskRestorePoint'],
    expandable: false,
    target,
  };
}

function handed(name: string, expiresAtMs: number, others: HandedOut['others'] = []): HandedOut {
  const target = { id: idOf(name), name, kind: 'disk restore point', where: 'p', containerName: 'c' };
  return { secret, others, given: { target, expiresAtMs, revokedBy: 'revokeDiskLink' } };
}

const of = (name: string): Pick<HeldLink, 'node' | 'extendedBy' | 'cloud'> => ({ node: nodeOf(name), extendedBy: 'getDiskLink', cloud });

describe('links to disks that are in force', () => {
  it('are counted down by the minute, the first to end first, and gone at their end', async () => {
    const clock = new FakeClock();
    const links = new HeldLinks(() => clock.now());
    const shown: (Countdown | undefined)[] = [];
    const last = (): Countdown | undefined => shown.at(-1);
    const text = (): string | undefined => last()?.text;
    const counting = countDown(links, clock, (now) => shown.push(now));
    assert.equal(shown.length, 1);
    assert.equal(last(), undefined);
    links.add(handed('late', clock.now() + 90 * minute), of('late'));
    assert.equal(text(), '$(link) Disk link: 1 h 30 min');
    links.add(handed('early', clock.now() + 2 * minute + 500), of('early'));
    assert.equal(text(), '$(link) 2 disk links: 3 min');
    assert.equal(last()?.tooltip, 'Download links in force:\nearly: 3 min left\nlate: 1 h 30 min left\nClick to copy, extend or revoke.');
    await clock.advance(501);
    assert.equal(text(), '$(link) 2 disk links: 2 min');
    await clock.advance(minute);
    assert.equal(text(), '$(link) 2 disk links: less than a minute');
    assert.ok(links.secretOf(idOf('early')));
    await clock.advance(minute);
    assert.equal(text(), '$(link) Disk link: 1 h 28 min');
    assert.equal(links.secretOf(idOf('early')), undefined);
    await clock.advance(2 * 60 * minute);
    assert.equal(last(), undefined);
    const told = shown.length;
    await clock.advance(2 * 60 * minute);
    assert.equal(shown.length, told, 'a timer runs where nothing is in force');
    counting.dispose();
  });

  it('tell what is left in words that never promise more minutes than a person can use', () => {
    assert.deepEqual([0, 59_999, minute, minute + 1, 59 * minute, 60 * minute, 125 * minute, 72 * 60 * minute].map(leftText), [
      'less than a minute',
      'less than a minute',
      '1 min',
      '2 min',
      '59 min',
      '1 h 00 min',
      '2 h 05 min',
      '3 d 0 h',
    ]);
    const target = { id: 'x', name: 'a\u202eb\n$(x)', kind: 'disk' };
    assert.match(countdownOf([{ target, expiresAtMs: minute }], 0)?.tooltip ?? '', /\na<U\+202E>b.*\$\(x\): 1 min left\n/);
  });

  it('are dropped when an operation has revoked them, and not for one that is older, of another disk, or that failed', () => {
    const clock = new FakeClock();
    const links = new HeldLinks(() => clock.now());
    links.add(handed('d', clock.now() + 60 * minute), of('d'));
    const note = (parts: { id?: string; actionId?: string; status?: OperationStatus; at?: number; cloud?: string }): number => {
      const target = { id: parts.id ?? idOf('D').toUpperCase(), name: 'd', kind: 'disk' };
      const base = { actionId: parts.actionId ?? 'revokeDiskLink', title: 'x', target, tracker: 't', intent: {} };
      links.noteOperation(newRecord('o', parts.cloud ?? cloud, parts.at ?? clock.now(), { ...base, status: parts.status ?? 'succeeded' }));
      return links.list().length;
    };
    assert.equal(note({ status: 'running' }), 1);
    assert.equal(note({ status: 'failed' }), 1);
    assert.equal(note({ id: idOf('other') }), 1);
    assert.equal(note({ actionId: 'deleteRestorePoint' }), 1);
    assert.equal(note({ cloud: 'https://other' }), 1);
    assert.equal(note({ at: clock.now() - 1 }), 1);
    assert.equal(note({}), 0);
    assert.equal(links.secretOf(idOf('d')), undefined);
  });

  it('hold their secrets where writing them out does not find them', () => {
    const links = new HeldLinks(() => 0);
    const link = links.add(handed('d', minute, [{ label: 'VM guest state', secret: `${secret}2` }]), of('d'));
    assert.ok(!JSON.stringify([links, link, links.list()]).includes('SECRET'));
    assert.deepEqual(
      [links.secretOf(idOf('d')), links.secretOf(idOf('d'), 1), links.secretOf(idOf('d'), 2)],
      [secret, `${secret}2`, undefined],
    );
    links.dispose();
    assert.equal(links.secretOf(idOf('d')), undefined);
  });
});

describe('what can be done with a link to a disk', () => {
  function made(...script: Scripted[]): {
    services: TestServices;
    prompter: ScriptedPrompter;
    ran: string[];
    again: Parameters<typeof showDiskLinks>[1];
  } {
    const prompter = new ScriptedPrompter(...script);
    const services = servicesWith(prompter);
    const ran: string[] = [];
    const again = (_services: unknown, id: string, node: InventoryNode): Promise<void> =>
      Promise.resolve(void ran.push(`${id} ${node.label}`));
    return { services, prompter, ran, again };
  }
  const here = ({ arm }: TestServices): string => arm.environment.resourceManagerEndpoint;

  it('says where there is none', async () => {
    const { services, prompter, again } = made();
    await showDiskLinks(services, again);
    assert.deepEqual(prompter.told, [{ kind: 'info', message: 'No download link of this window is in force.', choices: [] }]);
  });

  it('asks which where there are several, and copies the one that is meant, or another of its answer', async () => {
    const { services, again } = made({ pick: 'data' }, { pick: 'Copy Link to VM guest state' });
    services.links.add(handed('os', services.now() + 60 * minute), of('os'));
    services.links.add(handed('data', services.now() + 30 * minute, [{ label: 'VM guest state', secret: 'https://other' }]), of('data'));
    await showDiskLinks(services, again);
    assert.deepEqual(services.copied, ['https://other']);
  });

  for (const [label, expected] of [
    ['Extend...', 'getDiskLink os'],
    ['Revoke', 'revokeDiskLink os'],
  ] as const) {
    it(`${label} runs the action on the same disk, and only at the cloud that gave the link`, async () => {
      const right = made({ pick: label });
      right.services.links.add(handed('os', right.services.now() + 60 * minute), { ...of('os'), cloud: here(right.services) });
      await showDiskLinks(right.services, right.again);
      assert.deepEqual(right.ran, [expected]);
      const wrong = made({ pick: label });
      wrong.services.links.add(handed('os', wrong.services.now() + 60 * minute), { ...of('os'), cloud: 'https://elsewhere' });
      await assert.rejects(
        showDiskLinks(wrong.services, wrong.again),
        (error: BackupError) => error.facts.code === 'NotConnected' && /was given by https:\/\/elsewhere/.test(error.message),
      );
      assert.deepEqual(wrong.ran, []);
    });
  }

  it('copies nothing of a link that has ended meanwhile', async () => {
    const { services, prompter } = made();
    const link = services.links.add(handed('os', services.now() - 1), of('os'));
    await copyLink(services, link);
    assert.deepEqual(services.copied, []);
    assert.match(prompter.told[0]?.message ?? '', /not in force any more/);
  });

  it('copies at the click on the notification alone, and revokes at the other', async () => {
    for (const choice of ['Copy Link', 'Revoke', undefined] as const) {
      const { services, prompter, ran, again } = made();
      const said: string[] = [];
      prompter.tell = <Choice extends string>(_kind: string, message: string, choices: readonly Choice[]) => {
        said.push(message);
        return Promise.resolve(choices.find((one) => one === choice));
      };
      const action = { ...getDiskLink, handOut: () => Promise.resolve(handed('os', services.now() + 60 * minute)) } as AnySecretAction;
      const node = nodeOf('os');
      const asking = {
        targets: () => (node.target ? [node.target] : []),
        context: (signal: AbortSignal) => ({ arm: services.arm, signal, now: services.now }),
        answers: {},
        now: services.now,
      };
      await handOut(services, action, asking, [node], again);
      await new Promise((resolve) => setImmediate(resolve));
      assert.match(said[0] ?? '', /^A link to read the disk os is valid until \d{4}-\d\d-\d\d \d\d:\d\d \(UTC.*\), (today|tomorrow)\.$/);
      assert.deepEqual(services.copied, choice === 'Copy Link' ? [secret] : []);
      assert.deepEqual(ran, choice === 'Revoke' ? ['revokeDiskLink os'] : []);
      assert.ok(![...said, ...services.lines, ...prompter.shown].join().includes('SECRET'));
    }
  });

  it('leaves nothing where Azure gives none', async () => {
    const { services, again } = made();
    const refused = new BackupError('Azure says no.', { code: 'Conflict' });
    const node = nodeOf('os');
    const asking = { targets: () => (node.target ? [node.target] : []), context: () => ({}) as never, answers: {}, now: services.now };
    await assert.rejects(
      handOut(services, { ...getDiskLink, handOut: () => Promise.reject(refused) } as AnySecretAction, asking, [node], again),
      refused,
    );
    assert.deepEqual(services.links.list(), []);
  });
});
