import assert from 'node:assert/strict';
import { getContinuationToken, RecoveryServicesBackupClient } from '@azure/arm-recoveryservicesbackup';
import { credentialOf, send, startTiny, subscriptionId, vaultId, type TinySandbox } from './platformSupport.ts';

const version = 'api-version=2023-06-01';

describe('sandbox platform: lists and operation URLs', () => {
  let sandbox: TinySandbox;
  before(async () => {
    sandbox = await startTiny({ speed: 60 }, 450);
  });
  after(() => sandbox.close());

  const get = (path: string) => send(sandbox, 'GET', path);
  const typed = (): RecoveryServicesBackupClient =>
    new RecoveryServicesBackupClient(credentialOf(sandbox), subscriptionId, {
      endpoint: sandbox.endpoint.resourceManagerEndpoint,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    });

  describe('paging', () => {
    it('gives 200 a page, and the typed client walks all of them', async () => {
      const names: (string | undefined)[] = [];
      const sizes: number[] = [];
      for await (const page of typed().backupJobs.list('vault-one', 'rg-one').byPage()) {
        sizes.push(page.length);
        names.push(...page.map((job) => job.name));
      }
      assert.deepEqual(sizes, [200, 200, 50]);
      assert.equal(new Set(names).size, 450);
    });

    it('the typed client goes on from where another has left off', async () => {
      const { value: first } = (await typed().backupJobs.list('vault-one', 'rg-one').byPage().next()) as { value: unknown };
      const continuationToken = getContinuationToken(first) ?? '';
      assert.ok(continuationToken.startsWith(sandbox.endpoint.resourceManagerEndpoint), continuationToken);
      const names: (string | undefined)[] = [];
      for await (const page of typed().backupJobs.list('vault-one', 'rg-one').byPage({ continuationToken })) {
        names.push(...page.map((job) => job.name));
      }
      assert.deepEqual([names.length, names[0], names.at(-1)], [250, 'job-0200', 'job-0449']);
    });

    it("repeats the caller's query in nextLink, keeps the filter, and ends", async () => {
      const filter = encodeURIComponent("status eq 'Completed' and operation eq 'Backup'");
      const first = await get(`${vaultId}/backupJobs?${version}&$filter=${filter}&extra=a%26b`);
      assert.equal(first.at('value.length'), 200);
      const next = new URL(first.textAt('nextLink'));
      assert.equal(next.origin, sandbox.endpoint.resourceManagerEndpoint);
      assert.deepEqual([...next.searchParams.keys()], ['api-version', '$filter', 'extra', '$skipToken']);
      assert.equal(next.searchParams.get('extra'), 'a&b');
      const second = await get(first.textAt('nextLink'));
      assert.equal(second.at('value.length'), 25);
      assert.equal(second.at('nextLink'), undefined);
      const statuses = (second.at('value') as { properties: { status: string } }[]).map((job) => job.properties.status);
      assert.deepEqual([...new Set(statuses)], ['Completed']);
    });

    it('goes on behind the last item that was given, though earlier ones are gone', async () => {
      const first = await get(`${vaultId}/backupJobs?${version}`);
      const all = sandbox.provider.jobs;
      try {
        sandbox.provider.jobs = all.slice(10);
        const second = await get(first.textAt('nextLink'));
        assert.equal(second.at('value.0.name'), 'job-0200');
      } finally {
        sandbox.provider.jobs = all;
      }
    });

    for (const [title, change] of [
      ['made up', (url: URL) => url.searchParams.set('$skipToken', Buffer.from('[200,null]').toString('base64'))],
      ['of another filter', (url: URL) => url.searchParams.set('$filter', "status eq 'InProgress'")],
      ['that was cut', (url: URL) => url.searchParams.set('$skipToken', (url.searchParams.get('$skipToken') ?? '').slice(0, -8))],
    ] as const) {
      it(`refuses a token ${title}`, async () => {
        const url = new URL((await get(`${vaultId}/backupJobs?${version}`)).textAt('nextLink'));
        change(url);
        const answer = await get(url.href);
        assert.deepEqual([answer.status, answer.at('error.code')], [400, 'BadRequest']);
      });
    }
  });

  describe('$filter', () => {
    const read = (text: string) => get(`${vaultId}/backupConfig/x?${version}&$filter=${text}`);
    for (const [text, expected] of [
      ["status%20eq%20'InProgress'", { status: 'InProgress' }],
      ["status+eq+'In+Progress'+and+operation+EQ+'Restore'", { status: 'In Progress', operation: 'Restore' }],
      ["friendlyName%20eq%20'O''Brien%20and%20co'", { friendlyName: "O'Brien and co" }],
      ['isProtectable%20eq%20true%20AND%20count%20eq%2012', { isProtectable: 'true', count: '12' }],
      ["%20a%20eq%20''%20", { a: '' }],
    ] as const) {
      it(`${text} is read`, async () => {
        assert.deepEqual((await read(text)).body, expected);
      });
    }
    for (const [text, position] of [
      ["status ne 'x'", 0],
      ['status eq', 0],
      ["status eq 'x", 0],
      ["status eq 'x' or a eq 'b'", 14],
      ["status eq 'x' and", 14],
      ["status eq 'x' and ", 17],
      ["(status eq 'x')", 0],
    ] as const) {
      it(`"${text}" is refused at position ${position}`, async () => {
        const answer = await read(encodeURIComponent(text));
        assert.equal(answer.at('error.code'), 'BadRequest');
        assert.match(answer.textAt('error.message'), new RegExp(`Syntax error at position ${position} in`));
      });
    }
    it('comparing one property twice is refused', async () => {
      assert.match((await read(encodeURIComponent("a eq '1' and A eq '2'"))).textAt('error.message'), /'A' is compared twice/);
    });
  });

  describe('operation URLs', () => {
    const backup = `${vaultId}/backupFabrics/Azure/protectionContainers/c;1/protectedItems/i;1/backup?${version}`;

    it('are some 3 kB, signed, of the api-version that the provider chose, and can be followed as they are', async () => {
      const { headers } = await send(sandbox, 'POST', backup);
      const url = headers['azure-asyncoperation'] ?? '';
      assert.ok(url.length > 2400 && url.length < 3600, `${url.length} characters`);
      assert.deepEqual([...new URL(url).searchParams.keys()], ['api-version', 't', 'c', 's', 'h']);
      assert.match(new URL(url).searchParams.get('t') ?? '', /^63\d{16}$|^64\d{16}$/, '.NET ticks');
      const followed = await get(url);
      assert.deepEqual(followed.body, { id: '1', version: '2019-05-13-preview', fabric: null });
    });

    it('with a second question mark inside a parameter, as Azure writes some, name no api-version until that is mended', async () => {
      const { headers } = await send(sandbox, 'POST', backup);
      const location = headers.location ?? '';
      assert.match(location, /\?fabricName=Azure%3Fapi-version%3D2023-06-01&t=/);
      assert.equal((await get(location)).at('error.code'), 'MissingApiVersionParameter');
      for (const mended of [location.replace('%3F', '?').replace('%3D', '='), location.replace('%3F', '&').replace('%3D', '=')]) {
        assert.deepEqual((await get(mended)).body, { id: '1', version: '2023-06-01', fabric: 'Azure' });
      }
    });

    it('come with a Retry-After that is shorter by the speed', async () => {
      assert.equal((await send(sandbox, 'POST', backup)).headers['retry-after'], '1');
    });
  });
});
