import assert from 'node:assert/strict';
import { captureRequest } from '../../../src/cloud/capture.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { ActionTarget, Answers, Check } from '../../../src/providers/action.ts';
import { backUpService } from '../../../src/providers/apiManagement/actions/backUp.ts';
import { chooseBackups } from '../../../src/providers/apiManagement/actions/chooseBackups.ts';
import { restoreBackup, restoreService } from '../../../src/providers/apiManagement/actions/restore.ts';
import { backupOf, type ApiBackup } from '../../../src/providers/apiManagement/model.ts';
import { placeKey, placeUsed } from '../../../src/providers/apiManagement/place.ts';
import { transferRequest, type Access } from '../../../src/providers/apiManagement/requests.ts';
import { bodyOf } from './actionsSupport.ts';
import { serverTime, subscriptionId } from './fakeArm.ts';
import {
  accountId,
  accountJson,
  cloudWith,
  containerId,
  contributor,
  daysAgo,
  goodCloud,
  group,
  identityId,
  key,
  otherId,
  refusedBlobs,
  roleJson,
  rolesPath,
  serviceId,
  serviceJson,
  servicesPath,
  serviceTargetOf,
  type Cloud,
} from './apiManagementFakes.ts';

const good: Answers = { account: accountId, container: 'apim', backupName: 'new.apimbackup', access: 'system' };
const place = { account: 'stbackups', accountId, container: 'apim', endpoint: 'https://stbackups.blob.test/' };

function backupTarget(name = 'old.apimbackup', madeAt = daysAgo(3)): ActionTarget<ApiBackup> {
  const model = backupOf(serviceId, place, { name, lastModified: madeAt });
  return { kind: 'apiManagementBackup', id: model.id, name, model };
}

async function linesOf(work: Promise<readonly Check[]> | undefined): Promise<string[]> {
  return ((await work) ?? []).map(({ state, label }) => `${label}: ${state}`);
}

const failure = async (work: Promise<unknown>): Promise<BackupError> => {
  const error: unknown = await work.then(
    () => assert.fail('It went through'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BackupError, String(error));
  return error;
};

describe('backing up an API Management service', () => {
  it('builds what Microsoft’s own library builds, byte for byte', async () => {
    const cloud = { resourceManagerEndpoint: 'https://management.azure.com', audience: 'https://management.azure.com/' };
    const { ApiManagementClient } = await import('@azure/arm-apimanagement');
    const accesses: readonly (readonly [Access, Record<string, string>])[] = [
      [{ kind: 'systemIdentity' }, { accessType: 'SystemAssignedManagedIdentity' }],
      [
        { kind: 'userIdentity', clientId: 'c' },
        { accessType: 'UserAssignedManagedIdentity', clientId: 'c' },
      ],
      [
        { kind: 'key', key },
        { accessType: 'AccessKey', accessKey: key },
      ],
    ];
    for (const verb of ['backup', 'restore'] as const) {
      for (const [access, members] of accesses) {
        const theirs = await captureRequest(cloud, async (sdk) => {
          const client = new ApiManagementClient(sdk.credential, subscriptionId, sdk.options);
          const begin = verb === 'backup' ? 'beginBackup' : 'beginRestore';
          const parameters = { storageAccount: 'a', containerName: 'c', backupName: 'b', ...members };
          await client.apiManagementService[begin]('api-rg', 'contoso', parameters);
        });
        const ours = transferRequest(cloud, verb, serviceId, { account: 'a', container: 'c' }, 'b', access);
        assert.equal(ours.url, theirs.url);
        assert.equal(ours.method, theirs.method);
        assert.equal(ours.body, theirs.body);
        assert.equal(ours.headers['content-type'], theirs.headers['content-type']);
      }
    }
  });

  it('sends with the identity that was chosen, and journals where the backup will be', async () => {
    const { context, looked } = cloudWith(goodCloud());
    const built = await backUpService.build(context, serviceTargetOf(), good);
    assert.equal(built.request.url, `https://arm.test${serviceId}/backup?api-version=2024-05-01`);
    assert.deepEqual(bodyOf(built.request), {
      storageAccount: 'stbackups',
      containerName: 'apim',
      backupName: 'new.apimbackup',
      accessType: 'SystemAssignedManagedIdentity',
    });
    assert.deepEqual(built.intent, {
      serviceId,
      ...place,
      backupName: 'new.apimbackup',
      access: 'identity',
      nameWasFree: true,
      seenAt: serverTime,
    });
    assert.deepEqual(looked, ['stbackups/apim/new.apimbackup']);
    const byUser = await backUpService.build(context, serviceTargetOf(), { ...good, access: `user:${identityId.toUpperCase()}` });
    assert.equal((bodyOf(byUser.request) as { clientId: string }).clientId, 'client-2');
  });

  it('a typed key is in the request alone; one that is fetched comes in with the sending and not before', async () => {
    const { context, arm } = cloudWith(goodCloud());
    const typed = await backUpService.build(context, serviceTargetOf(), { ...good, access: 'key', accessKey: ` ${key} ` });
    assert.equal((bodyOf(typed.request) as { accessKey: string }).accessKey, key);
    assert.ok(!JSON.stringify(typed.intent).includes(key));
    const sent: string[] = [];
    const sending = (answer: JsonObject) => ({
      ...context,
      arm: {
        ...arm,
        send: ({ method, url }: { method: string; url: string }) => {
          sent.push(`${method} ${url}`);
          return Promise.resolve({ status: 200, headers: {}, url, text: JSON.stringify(answer), body: answer });
        },
      },
    });
    const keys = {
      keys: [
        { keyName: 'k1', permissions: 'READ', value: 'no' },
        { keyName: 'k2', permissions: 'FULL', value: key },
      ],
    };
    const fetched = await backUpService.build(sending(keys), serviceTargetOf(), { ...good, access: 'ownKey' });
    assert.deepEqual(sent, []);
    assert.ok(!JSON.stringify(fetched).includes(key));
    const request = await fetched.atSending?.(context.signal);
    assert.deepEqual(sent, [`POST https://arm.test${accountId}/listKeys?api-version=2024-01-01`]);
    assert.equal((bodyOf(request ?? fetched.request) as { accessKey: string }).accessKey, key);
    const none = await backUpService.build(sending({ keys: [] }), serviceTargetOf(), { ...good, access: 'ownKey' });
    assert.equal((await failure(none.atSending?.(context.signal) ?? Promise.resolve())).facts.code, 'NoAccessKey');
  });

  it('everything in order is seven lines that pass; the warnings of the documentation follow', async () => {
    const { context } = cloudWith(goodCloud());
    const target = serviceTargetOf();
    assert.deepEqual(await linesOf(backUpService.preflight?.(context, [target], good)), [
      'Tier: pass',
      'Workspaces: pass',
      'Other operations: pass',
      'Container: pass',
      'Access: pass',
      'Storage firewall: pass',
      'Name: pass',
    ]);
    const said = (await backUpService.consequences?.(context, [target], good))?.join('\n') ?? '';
    for (const words of [
      'management operation',
      'may not be in the backup',
      'usage data',
      '30 days',
      'Developer',
      'does not delete the blob',
    ]) {
      assert.ok(said.includes(words), words);
    }
  });

  interface Case {
    readonly what: string;
    readonly line: string;
    readonly routes?: Parameters<typeof goodCloud>[0];
    readonly answers?: Answers;
    readonly blobs?: Parameters<typeof cloudWith>[1];
  }
  const closed = (rules: object): object => accountJson({ networkAcls: { defaultAction: 'Deny', bypass: 'None', ...rules } });
  const withAccount = (account: object): Parameters<typeof goodCloud>[0] => ({ [accountId]: account as never });
  const cases: readonly Case[] = [
    { what: 'the Consumption tier', line: 'Tier: fail', routes: { [serviceId]: serviceJson({ sku: { name: 'Consumption' } }) } },
    { what: 'a v2 tier', line: 'Tier: fail', routes: { [serviceId]: serviceJson({ sku: { name: 'StandardV2' } }) } },
    { what: 'a tier of tomorrow', line: 'Tier: warn', routes: { [serviceId]: serviceJson({ sku: { name: 'Isolated' } }) } },
    { what: 'workspaces', line: 'Workspaces: fail', routes: { [`${serviceId}/workspaces`]: { value: [{ id: 'w' }] } } },
    { what: 'workspaces that may not be listed', line: 'Workspaces: warn', routes: { [`${serviceId}/workspaces`]: 403 } },
    { what: 'a tier without workspaces', line: 'Workspaces: pass', routes: { [`${serviceId}/workspaces`]: 400 } },
    {
      what: 'another operation',
      line: 'Other operations: fail',
      routes: { [serviceId]: serviceJson({}, { provisioningState: 'Updating' }) },
    },
    { what: 'a failed service', line: 'Other operations: fail', routes: { [serviceId]: serviceJson({}, { provisioningState: 'Failed' }) } },
    { what: 'no such container', line: 'Container: fail', routes: { [containerId]: 404 } },
    { what: 'a container that may not be read', line: 'Container: warn', routes: { [containerId]: 403 } },
    { what: 'no role', line: 'Access: fail', routes: { [rolesPath]: { value: [] } } },
    {
      what: 'Owner of the account',
      line: 'Access: fail',
      routes: { [rolesPath]: { value: [roleJson('8e3af657-a8ff-443c-a75c-2fe8c4bcb635')] } },
    },
    { what: 'a role of its own making', line: 'Access: warn', routes: { [rolesPath]: { value: [roleJson('custom')] } } },
    { what: 'the role on the group', line: 'Access: pass', routes: { [rolesPath]: { value: [roleJson(contributor, group)] } } },
    { what: 'the role on the container', line: 'Access: pass', routes: { [rolesPath]: { value: [roleJson(contributor, containerId)] } } },
    {
      what: 'the role on another container',
      line: 'Access: fail',
      routes: { [rolesPath]: { value: [roleJson(contributor, `${containerId}2`)] } },
    },
    { what: 'roles that may not be read', line: 'Access: warn', routes: { [rolesPath]: 403 } },
    { what: 'a key', line: 'Access: warn', answers: { ...good, access: 'ownKey' } },
    {
      what: 'a key for an account that takes none',
      line: 'Access: fail',
      answers: { ...good, access: 'key', accessKey: key },
      routes: withAccount(accountJson({ allowSharedKeyAccess: false })),
    },
    { what: 'a firewall', line: 'Storage firewall: fail', routes: withAccount(closed({})) },
    {
      what: 'a firewall that lets Azure in',
      line: 'Storage firewall: pass',
      routes: withAccount(closed({ bypass: 'Logging, AzureServices' })),
    },
    {
      what: 'a firewall that lets Azure in, and a user-assigned identity',
      line: 'Storage firewall: fail',
      answers: { ...good, access: `user:${identityId}` },
      routes: withAccount(closed({ bypass: 'AzureServices' })),
    },
    {
      what: 'a firewall that names the service',
      line: 'Storage firewall: pass',
      routes: withAccount(closed({ resourceAccessRules: [{ resourceId: serviceId.toLowerCase() }] })),
    },
    {
      what: 'addresses in the service’s own region',
      line: 'Storage firewall: fail',
      routes: withAccount(closed({ ipRules: [{ value: '1.2.3.4' }] })),
    },
    {
      what: 'addresses in another region',
      line: 'Storage firewall: warn',
      routes: withAccount({ ...closed({ ipRules: [{ value: '1.2.3.4' }] }), location: 'northeurope' }),
    },
    {
      what: 'an account that is closed to all networks',
      line: 'Storage firewall: fail',
      routes: withAccount(accountJson({ publicNetworkAccess: 'Disabled', networkAcls: { bypass: 'None' } })),
    },
    { what: 'a name that is taken', line: 'Name: fail', blobs: { 'new.apimbackup': daysAgo(1) } },
    { what: 'blobs that may not be read', line: 'Name: warn', blobs: refusedBlobs },
    { what: 'an account that may not be read', line: 'Storage firewall: warn', routes: { [accountId]: 403 } },
    { what: 'an account that is gone', line: 'Answers: fail', routes: { [accountId]: 404 } },
    { what: 'a service that is gone', line: 'Answers: fail', routes: { [serviceId]: 404 } },
    { what: 'an identity that is gone', line: 'Answers: fail', routes: { [serviceId]: serviceJson({ identity: null }) } },
  ];
  for (const { what, line, routes, answers, blobs } of cases) {
    it(`with ${what}: ${line}${line.endsWith('fail') ? ', and nothing is built' : ''}`, async () => {
      const { context } = cloudWith(goodCloud(routes), blobs);
      const chosen = answers ?? good;
      const lines = await linesOf(backUpService.preflight?.(context, [serviceTargetOf()], chosen));
      assert.ok(lines.includes(line), lines.join(', '));
      const building = backUpService.build(context, serviceTargetOf(), chosen);
      if (line.endsWith('fail')) {
        const { facts } = await failure(building);
        assert.ok((facts.remedies?.length ?? 0) > 0);
      } else {
        await building;
      }
    });
  }

  it('an account whose name was typed is looked up; one that nobody sees is sent as it is, with a warning', async () => {
    const answers = { account: ':typed', accountTyped: 'stbackups', containerTyped: 'apim', backupName: 'n', access: 'system' };
    const seen = cloudWith(goodCloud());
    const built = await backUpService.build(seen.context, serviceTargetOf(), answers);
    assert.equal(built.intent['accountId'], accountId);
    const elsewhere = { ...answers, accountTyped: 'stelsewhere' };
    const lines = await linesOf(backUpService.preflight?.(seen.context, [serviceTargetOf()], elsewhere));
    assert.deepEqual(
      lines.filter((line) => line.endsWith('warn')).map((line) => line.split(':')[0]),
      ['Container', 'Access', 'Storage firewall', 'Name'],
    );
    const byId = { ...answers, accountTyped: `${accountId}/blobServices/default` };
    assert.equal((await backUpService.build(seen.context, serviceTargetOf(), byId)).intent['account'], 'stbackups');
    assert.equal(
      (await failure(backUpService.build(seen.context, serviceTargetOf(), { ...answers, accountTyped: 'No Name' }))).facts.code,
      'NameRefused',
    );
    assert.equal((await failure(backUpService.build(seen.context, serviceTargetOf(), { ...good, access: '' }))).facts.code, 'IdentityGone');
  });

  it('no error and no line holds a key that was typed', async () => {
    const { context } = cloudWith(goodCloud());
    const bad = `${key}x`;
    const error = await failure(backUpService.build(context, serviceTargetOf(), { ...good, access: 'key', accessKey: bad }));
    const lines = await backUpService.preflight?.(context, [serviceTargetOf()], { ...good, access: 'key', accessKey: bad });
    assert.ok(!JSON.stringify([error.message, error.facts, lines]).includes(key));
  });
});

describe('the questions of a backup', () => {
  const ask = async (cloud: Cloud, id: string, answers: Answers) => {
    const question = backUpService.questions.find((one) => one.id === id);
    assert.ok(question?.type === 'pick', id);
    return question.load(cloud.context, [serviceTargetOf()], answers);
  };
  const remembered = { [placeKey('https://arm.test', serviceId)]: place };

  it('prefer the account and the container that were used last, and let one type another', async () => {
    const cloud = cloudWith(goodCloud(), {}, remembered);
    const accounts = await ask(cloud, 'account', {});
    assert.deepEqual(
      accounts.map(({ label, recommended }) => [label, recommended ?? false]),
      [
        ['stbackups', true],
        ['Another account...', false],
      ],
    );
    const containers = await ask(cloud, 'container', { account: accountId });
    assert.deepEqual(
      containers.map(({ value, recommended }) => [value, recommended ?? false]),
      [
        ['apim', true],
        [':typed', false],
      ],
    );
  });

  it('go on where a list may not be read: the reason is shown, and a name can be typed', async () => {
    const cloud = cloudWith(goodCloud({ [`${accountId}/blobServices/default/containers`]: 403 }));
    const [note, other] = await ask(cloud, 'container', { account: accountId });
    assert.ok(note?.note && /403/.test(note.detail ?? ''));
    assert.equal(other?.value, ':typed');
  });

  it('offer the identities first, keys after them; none where the account takes none', async () => {
    const cloud = cloudWith(goodCloud());
    const choices = await ask(cloud, 'access', { account: accountId });
    assert.deepEqual(
      choices.map(({ value, recommended }) => [value, recommended ?? false]),
      [
        ['system', true],
        [`user:${identityId}`, false],
        ['ownKey', false],
        ['key', false],
      ],
    );
    const without = cloudWith(
      goodCloud({ [serviceId]: serviceJson({ identity: null }), [accountId]: accountJson({ allowSharedKeyAccess: false }) }),
    );
    assert.ok((await ask(without, 'access', { account: accountId })).every(({ note }) => note));
    assert.deepEqual(
      (await ask(without, 'access', { account: ':typed', accountTyped: 'stother' })).map(({ value }) => value),
      ['', 'key'],
    );
  });

  it('ask for a key in a password box only where one is to be typed, and say what is wrong without repeating it', () => {
    const question = backUpService.questions.find(({ id }) => id === 'accessKey');
    assert.ok(question?.type === 'secret');
    const targets = [serviceTargetOf()];
    assert.equal(question.asked?.(targets, { access: 'key' }), true);
    assert.equal(question.asked?.(targets, { access: 'ownKey' }), false);
    assert.equal(question.refuse(key, targets, {}), undefined);
    for (const text of ['', 'short', `AccountName=x;AccountKey=${key}`, `${key}=`]) {
      const said = question.refuse(text, targets, {});
      assert.ok(said !== undefined && (text === '' || !said.includes(text)), text);
    }
  });

  it('remember what was chosen, and what an accepted backup has used', async () => {
    const { context } = cloudWith(goodCloud());
    const made = await chooseBackups.remember(context, serviceTargetOf(), { account: accountId, container: 'apim' });
    assert.deepEqual(made, { key: placeKey('https://arm.test', serviceId), value: place });
    const { intent } = await backUpService.build(context, serviceTargetOf(), good);
    const record = { actionId: 'backUpService', cloud: 'https://arm.test', intent } as unknown as OperationRecord;
    assert.deepEqual(placeUsed({ ...record, status: 'accepted' }), made);
    assert.equal(placeUsed({ ...record, status: 'sending' }), undefined);
    assert.equal(placeUsed({ ...record, status: 'accepted', actionId: 'restoreService' }), undefined);
  });
});

describe('restoring a backup of API Management', () => {
  const answers: Answers = { into: otherId, access: 'system' };
  const old = { 'old.apimbackup': daysAgo(3), 'dead.apimbackup': daysAgo(31), 'contoso-1.apimbackup': daysAgo(29.5) };

  it('goes to the service that was chosen, whose name is to be typed, and is followed there', async () => {
    const { context } = cloudWith(goodCloud(), old);
    const target = backupTarget();
    assert.equal(restoreBackup.typedName?.([target], answers), 'fabrikam');
    const [only] = (await restoreBackup.buildEach?.(context, target, answers)) ?? [];
    assert.equal(only?.target.id, otherId);
    assert.equal(only.request.url, `https://arm.test${otherId}/restore?api-version=2024-05-01`);
    assert.equal((bodyOf(only.request) as { backupName: string }).backupName, 'old.apimbackup');
    const said = (await restoreBackup.consequences?.(context, [target], answers))?.join('\n') ?? '';
    assert.match(said, /Everything in fabrikam .* is replaced by what is in old\.apimbackup/);
  });

  it('offers services of the same tier, the own one first; others are shown last, with the reason', async () => {
    const premium = serviceJson({ sku: { name: 'Premium' } }, {}, `${group}/providers/Microsoft.ApiManagement/service/a-premium`);
    const v2 = serviceJson({ sku: { name: 'BasicV2' } }, {}, `${group}/providers/Microsoft.ApiManagement/service/b-v2`);
    const { context } = cloudWith(goodCloud({ [servicesPath]: { value: [premium, v2, serviceJson({}, {}, otherId), serviceJson()] } }));
    const into = restoreBackup.questions[0];
    assert.ok(into?.type === 'pick');
    const choices = await into.load(context, [backupTarget()], {});
    assert.deepEqual(
      choices.map(({ label, note, recommended }) => [label, note ?? false, recommended ?? false]),
      [
        ['contoso', false, true],
        ['fabrikam', false, false],
        ['a-premium', true, false],
        ['b-v2', true, false],
      ],
    );
    assert.match(choices[2]?.detail ?? '', /contoso is Developer/);
  });

  it('is refused before it is sent where the backup is too old, gone, or of another tier', async () => {
    const of = async (name: string, routes = {}): Promise<string[]> =>
      linesOf(restoreBackup.preflight?.(cloudWith(goodCloud(routes), old).context, [backupTarget(name)], answers));
    assert.ok(
      (await of('old.apimbackup')).every((line) => line.endsWith('pass')),
      (await of('old.apimbackup')).join(),
    );
    assert.ok((await of('dead.apimbackup')).includes('Backup: fail'));
    assert.ok((await of('missing.apimbackup')).includes('Backup: fail'));
    const premium = { [otherId]: serviceJson({ sku: { name: 'Premium' } }, {}, otherId) };
    assert.ok((await of('old.apimbackup', premium)).includes('Tier of the backup: fail'));
    assert.ok((await of('old.apimbackup', { [serviceId]: 404 })).includes('Tier of the backup: warn'));
    const { context } = cloudWith(goodCloud(), old);
    const { message, facts } = await failure(restoreBackup.build(context, backupTarget('dead.apimbackup'), answers));
    assert.equal(facts.code, 'PreflightFailed');
    assert.match(message, /expired 1 day ago: Azure restores a backup for 30 days/);
  });

  it('into the service that was clicked: backups newest first, those that are too old not to be chosen', async () => {
    const { context } = cloudWith(goodCloud(), old);
    const question = restoreService.questions.find(({ id }) => id === 'backup');
    assert.ok(question?.type === 'pick');
    const choices = await question.load(context, [serviceTargetOf()], { account: accountId, container: 'apim' });
    assert.deepEqual(
      choices.map(({ label, description, note }) => [label, description, note ?? false]),
      [
        ['old.apimbackup', 'expires in 27 days', false],
        ['contoso-1.apimbackup', 'expires within a day', false],
        ['dead.apimbackup', 'expired 1 day ago', true],
        ['Another backup...', undefined, false],
      ],
    );
    const lines = async (backup: string): Promise<string[]> =>
      linesOf(
        restoreService.preflight?.(context, [serviceTargetOf()], { account: accountId, container: 'apim', backup, access: 'system' }),
      );
    assert.ok((await lines('contoso-1.apimbackup')).includes('Tier of the backup: pass'));
    assert.ok((await lines('old.apimbackup')).includes('Tier of the backup: warn'));
  });
});
