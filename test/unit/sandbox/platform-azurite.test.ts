import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fetchAzurite } from '../../../src/sandbox/storage/azurite/fetch.ts';
import { azuriteAt, azuriteVersion, findAzurite, onPath } from '../../../src/sandbox/storage/azurite/find.ts';
import { type RunningSandbox, type SandboxEndpoint, startSandbox } from '../../../src/sandbox/server/start.ts';
import { send } from './platformSupport.ts';
import { until } from './sdkSupport.ts';

const root = resolve(import.meta.dirname, '../../..');
const packageFolder = join(root, 'node_modules', 'azurite');

describe('sandbox platform: Azurite', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'azurite-test-')))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** An npm package that says it is Azurite, in a folder of its own. */
  const install = (at: string, name = 'azurite'): string => {
    const main = join(at, 'dist', 'src', 'blob', 'main.js');
    mkdirSync(join(main, '..'), { recursive: true });
    writeFileSync(join(at, 'package.json'), JSON.stringify({ name, version: '9.9.9' }));
    writeFileSync(main, 'console.error("no room for blobs"); process.exit(3);');
    return main;
  };

  describe('is found', () => {
    it('beside the sandbox, in the version that is tested', () => {
      assert.deepEqual(findAzurite(''), { main: join(packageFolder, 'dist', 'src', 'blob', 'main.js'), version: azuriteVersion });
    });

    it('by its folder, a project that has it, its main.js, and its command as npm makes it on Windows and elsewhere', () => {
      const main = install(join(folder, 'project', 'node_modules', 'azurite'));
      const found = { main, version: '9.9.9' };
      const bin = join(folder, 'project', 'node_modules', '.bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'azurite-blob.cmd'), '@echo off');
      mkdirSync(join(folder, 'bin'));
      symlinkSync(main, join(folder, 'bin', 'azurite-blob'));
      for (const path of [
        join(folder, 'project'),
        join(folder, 'project', 'node_modules', 'azurite'),
        main,
        join(bin, 'azurite-blob.cmd'),
      ]) {
        assert.deepEqual(azuriteAt(path), found, path);
      }
      assert.deepEqual(onPath([join(folder, 'nowhere'), join(folder, 'bin')].join(process.platform === 'win32' ? ';' : ':')), found);
    });

    it('nowhere else: no folder, another package, a package without the program', () => {
      install(join(folder, 'other'), 'azurite-fake');
      mkdirSync(join(folder, 'half'));
      writeFileSync(join(folder, 'half', 'package.json'), JSON.stringify({ name: 'azurite', version: '1.0.0' }));
      for (const path of ['other', 'half', 'missing']) {
        assert.equal(azuriteAt(join(folder, path)), undefined, path);
      }
    });
  });

  describe('is fetched', () => {
    const npx = (name: string, script: string): string => {
      const file = join(folder, name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
      return file;
    };

    it('by npx, which says where it has put it, and runs no install scripts', async () => {
      const given = join(folder, 'asked.txt');
      const bin = join(root, 'node_modules', '.bin');
      const fake = npx(
        'npx-good',
        `echo "$npm_config_ignore_scripts $1 $2" > '${given}'; echo noise; shift 3; PATH="${bin}:$PATH" exec "$@"`,
      );
      assert.equal((await fetchAzurite(fake)).version, azuriteVersion);
      assert.equal(readFileSync(given, 'utf8'), `true --yes --package=azurite@${azuriteVersion}\n`);
    });

    it('or not, and why is said: no npx, no network, nothing where it should be', async () => {
      await assert.rejects(fetchAzurite(join(folder, 'no-npx')), /Azurite could not be fetched: npx was not found: install Node\.js/);
      const offline = npx('npx-offline', `echo 'npm error code ENOTFOUND' >&2; echo 'npm error network request failed' >&2; exit 1`);
      await assert.rejects(fetchAzurite(offline), { message: 'Azurite could not be fetched: network request failed.' });
      await assert.rejects(fetchAzurite(npx('npx-empty', 'echo "azurite-search-path:/nowhere"')), /npx has not put it where/);
    });
  });

  describe('in a sandbox', () => {
    const sandboxes: RunningSandbox[] = [];
    const start = async (azurite?: 'none' | { main: string; version: string }): Promise<RunningSandbox> => {
      const made = await startSandbox({ speed: 10_000, ...(azurite === undefined ? {} : { azurite }) });
      sandboxes.push(made);
      return made;
    };
    afterEach(async () => {
      await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.close()));
    });
    const group = (sandbox: RunningSandbox): string => `/subscriptions/${sandbox.endpoint.subscriptionIds[0]}/resourceGroups/rg-api-prod`;
    const containers = (sandbox: RunningSandbox) =>
      send(
        sandbox,
        'GET',
        `${group(sandbox)}/providers/Microsoft.Storage/storageAccounts/stnwapimweu/blobServices/default/containers?api-version=2024-01-01`,
      );
    const state = async (sandbox: RunningSandbox): Promise<string> => (await send(sandbox, 'GET', '/_sandbox/blobs')).textAt('state');

    it('is started by the first who wants a blob, and gone with the sandbox', async () => {
      const sandbox = await start();
      assert.equal(await state(sandbox), 'notStarted');
      const both = await Promise.all([containers(sandbox), containers(sandbox)]);
      assert.deepEqual(
        both.map((answer) => [answer.status, answer.at('value.0.name')]),
        [
          [200, 'apim-backups'],
          [200, 'apim-backups'],
        ],
      );
      const view = await send(sandbox, 'GET', '/_sandbox/blobs');
      assert.equal(view.at('state'), 'running');
      assert.equal(view.at('endpoint'), `${sandbox.endpoint.resourceManagerEndpoint}/`);
      const port = Number(view.at('azurite.port'));
      assert.equal(await listens(port), true);
      await sandbox.close();
      await until('the end of Azurite', async () => ((await listens(port)) ? undefined : true));
    });

    it('that has died is started again, with what is there from the start', async () => {
      const sandbox = await start();
      await containers(sandbox);
      const pid = Number((await send(sandbox, 'GET', '/_sandbox/blobs')).at('azurite.pid'));
      process.kill(pid, 'SIGKILL');
      await until('its end', async () => ((await state(sandbox)) === 'notStarted' ? true : undefined));
      assert.equal((await containers(sandbox)).status, 200);
    });

    it('does not outlive a sandbox that is killed', async () => {
      const child = spawn(process.execPath, ['src/sandbox/main.ts'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const endpoint = JSON.parse(line.toString()) as SandboxEndpoint;
      const sandbox = { endpoint, certificateAuthority: readFileSync(endpoint.certificateAuthorityFile, 'utf8') } as RunningSandbox;
      const started = await send(sandbox, 'POST', '/_sandbox/blobs/start');
      assert.equal(started.at('state'), 'running', started.text);
      const port = Number(started.at('azurite.port'));
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(join(endpoint.certificateAuthorityFile, '..'), { recursive: true, force: true });
      await until('the end of Azurite', async () => ((await listens(port)) ? undefined : true));
    });

    it('that is not there is missed by everyone in plain words, until a path to it is given', async () => {
      const sandbox = await start('none');
      const view = await send(sandbox, 'GET', '/_sandbox/blobs');
      assert.equal(view.at('state'), 'missing');
      assert.match(view.textAt('problem'), /Azurite was not found.*npm install --global azurite@/);
      const listed = await containers(sandbox);
      assert.deepEqual([listed.status, listed.at('error.code')], [501, 'SandboxBlobServiceMissing']);
      assert.match(listed.textAt('error.message'), /Azurite was not found/);
      const body = {
        storageAccount: 'stnwapimweu',
        containerName: 'apim-backups',
        backupName: 'x',
        accessType: 'SystemAssignedManagedIdentity',
      };
      const service = `${group(sandbox)}/providers/Microsoft.ApiManagement/service/apim-northwind-weu`;
      const options = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const asked = await send(sandbox, 'POST', `${service}/backup?api-version=2024-05-01`, options);
      assert.deepEqual([asked.status, asked.at('error.code')], [501, 'SandboxBlobServiceMissing']);
      assert.equal((await send(sandbox, 'GET', `${service}?api-version=2024-05-01`)).at('properties.provisioningState'), 'Succeeded');
      const blob = await send(sandbox, 'GET', '/stnwapimweu/apim-backups/x', { token: null });
      assert.equal(blob.status, 501);
      assert.match(blob.text, /<Code>SandboxBlobServiceMissing<\/Code><Message>[^<]*Azurite was not found/);

      const wrong = await send(sandbox, 'POST', '/_sandbox/blobs/start', { body: JSON.stringify({ path: join(folder, 'nothing') }) });
      assert.deepEqual([wrong.status, wrong.at('error.code')], [400, 'InvalidBlobRequest']);
      const right = await send(sandbox, 'POST', '/_sandbox/blobs/start', { body: JSON.stringify({ path: packageFolder }) });
      assert.equal(right.at('state'), 'running', right.text);
      assert.equal((await containers(sandbox)).status, 200);
    });

    it('that does not start says what it said, and another one can be given', async () => {
      const main = install(join(folder, 'broken'));
      const sandbox = await start({ main, version: '9.9.9' });
      const listed = await containers(sandbox);
      assert.equal(listed.status, 501);
      assert.match(listed.textAt('error.message'), /^Azurite 9\.9\.9 \(.*\) does not start: it ended with code 3\nno room for blobs$/);
      assert.equal(await state(sandbox), 'failed');
      const right = await send(sandbox, 'POST', '/_sandbox/blobs/start', { body: JSON.stringify({ path: packageFolder }) });
      assert.equal(right.at('state'), 'running', right.text);
    });

    it('control requests that make no sense are refused with the reason', async () => {
      const sandbox = await start();
      const age = (body: string) => send(sandbox, 'POST', '/_sandbox/blobs/age', { body });
      const given = { account: 'stnwapimweu', container: 'apim-backups', blob: 'x', days: 3 };
      assert.match((await age('{')).textAt('error.code'), /InvalidBlobRequest/);
      assert.match((await age(JSON.stringify({ ...given, days: -1 }))).textAt('error.message'), /^days: /);
      assert.match(
        (await age(JSON.stringify({ ...given, account: 'nobody' }))).textAt('error.message'),
        /There is no storage account "nobody"; there are stnwapimweu/,
      );
      assert.match(
        (await age(JSON.stringify(given))).textAt('error.message'),
        /There is no blob "x" in stnwapimweu\/apim-backups \(BlobNotFound\)/,
      );
      assert.equal((await send(sandbox, 'GET', '/_sandbox/blobs', { token: null })).status, 401);
    });
  });
});

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
