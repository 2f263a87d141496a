import assert from 'node:assert/strict';
import type { ArmClient, Page } from '../../../src/cloud/types.ts';
import { BackupError } from '../../../src/core/errors.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { armPath, filterMoment, filterText } from '../../../src/providers/arm/armUrl.ts';

const vault = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';

/** An ArmClient whose pages and resources are told by what is asked. */
function fakeArm(answer: (url: string) => Page | BackupError | { body: unknown }): ArmClient & { asked: string[] } {
  const asked: string[] = [];
  const ask = <T>(url: string): Promise<T> => {
    asked.push(url);
    const found = answer(url);
    return found instanceof BackupError ? Promise.reject(found) : Promise.resolve(found as T);
  };
  return {
    asked,
    environment: {
      kind: 'custom',
      label: 'Fake',
      resourceManagerEndpoint: 'https://x',
      authorityHost: 'https://x',
      audience: 'https://x/',
    },
    get: (url) => ask(url),
    page: (url) => ask(url),
    pages: () => assert.fail('lists ask page by page'),
    poll: () => assert.fail('reading polls nothing'),
    send: () => assert.fail('reading sends nothing'),
  };
}

const refusal = new BackupError('No.', { code: 'AuthorizationFailed', status: 403 });

describe('Addresses', () => {
  it('encodes each segment once, whether it came encoded or not', () => {
    const plain = `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;a;b;ünï #1%`;
    const wanted = `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer%3Ba%3Bb%3B%C3%BCn%C3%AF%20%231%25?api-version=2025-02-01`;
    assert.equal(armPath(plain), wanted);
    assert.equal(armPath(wanted), wanted);
  });

  it('takes ids as Azure gives them: full URLs, doubled slashes, a trailing one', () => {
    assert.equal(armPath(`https://management.azure.com/${vault}//`), armPath(vault));
  });

  it('doubles quotes of filter values and leaves out what is not asked', () => {
    assert.equal(
      filterText({ backupManagementType: 'AzureIaasVM', friendlyName: "it's", status: undefined, x: '' }),
      "backupManagementType eq 'AzureIaasVM' and friendlyName eq 'it''s'",
    );
    assert.ok(armPath(vault, ['x'], { filter: { a: "b&c'" } }).endsWith("&$filter=a%20eq%20'b%26c'''"));
  });

  it('writes moments of job filters on a twelve-hour clock, UTC', () => {
    assert.equal(filterMoment(Date.UTC(2016, 3, 19, 11, 30)), '2016-04-19 11:30:00 AM');
    assert.equal(filterMoment(Date.UTC(2016, 3, 19, 0, 5, 7)), '2016-04-19 12:05:07 AM');
    assert.equal(filterMoment(Date.UTC(2016, 3, 19, 12, 0)), '2016-04-19 12:00:00 PM');
    assert.equal(filterMoment(Date.UTC(2016, 3, 19, 23, 59, 59)), '2016-04-19 11:59:59 PM');
  });
});

describe('Lists of Azure Backup', () => {
  it('reads page by page, as far as it is asked', async () => {
    const arm = fakeArm((url) =>
      url === 'https://x/2' ? { items: [{ id: 'b' }] } : { items: [{ id: 'a' }, null], nextLink: 'https://x/2' },
    );
    const first = await api.readPage(arm, api.lists.protectedItems(vault));
    assert.deepEqual([first.items.map(({ id }) => id), first.problems.length, first.nextLink], [['a'], 1, 'https://x/2']);
    const second = await api.readPage(arm, api.lists.protectedItems(vault), { next: 'https://x/2' });
    assert.deepEqual([second.items.map(({ id }) => id), 'nextLink' in second], [['b'], false]);
    const all = await api.listProtectedItems(arm, vault);
    assert.deepEqual(
      all.items.map(({ id }) => id),
      ['a', 'b'],
    );
    assert.equal(arm.asked.length, 4);
  });

  it('counts a broken record’s place over all pages', async () => {
    const arm = fakeArm((url) =>
      url === 'https://x/2' ? { items: [{ id: 'c' }, 7] } : { items: [{ id: 'a' }, { id: 'b' }], nextLink: 'https://x/2' },
    );
    assert.equal((await api.listPolicies(arm, vault)).problems[0]?.index, 3);
  });

  it('refuses a list that goes in circles', async () => {
    const arm = fakeArm(() => ({ items: [{ id: 'a' }], nextLink: 'https://x/again' }));
    await assert.rejects(api.listPolicies(arm, vault), (error) => error instanceof BackupError && error.facts.code === 'EndlessList');
    assert.ok(arm.asked.length <= 3);
  });

  it('asks for containers of each type at once and merges them in that order, each once', async () => {
    const arm = fakeArm((url) => {
      const type = /'(\w+)'/.exec(decodeURIComponent(url))?.[1] ?? '';
      return { items: [{ id: `${vault}/c/${type}` }, { id: `${vault}/C/SHARED` }, { id: `${vault}/c/shared` }] };
    });
    const { items } = await api.listContainers(arm, vault, { types: ['AzureIaasVM', 'MAB'] });
    assert.deepEqual(
      items.map(({ name }) => name),
      ['AzureIaasVM', 'SHARED', 'MAB'],
    );
  });

  it('shows the containers that it got beside the refusal of others, and the refusal where all are refused', async () => {
    const some = fakeArm((url) => (url.includes('MAB') ? refusal : { items: [{ id: `${vault}/c/1` }] }));
    const { items, problems } = await api.listContainers(some, vault);
    assert.equal(items.length, 1);
    assert.deepEqual(
      problems.map(({ error }) => error),
      [refusal],
    );
    await assert.rejects(
      api.listContainers(
        fakeArm(() => refusal),
        vault,
      ),
      refusal,
    );
  });

  it('says what is missing where a resource’s answer is empty', async () => {
    const arm = fakeArm(() => ({ status: 204, body: undefined }));
    await assert.rejects(
      api.getJob(arm, `${vault}/backupJobs/j`),
      (error) => error instanceof BackupError && error.facts.code === 'EmptyAnswer',
    );
  });

  it('asks vaults and backups with their own api-versions', () => {
    assert.equal(
      api.lists.vaults('/subscriptions/s1').path,
      '/subscriptions/s1/providers/Microsoft.RecoveryServices/vaults?api-version=2024-04-01',
    );
    assert.match(
      api.lists.jobs(vault, { status: 'InProgress', started: { fromMs: 0, toMs: 60_000 } }).path,
      /backupJobs\?api-version=2025-02-01&\$filter=status%20eq%20'InProgress'%20and%20startTime%20eq%20'1970-01-01%2012%3A00%3A00%20AM'/,
    );
  });
});
