import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  azureCliCredential,
  environmentCredential,
  servicePrincipalCredential,
} from '../../../src/cloud/credentials/identityCredential.ts';
import type { Credential } from '../../../src/cloud/credentials/types.ts';
import type { RequestLogEntry } from '../../../src/cloud/requestLog.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { environmentAt, httpClientOf } from './support/client.ts';
import { createTestBed, json, type Reply, type TestBed, type TestServer } from './support/httpsServer.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const secret = 's3cret/+value~';

describe('signing in with the identity library', () => {
  let bed: TestBed;
  let server: TestServer;
  let tokenReply: Reply;
  let log: RequestLogEntry[];

  before(async () => {
    bed = await createTestBed();
  });
  after(() => bed[Symbol.asyncDispose]());

  beforeEach(async () => {
    log = [];
    tokenReply = json(200, { token_type: 'Bearer', expires_in: 3600, access_token: 'token-1' });
    server = await bed.start();
    server.replies = [
      (request, response, socket) => {
        const path = new URL(request.url, server.origin).pathname;
        const authority = `${server.origin}/${tenant}`;
        const configuration = json(200, {
          issuer: authority,
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          jwks_uri: `${authority}/keys`,
        });
        (path.endsWith('/openid-configuration') ? configuration : tokenReply)(request, response, socket);
      },
    ];
  });

  const setup = (file: string | undefined = bed.authorityFile) => {
    const environment = environmentAt(server.origin, file);
    return { environment, client: () => httpClientOf(environment), log: { request: (entry: RequestLogEntry) => log.push(entry) } };
  };
  const principal = (clientId = 'app-1'): Credential =>
    servicePrincipalCredential(setup(), { tenantId: tenant, clientId, clientSecret: secret });

  async function refused(credential: Credential): Promise<BackupError> {
    const error = await credential.getToken({}).then(
      () => assert.fail('nothing was refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BackupError, String(error));
    const cause = error.cause instanceof Error ? error.cause.message : '';
    for (const text of [error.message, cause, JSON.stringify(error.facts), JSON.stringify(log)]) {
      assert.ok(!text.includes(secret) && !text.includes(encodeURIComponent(secret)), text);
    }
    return error;
  }

  it('as a service principal sends the secret to the authority alone, trusts the cloud’s own CA, and logs no query or body', async () => {
    const token = await principal().getToken({});
    assert.equal(token.token, 'token-1');
    assert.ok(token.expiresAt > Date.now() + 3_000_000 && token.expiresAt < Date.now() + 3_700_000);
    const asked = server.requests.find((request) => request.method === 'POST');
    const form = new URLSearchParams(asked?.body);
    assert.equal(form.get('client_secret'), secret);
    assert.equal(form.get('scope'), `${server.origin}/.default`);
    assert.deepEqual(new Set(log.map((entry) => entry.host)), new Set([new URL(server.origin).host]));
    assert.ok(log.some((entry) => entry.path === `/${tenant}/oauth2/v2.0/token` && entry.status === 200));
  });

  it('gives another token when the one of before was refused', async () => {
    const credential = principal();
    await credential.getToken({});
    tokenReply = json(200, { token_type: 'Bearer', expires_in: 3600, access_token: 'token-2' });
    assert.equal((await credential.getToken({})).token, 'token-1', 'the library keeps its token');
    assert.equal((await credential.getToken({ fresh: true })).token, 'token-2');
  });

  for (const [number, ours, words] of [
    ['7000215', 'SecretRefused', /Invalid client secret provided/],
    ['7000222', 'SecretExpired', /keys for app .* are expired/],
    ['700016', 'ApplicationUnknown', /was not found in the directory/],
    ['90002', 'TenantUnknown', /Tenant .* not found/],
    ['53003', 'AccessBlocked', /blocked by Conditional Access/],
    ['999', 'SignInFailed', /Something new/],
  ] as const) {
    it(`says why and what to do for AADSTS${number}`, async () => {
      const sentences: Record<string, string> = {
        '7000215': 'Invalid client secret provided.',
        '7000222': "The provided client secret keys for app 'app-1' are expired.",
        '700016': "Application with identifier 'app-1' was not found in the directory 'Contoso'.",
        '90002': "Tenant 'x' not found.",
        '53003': 'Access has been blocked by Conditional Access policies.',
        '999': 'Something new.',
      };
      const description = `AADSTS${number}: ${sentences[number]} Trace ID: 1 Correlation ID: 2 Timestamp: 2026-01-01 00:00:00Z`;
      tokenReply = json(401, { error: 'invalid_client', error_description: description, error_codes: [Number(number)] });
      const error = await refused(principal());
      assert.equal(error.facts.code, ours);
      assert.match(error.message, /^Could not sign in to Test Cloud with a service principal: /);
      assert.match(error.message, words);
      assert.ok(error.message.includes(`AADSTS${number}`) && !error.message.includes('Trace ID'), error.message);
      assert.ok((error.facts.remedies?.length ?? 0) > 0);
    });
  }

  it('says that the certificate of the authority is not trusted, and sends it no secret', async () => {
    const environment = environmentAt(server.origin);
    const credential = servicePrincipalCredential(
      { environment, client: () => httpClientOf(environment) },
      { tenantId: tenant, clientId: 'a', clientSecret: secret },
    );
    const error = await refused(credential);
    assert.equal(error.facts.code, 'CertificateRefused');
    assert.equal(server.bytes(), 0);
  });

  it('says that the authority cannot be reached', async () => {
    await new Promise((resolve) => server.server.close(resolve));
    const error = await refused(principal());
    assert.equal(error.facts.code, 'EndpointUnreachable');
    assert.match(error.message, /refuses connections/);
  });

  it('does not follow an authority that sends the secret to another host', async () => {
    const stranger = await bed.start([json(200, {})]);
    server.replies = [json(200, { issuer: 'x', token_endpoint: `${stranger.origin}/token`, authorization_endpoint: 'x', jwks_uri: 'x' })];
    const error = await refused(principal());
    assert.equal(error.facts.code, 'ForeignHost');
    assert.ok(error.message.includes(new URL(stranger.origin).host), error.message);
    assert.equal(stranger.bytes(), 0);
  });

  for (const [what, content, words] of [
    ['is missing', undefined, /does not exist/],
    ['is no PEM', 'hello', /holds no certificate/],
    ['is damaged', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /is damaged: certificate 1/],
  ] as const) {
    it(`says that the certificate authority file ${what}, by its path`, async () => {
      const file = join(bed.folder, `${what.replaceAll(' ', '-')}.pem`);
      if (content !== undefined) {
        await writeFile(file, content);
      }
      const error = await refused(servicePrincipalCredential(setup(file), { tenantId: tenant, clientId: 'a', clientSecret: secret }));
      assert.equal(error.facts.code, 'CertificateAuthorityFile');
      assert.ok(error.message.includes(file));
      assert.match(error.message, words);
    });
  }

  it('as a service principal without ids is refused by the name of the setting', () => {
    for (const [ids, setting] of [
      [{ tenantId: '', clientId: 'a' }, 'azureBackup.servicePrincipal.tenantId'],
      [{ tenantId: tenant, clientId: '' }, 'azureBackup.servicePrincipal.clientId'],
    ] as const) {
      assert.throws(
        () => servicePrincipalCredential(setup(), { ...ids, clientSecret: secret }),
        (error) => error instanceof BackupError && error.facts.resource === setting,
      );
    }
  });

  describe('through variables of the process', () => {
    const names = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'PATH'];
    const kept = new Map<string, string | undefined>();
    beforeEach(() => names.forEach((name) => kept.set(name, process.env[name])));
    afterEach(() => {
      for (const [name, value] of kept) {
        if (value === undefined) {
          delete process.env[name];
        } else {
          process.env[name] = value;
        }
      }
    });

    it('uses AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET', async () => {
      Object.assign(process.env, { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: 'app-1', AZURE_CLIENT_SECRET: secret });
      const credential = environmentCredential(setup());
      assert.equal((await credential.getToken({})).token, 'token-1');
      assert.equal(credential.account, 'app-1');
    });

    it('says which variables are needed where there are none', async () => {
      names.slice(0, 3).forEach((name) => delete process.env[name]);
      const error = await refused(environmentCredential(setup()));
      assert.equal(error.facts.code, 'NotConfigured');
      assert.match(error.facts.remedies?.join() ?? '', /AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET/);
    });

    if (process.platform !== 'win32') {
      const az = async (script: string): Promise<void> => {
        const folder = join(bed.folder, 'bin');
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, 'az'), `#!/bin/sh\n${script}\n`);
        await chmod(join(folder, 'az'), 0o755);
        process.env['PATH'] = `${folder}:${kept.get('PATH')}`;
      };

      it('uses the token of az for the cloud’s own audience', async () => {
        await az(`[ "$6" = "${server.origin}" ] && echo '{"accessToken":"cli-token","expires_on":${Math.floor(Date.now() / 1000) + 600}}'`);
        assert.equal((await azureCliCredential(setup()).getToken({})).token, 'cli-token');
      });

      it('says to run az login where nobody is signed in there', async () => {
        await az(`echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`);
        const error = await refused(azureCliCredential(setup()));
        assert.equal(error.facts.code, 'AzureCliSignedOut');
        assert.match(error.facts.remedies?.join() ?? '', /az login/);
      });

      it('says that az is not installed', async () => {
        process.env['PATH'] = bed.folder;
        const error = await refused(azureCliCredential(setup()));
        assert.equal(error.facts.code, 'AzureCliMissing');
      });
    }
  });
});
