import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readAddress, readVersionSetting } from '../../../../src/cloud/veeam/appliance.ts';
import { CancelledError } from '../../../../src/core/cancellation.ts';
import { BackupError } from '../../../../src/core/errors.ts';
import { parseFaults, type FaultInput } from '../../../../src/sandbox/faults/schema.ts';
import { Appliances as SandboxAppliances, minute } from '../../sandbox/veeamSupport.ts';
import { ApplianceWindow } from './applianceWindow.ts';

const codeIs =
  (code: string, message: RegExp = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof BackupError, String(error));
    assert.equal(error.facts.code, code, error.message);
    assert.match(error.message, message);
    assert.ok((error.facts.remedies ?? []).length > 0, 'says what to do');
    return true;
  };

describe('Veeam appliances', () => {
  let sandbox: SandboxAppliances;
  let window: ApplianceWindow;
  let url: string;
  beforeEach(async () => {
    sandbox = await SandboxAppliances.start();
    window = new ApplianceWindow(() => sandbox.now);
    ({ url } = sandbox.server().endpoint);
  });
  afterEach(async () => {
    window.appliances.dispose();
    await sandbox.close();
  });

  const inject = (...faults: FaultInput[]): void => sandbox.faults.replace(parseFaults(faults).faults);
  const machines = (of = window): Promise<unknown> => of.appliances.client(url)!.get('/api/v8/virtualMachines?Limit=1');
  const tokenRequests = (of = window): number => of.log.filter(({ path }) => path === '/api/oauth2/token').length;

  describe('certificates', () => {
    it('are looked at without a byte of a request: the fingerprint, whom it names, how long it holds', async () => {
      const seen = await window.look(url);
      assert.equal(seen.fingerprint, sandbox.server().endpoint.fingerprint);
      assert.match(seen.subject, /CN=/);
      assert.ok(Date.parse(seen.validTo) > Date.parse(seen.validFrom));
      assert.deepEqual([sandbox.ledger.count, window.log.length], [0, 0]);
    });

    it('that name no host are trusted by themselves', async () => {
      const { apiVersion } = await window.enter(sandbox, { name: 'veeam-old' });
      assert.equal(apiVersion, 'v2');
    });

    it('of another appliance get nothing, no token and no password', async () => {
      const other = await window.look(sandbox.server('veeam-old').endpoint.url);
      const before = sandbox.ledger.count;
      await assert.rejects(window.enter(sandbox, { certificate: other }), codeIs('CertificateChanged', /another certificate/));
      assert.equal(sandbox.ledger.count, before);
      assert.deepEqual([window.memory.size, window.secrets.size], [0, 0]);
    });

    it('that change stop everything for the appliance, say both fingerprints, and go on once the new one is trusted', async () => {
      const { certificate } = await window.enter(sandbox);
      await machines();
      await sandbox.server().changeCertificate();
      const { fingerprint } = sandbox.server().endpoint;
      const told: string[] = [];
      window.appliances.onDidChange((origin) => told.push(origin));
      const before = sandbox.ledger.count;
      const refused = (error: unknown): boolean => {
        assert.ok(error instanceof BackupError);
        assert.ok(error.message.includes(certificate.fingerprint) && error.message.includes(fingerprint), error.message);
        return codeIs('CertificateChanged')(error);
      };
      await assert.rejects(machines(), refused);
      await assert.rejects(machines(), refused);
      const request = { method: 'POST', url: `${url}/api/v8/virtualMachines/takeSnapshot`, headers: {}, body: '{}' } as const;
      await assert.rejects(window.appliances.client(url)!.send(request), codeIs('NotSent', /another certificate/));
      sandbox.pass(2 * 60 * minute);
      await assert.rejects(machines(), refused, 'nor is a token renewed');
      assert.equal(sandbox.ledger.count, before);
      assert.deepEqual(told, [url]);
      assert.equal(window.appliances.otherCertificate(url)?.fingerprint, fingerprint);
      await window.appliances.trust(url, await window.look(url));
      assert.equal(window.appliances.otherCertificate(url), undefined);
      await machines();
    });
  });

  describe('sign-in', () => {
    it('keeps the password and the tokens in the secret storage, and nothing of them anywhere else', async () => {
      const appliance = await window.enter(sandbox);
      await machines();
      assert.deepEqual([appliance.apiVersion, appliance.release], ['v8', '8.1.0.285']);
      const secrets = JSON.parse(window.secrets.get(`veeam:${url}`) ?? '') as Record<string, string>;
      assert.equal(secrets['password'], sandbox.password('veeam-admin'));
      const elsewhere = JSON.stringify([...window.memory, window.log]);
      for (const name of ['password', 'accessToken', 'refreshToken']) {
        assert.ok(secrets[name] && !elsewhere.includes(secrets[name]), name);
      }
    });

    it('with a wrong password: said, nothing kept', async () => {
      const wrong = window.enter(sandbox, { password: 'Spring-2026!' });
      await assert.rejects(wrong, (error: BackupError) => {
        assert.ok(!JSON.stringify([error.message, error.facts, error.cause]).includes('Spring-2026!'));
        return codeIs('SignInRefused', /Invalid username or password/)(error);
      });
      assert.deepEqual([window.memory.size, window.secrets.size], [0, 0]);
    });

    it('of a locked user: said, with who can help', async () => {
      await assert.rejects(window.enter(sandbox, { user: 'veeam-locked' }), codeIs('UserLocked', /locked/));
    });

    it('with a second factor asks for the code, and again where it was wrong', async () => {
      const code = (): string => {
        const facts = sandbox
          .server()
          .users.find(({ username }) => username === 'veeam-mfa')!
          .facts(sandbox.now);
        return facts.mfaCode ?? '';
      };
      const refusals: (string | undefined)[] = [];
      await window.enter(sandbox, {
        user: 'veeam-mfa',
        askCode: (refused) => {
          refusals.push(refused);
          return Promise.resolve(refused === undefined ? '000000' : ` ${code()} `);
        },
      });
      assert.deepEqual([refusals.length, refusals[0]], [2, undefined]);
      assert.match(refusals[1] ?? '', /refused the code/);
      await machines();
    });

    it('is given up where the person gives no code', async () => {
      const entering = window.enter(sandbox, { user: 'veeam-mfa', askCode: () => Promise.reject(new CancelledError()) });
      await assert.rejects(entering, CancelledError);
      assert.equal(window.secrets.size, 0);
    });

    it('is renewed before its end, once for all who wait, with tokens that are others each time', async () => {
      await window.enter(sandbox);
      const first = window.secrets.get(`veeam:${url}`);
      const before = tokenRequests();
      sandbox.pass(56 * minute);
      await Promise.all([machines(), machines(), machines()]);
      assert.equal(tokenRequests(), before + 1);
      assert.notEqual(window.secrets.get(`veeam:${url}`), first);
    });

    it('is renewed where the appliance refuses the token early', async () => {
      await window.enter(sandbox);
      sandbox.pass(minute);
      sandbox.server().signIn.expire({});
      await machines();
      await machines();
    });

    it('goes on with the kept password where the refresh token is spent', async () => {
      await window.enter(sandbox);
      sandbox.pass(15 * 24 * 60 * minute);
      await machines();
    });

    it('tries a password that is refused once, and then waits for the person', async () => {
      await window.enter(sandbox);
      const secrets = JSON.parse(window.secrets.get(`veeam:${url}`) ?? '') as Record<string, unknown>;
      window.secrets.set(`veeam:${url}`, JSON.stringify({ ...secrets, password: 'old' }));
      sandbox.pass(15 * 24 * 60 * minute);
      const before = tokenRequests();
      for (let times = 0; times < 3; times++) {
        await assert.rejects(machines(), codeIs('SignInNeeded', /Invalid username or password/));
      }
      // The spent refresh token, and the password.
      assert.equal(tokenRequests(), before + 2);
      assert.doesNotMatch(window.secrets.get(`veeam:${url}`) ?? '', /"password"/);
      await window.enter(sandbox);
      await machines();
    });

    it('of two windows: one that comes too late with a spent token takes what the other has left', async () => {
      await window.enter(sandbox);
      const other = new ApplianceWindow(() => sandbox.now, window);
      sandbox.pass(57 * minute);
      const stale = window.secrets.get(`veeam:${url}`) ?? '';
      await machines();
      const fresh = window.secrets.get(`veeam:${url}`) ?? '';
      // What the other window had read before.
      let reads = 0;
      const kept = new Map(other.secrets);
      other.secrets.get = (key) => (reads++ === 0 ? stale : kept.get(key));
      await machines(other);
      assert.equal(window.secrets.get(`veeam:${url}`), fresh, 'no password was sent');
      other.appliances.dispose();
    });

    it('with a second factor that has run out waits for the person', async () => {
      const facts = (): string =>
        sandbox
          .server()
          .users.find(({ username }) => username === 'veeam-mfa')!
          .facts(sandbox.now).mfaCode ?? '';
      await window.enter(sandbox, { user: 'veeam-mfa', askCode: () => Promise.resolve(facts()) });
      sandbox.pass(15 * 24 * 60 * minute);
      await assert.rejects(machines(), codeIs('SignInNeeded', /code of your authenticator app/));
      const before = tokenRequests();
      await assert.rejects(machines(), codeIs('SignInNeeded'));
      assert.equal(tokenRequests(), before);
    });
  });

  describe('that answer badly', () => {
    it('a web page where JSON was due', async () => {
      await window.enter(sandbox);
      inject({ kind: 'htmlError', status: 404, path: '/api/v8/virtualMachines' });
      await assert.rejects(machines(), (error: BackupError) => /A web page came instead/.test(error.message));
      inject({ kind: 'htmlError', status: 502, path: '/api/oauth2/token' });
      await assert.rejects(window.enter(sandbox), (error: BackupError) =>
        /Could not sign in to Veeam appliance .*A web page came/.test(error.message),
      );
    });

    it('nobody there, and somebody who speaks no TLS', async () => {
      const server = createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      await assert.rejects(window.look(`https://127.0.0.1:${port}`), codeIs('CertificateRefused', /does not speak TLS|broke/));
      await new Promise((resolve) => server.close(resolve));
      await assert.rejects(window.look(`https://127.0.0.1:${port}`), codeIs('EndpointUnreachable', /nothing listens/));
    });

    it('problem details are told in words, field by field', async () => {
      await window.enter(sandbox);
      const answer = window.appliances.client(url)!.get('/api/v8/virtualMachines?Limit=x');
      await assert.rejects(
        answer,
        (error: BackupError) => error.facts.status === 400 && /Limit/.test(error.message) && !/\{/.test(error.message),
      );
    });

    it('a link to another host is not asked', async () => {
      await window.enter(sandbox);
      await assert.rejects(
        window.appliances.client(url)!.get('https://elsewhere.example/api/v8/jobSessions/1'),
        codeIs('ForeignHost', /elsewhere\.example/),
      );
    });
  });

  describe('versions', () => {
    it('are found from the newest down, or as the setting has it', async () => {
      window.version = 'v5';
      assert.equal((await window.enter(sandbox)).apiVersion, 'v5');
      assert.equal(window.appliances.client(url)?.apiVersion(), 'v5');
      window.version = undefined;
      await window.enter(sandbox);
      window.version = 'V3';
      assert.equal(window.appliances.client(url)?.apiVersion(), 'v3');
      window.version = 'v7';
      await assert.rejects(window.enter(sandbox, { name: 'veeam-old' }), codeIs('VersionUnknown', /v7.*azureBackup\.veeam\.apiVersion/));
    });

    it('of a setting that is none are refused', () => {
      assert.equal(readVersionSetting(''), undefined);
      assert.equal(readVersionSetting(' v8.1 '), 'v8.1');
      for (const bad of ['8', 'v8/../x', 'latest', 8]) {
        assert.throws(() => readVersionSetting(bad), codeIs('BadSetting'));
      }
    });
  });

  it('lists page by page', async () => {
    await window.enter(sandbox);
    const names: unknown[] = [];
    let pages = 0;
    for await (const page of window.appliances.client(url)!.pages('/api/v8/virtualMachines?Offset=0&Limit=5')) {
      pages++;
      names.push(...page.items.map((item) => (item as { name: string }).name));
    }
    const all = sandbox.server().appliance.machines();
    assert.equal(names.length, all.length);
    assert.equal(new Set(names).size, new Set(all.map(({ name }) => name)).size);
    assert.equal(pages, Math.ceil(all.length / 5));
  });

  it('are forgotten with their secrets, without a request', async () => {
    await window.enter(sandbox);
    const before = sandbox.ledger.count;
    await window.appliances.remove(url);
    assert.deepEqual([window.appliances.all().length, window.secrets.size], [0, 0]);
    assert.equal(window.appliances.client(url), undefined);
    assert.equal(sandbox.ledger.count, before);
  });

  it('of a sandbox that has ended are forgotten, and known to be gone until they are added again', async () => {
    await window.enter(sandbox, { sandbox: 'https://127.0.0.1:1' });
    assert.deepEqual(await window.appliances.dropGone(() => Promise.resolve(false)), []);
    assert.deepEqual(await window.appliances.dropGone((endpoint) => Promise.resolve(endpoint === 'https://127.0.0.1:1')), [url]);
    assert.deepEqual([window.appliances.all().length, window.secrets.size, window.appliances.isGone(url)], [0, 0, true]);
    await window.enter(sandbox);
    assert.equal(window.appliances.isGone(url), false);
  });
});

describe('the address of an appliance', () => {
  it('is a host, a host with a port, or any address of its page', () => {
    for (const [typed, origin] of [
      ['backup.example.com', 'https://backup.example.com'],
      [' 10.0.0.4:8443 ', 'https://10.0.0.4:8443'],
      ['https://Backup.Example.com/#/dashboard', 'https://backup.example.com'],
      ['https://10.0.0.4:443/', 'https://10.0.0.4'],
      ['[fd00::4]:8443', 'https://[fd00::4]:8443'],
    ] as const) {
      assert.deepEqual(readAddress(typed), { origin });
    }
  });

  it('is refused with what was expected', () => {
    for (const [typed, reason] of [
      ['', /Expected/],
      ['http://10.0.0.4', /https only/],
      ['https://admin:secret@10.0.0.4', /Leave the user name/],
      ['ftp://10.0.0.4', /Expected/],
      ['10.0.0.4:notaport', /Expected/],
      ['a b', /Expected/],
    ] as const) {
      const read = readAddress(typed);
      assert.ok('refused' in read, typed);
      assert.match(read.refused, reason);
      assert.ok(!read.refused.includes('secret'));
    }
  });
});
