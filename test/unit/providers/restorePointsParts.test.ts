import assert from 'node:assert/strict';
import { CancelledError, isCancelled } from '../../../src/core/cancellation.ts';
import type { ArmResponse } from '../../../src/cloud/types.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { Json } from '../../../src/core/json.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import { answerOfMany, manyOf, type Given } from '../../../src/providers/action.ts';
import { getAccess } from '../../../src/providers/restorePoints/access.ts';
import { GivenLinks } from '../../../src/providers/restorePoints/links.ts';
import {
  readCollection,
  readVirtualMachine,
  sameRegion,
  whyLeftOut,
  whyNotConsistency,
  whyUnsupported,
} from '../../../src/providers/restorePoints/model.ts';
import { longestName, proposeName, refuseName, timeInName } from '../../../src/providers/restorePoints/names.ts';
import { idOfRequest, createPoint, deleteCollection } from '../../../src/providers/restorePoints/requests.ts';
import { parseTags, sameTags, tagsText } from '../../../src/providers/restorePoints/tags.ts';
import { fakeArm, type FakeArm } from './fakeArm.ts';

const compute = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute';

describe('Names of what is made', () => {
  it('refuses what Azure refuses, and says why', () => {
    const rows: readonly [string, RegExp | undefined][] = [
      ['vm-01_a.b', undefined],
      ['a', undefined],
      ['x'.repeat(longestName), undefined],
      ['', /Type a name/],
      ['x'.repeat(longestName + 1), /81 characters/],
      ['a b', /a space/],
      ['a/b', /"\/"/],
      ['aé', /letters \(A to Z\)/],
      ['a\u202eb', /takes letters/],
      ['-a', /begin with/],
      ['_a', /begin with/],
      ['a-', /end with/],
      ['a.', /end with/],
      ['a_', undefined],
    ];
    for (const [name, expected] of rows) {
      const said = refuseName(name);
      assert.ok(expected === undefined ? said === undefined : expected.test(said ?? ''), `${name}: ${said ?? 'taken'}`);
    }
  });

  it('proposes names that it takes itself, whatever the VM is called', () => {
    for (const base of ['web-01', '', '...', 'a b/ç\u202e<script>', 'x'.repeat(200), '$(rocket) vm']) {
      const name = proposeName(base, `-${timeInName(Date.UTC(2026, 2, 1, 9, 8, 7))}`);
      assert.equal(refuseName(name), undefined, name);
      assert.match(name, /-20260301-090807$/);
    }
  });
});

describe('Tags as a line', () => {
  it('comes back as it was', () => {
    const rows: readonly Readonly<Record<string, string>>[] = [
      {},
      { a: '1' },
      { 'a=b': 'c;d=e', x: '', path: 'C:\\dir' },
      { owner: 'web shop', 'cost-center': '4711' },
    ];
    for (const tags of rows) {
      const parsed = parseTags(tagsText(tags));
      assert.ok('tags' in parsed && sameTags(parsed.tags, tags), tagsText(tags));
    }
  });

  it('says what is wrong', () => {
    const rows: readonly [string, RegExp][] = [
      ['a', /no "="/],
      ['=x', /needs a name/],
      ['a=1; A=2', /there twice/],
      ['a<b=1', /no "<"/],
      [`a=${'x'.repeat(257)}`, /at most 256/],
      [Array.from({ length: 51 }, (_, at) => `t${at}=1`).join(';'), /51 tags/],
    ];
    for (const [text, expected] of rows) {
      const parsed = parseTags(text);
      assert.ok('refused' in parsed && expected.test(parsed.refused), text);
    }
    assert.equal(sameTags({ A: '1' }, { a: '1' }), true);
    assert.equal(sameTags({ a: '1' }, { a: '2' }), false);
  });
});

describe('What can be in a restore point', () => {
  const machine = (properties: object): ReturnType<typeof readVirtualMachine> =>
    readVirtualMachine({ id: `${compute}/virtualMachines/vm`, properties });

  it('knows disks that must be left out, and of which kind of point', () => {
    const { disks } = machine({
      storageProfile: {
        osDisk: { name: 'os', diffDiskSettings: { option: 'Local' }, managedDisk: { id: '/d/os' } },
        dataDisks: [
          { lun: 2, name: 'plain', managedDisk: { id: '/d/plain', storageAccountType: 'Premium_LRS' } },
          { lun: 1, name: 'ultra', managedDisk: { id: '/d/ultra', storageAccountType: 'ultrassd_lrs' } },
        ],
      },
    });
    assert.deepEqual(
      disks.map(({ name }) => name),
      ['os', 'ultra', 'plain'],
    );
    const [os, ultra, plain] = disks;
    assert.ok(os && ultra && plain);
    assert.match(whyLeftOut(os, 'ApplicationConsistent') ?? '', /ephemeral/);
    assert.equal(whyLeftOut(ultra, 'ApplicationConsistent'), undefined);
    assert.match(whyLeftOut(ultra, 'CrashConsistent') ?? '', /application consistent restore points only/);
    assert.equal(whyLeftOut(plain, 'CrashConsistent'), undefined);
    assert.match(whyLeftOut({ ...plain, shared: true }, 'ApplicationConsistent') ?? '', /shared/);
  });

  it('knows VMs of which Azure makes none', () => {
    assert.match(
      whyUnsupported(machine({ storageProfile: { osDisk: { name: 'os', vhd: { uri: 'https://x' } } } })) ?? '',
      /unmanaged disk os/,
    );
    assert.match(whyUnsupported(readVirtualMachine({ id: `${compute}/virtualMachineScaleSets/s/virtualMachines/0` })) ?? '', /scale set/);
    assert.match(
      whyNotConsistency(machine({ securityProfile: { securityType: 'ConfidentialVM' } }), 'CrashConsistent') ?? '',
      /confidential/,
    );
  });

  it('tells collections of Azure Backup by their names, and regions in any spelling', () => {
    const of = (id: string): boolean => readCollection({ id }).madeByAzureBackup;
    assert.equal(of(`${compute}/restorePointCollections/AzureBackup_vm_1`), true);
    assert.equal(of(`${compute.replace('/rg/', '/azurebackuprg_weu_1/')}/restorePointCollections/x`), true);
    assert.equal(of(`${compute}/restorePointCollections/my-AzureBackup_`), false);
    assert.equal(sameRegion('East US 2', 'eastus2'), true);
    assert.equal(sameRegion(undefined, undefined), false);
  });
});

describe('Requests of restore points', () => {
  const cloud = { resourceManagerEndpoint: 'https://arm.test', audience: 'https://arm.test/' };

  it('encodes what stands in a name, and its id is what was meant', async () => {
    const at = { subscriptionId: 's1', resourceGroup: 'rg (a)', name: 'c(1)' };
    const made = await createPoint(cloud, at, 'p', { consistency: 'ApplicationConsistent', excludedDiskIds: [] });
    assert.match(made.url, /resourceGroups\/rg%20%28a%29\/.*\/c%281%29\/restorePoints\/p\?api-version=2026-03-01$/);
    assert.equal(made.body, '{}');
    assert.equal(
      idOfRequest(made),
      '/subscriptions/s1/resourceGroups/rg (a)/providers/Microsoft.Compute/restorePointCollections/c(1)/restorePoints/p',
    );
    assert.equal('authorization' in made.headers, false);
  });

  it('names an id that is none', async () => {
    await assert.rejects(
      deleteCollection(cloud, '/subscriptions/s1'),
      /Expected the id of a restore point collection, got \/subscriptions\/s1/,
    );
  });
});

describe('Links to disks', () => {
  const request: PreparedRequest = { method: 'POST', url: 'https://arm.test/x/beginGetAccess', headers: {}, body: '{}' };
  const link = 'https://md.blob.test/a/b?sv=1&se=2026-03-01T11%3A00%3A00Z&sig=TOPSECRET';
  const options = {
    ...{ attempted: 'get a link to the disk os', resource: 'os', durationInSeconds: 3_600 },
    now: () => Date.parse('2026-03-01T10:00:00Z'),
  };

  function armThatSends(
    status: number,
    body: Json | undefined,
    headers: Record<string, string>,
    routes: Parameters<typeof fakeArm>[0] = {},
  ): FakeArm {
    const response: ArmResponse = {
      status,
      headers,
      url: request.url,
      text: JSON.stringify(body ?? ''),
      ...(body === undefined ? {} : { body }),
    };
    return { ...fakeArm(routes), send: () => Promise.resolve(response) };
  }
  const operation = 'https://arm.test/subscriptions/s1/DiskOperations/o1';
  const respond = (answer: Json | number, body?: Json): ArmResponse => {
    const said = typeof answer === 'number' ? body : answer;
    const status = typeof answer === 'number' ? answer : 200;
    return {
      ...{ status, headers: { 'retry-after': '0' }, url: operation, text: JSON.stringify(said ?? '') },
      ...(said === undefined ? {} : { body: said }),
    };
  };
  const accepted = { 'azure-asyncoperation': operation, location: `${operation}/result`, 'retry-after': '0' };

  it('come at once, with the status of the operation, or from where its result is', async () => {
    const expected = { link, expiresAtMs: Date.parse('2026-03-01T11:00:00Z') };
    assert.deepEqual(await getAccess(armThatSends(200, { accessSAS: link }, {}), request, options), expected);
    const done: Json = { status: 'Succeeded', properties: { output: { accessSAS: link, securityDataAccessSAS: 'g' } } };
    const told = await getAccess(armThatSends(202, undefined, accepted, { [operation]: done }), request, options);
    assert.deepEqual(told, { ...expected, guestState: 'g' });
    const routes = { [operation]: { status: 'Succeeded' }, [`${operation}/result`]: { accessSAS: link } };
    assert.deepEqual(await getAccess(armThatSends(202, undefined, accepted, routes), request, options), expected);
  });

  it('end when the service’s clock says so, where the link does not', async () => {
    const plain = link.replace(/&se=[^&]*/, '');
    const { expiresAtMs } = await getAccess(
      armThatSends(200, { accessSAS: plain }, { date: 'Sun, 01 Mar 2026 10:00:30 GMT' }),
      request,
      options,
    );
    assert.equal(new Date(expiresAtMs).toISOString(), '2026-03-01T11:00:30.000Z');
  });

  it('never stand in an error', async () => {
    const error = { code: 'DiskRestorePointUsedByCustomer', message: `There is ${link} already.` };
    const refused: unknown = await getAccess(armThatSends(409, { error }, {}), request, options).catch((reason: unknown) => reason);
    assert.ok(refused instanceof BackupError);
    assert.equal(refused.facts.code, error.code);
    assert.ok(!JSON.stringify([refused.message, refused.facts]).includes('TOPSECRET'));
    const failed: Json = { status: 'Failed', error };
    const later: unknown = await getAccess(armThatSends(202, undefined, accepted, { [operation]: failed }), request, options).catch(
      (reason: unknown) => reason,
    );
    assert.ok(later instanceof BackupError && !JSON.stringify([later.message, later.facts]).includes('TOPSECRET'));
    await assert.rejects(getAccess(armThatSends(200, { status: 'Succeeded' }, {}), request, options), /holds no link/);
  });

  it('come late, and past answers that say nothing of them, for one request', async () => {
    const running: Json = { status: 'InProgress' };
    const done: Json = { status: 'Succeeded', properties: { output: { accessSAS: link } } };
    const lost = new BackupError('The connection broke.', { code: 'ConnectionLost' });
    const answers: (Json | number | Error)[] = [running, 500, lost, 404, 429, running, done];
    let sent = 0;
    const arm = armThatSends(202, undefined, accepted);
    const given = await getAccess(
      {
        ...arm,
        send: (...asked) => {
          sent++;
          return arm.send(...asked);
        },
        poll: () => {
          const next = answers.shift() ?? 500;
          return next instanceof Error ? Promise.reject(next) : Promise.resolve(respond(next));
        },
      },
      request,
      options,
    );
    assert.deepEqual([given.link, sent, answers.length], [link, 1, 0]);
  });

  it('are given up where Azure says nothing of them again and again, without a word of what it said', async () => {
    const arm = armThatSends(202, undefined, accepted);
    const error = await getAccess(
      { ...arm, poll: () => Promise.resolve(respond(503, { error: { code: 'Busy', message: `See ${link}` } })) },
      request,
      options,
    ).catch((reason: unknown) => reason);
    assert.ok(error instanceof BackupError);
    assert.ok(!JSON.stringify([error.message, error.facts, String(error.stack)]).includes('TOPSECRET'));
  });

  it('are left alone where the person turns away: at the request, between questions, in a question', async () => {
    for (const at of ['send', 'wait', 'poll'] as const) {
      const closing = new AbortController();
      const arm = armThatSends(202, undefined, at === 'wait' ? { ...accepted, 'retry-after': '60' } : accepted);
      const given = getAccess(
        {
          ...arm,
          send: async (...asked) => {
            if (at !== 'send') {
              return arm.send(...asked);
            }
            closing.abort();
            // As the client says of a request that was given up after it had left.
            throw new BackupError('The request was given up.', { code: 'NoAnswer' });
          },
          poll: () => {
            closing.abort();
            return Promise.reject(new CancelledError());
          },
        },
        request,
        { ...options, signal: closing.signal },
      );
      if (at === 'wait') {
        setImmediate(() => closing.abort());
      }
      await assert.rejects(given, isCancelled, at);
    }
  });

  it('are given up after five minutes, and the same one may be asked for again', async () => {
    let nowMs = options.now();
    const arm = armThatSends(202, undefined, accepted);
    const error = await getAccess(
      {
        ...arm,
        poll: () => {
          nowMs += 60_000;
          return Promise.resolve(respond({ status: 'InProgress' }));
        },
      },
      request,
      { ...options, now: () => nowMs },
    ).catch((reason: unknown) => reason);
    assert.ok(error instanceof BackupError);
    assert.deepEqual([error.facts.code, /Try again/.test(error.message)], ['TooSlow', true]);
  });

  it('are remembered without themselves, until they end or are revoked', () => {
    let nowMs = 1_000;
    const links = new GivenLinks(() => nowMs);
    let changes = 0;
    links.onDidChange(() => void changes++);
    const given = (id: string, expiresAtMs: number): Given => ({
      target: { id, name: id, kind: 'disk restore point' },
      expiresAtMs,
      revokedBy: 'revokeDiskLink',
    });
    links.add(given('/b', 5_000));
    links.add(given('/a', 3_000));
    links.add(given('/A', 4_000));
    assert.deepEqual(
      links.list().map(({ target, expiresAtMs }) => [target.id, expiresAtMs]),
      [
        ['/A', 4_000],
        ['/b', 5_000],
      ],
    );
    nowMs = 4_000;
    assert.equal(links.of('/a'), undefined);
    assert.equal(changes, 4, 'rows that tell of it hear that it has ended');
    links.forget('/B');
    links.forget('/B');
    assert.deepEqual([links.list(), changes], [[], 5]);
    links.dispose();
  });
});

describe('Answers of several values', () => {
  it('are one text', () => {
    assert.deepEqual(manyOf(answerOfMany(['a', 'b,"c'])), ['a', 'b,"c']);
    assert.deepEqual(manyOf(undefined), []);
    assert.throws(() => manyOf('[1]'), TypeError);
  });
});
