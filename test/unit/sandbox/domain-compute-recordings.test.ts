// The Azure CLI's recorded sessions with restore points, said again to the sandbox: same answers, same members.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ComputeDomain } from './computeSupport.ts';
import { minute, type DomainReply } from './domainSupport.ts';

const folder = join(import.meta.dirname, '../../../../shared/recordings/azure-cli-2025-10');
const files = ['test_restore_point_collection', 'test_restore_point', 'test_vm_disk_from_restore_point'];

interface Interaction {
  readonly request: { readonly method: string; readonly url: string; readonly body?: unknown };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };
}

/** Members with their kinds of value: `properties.source.id string`. Tags have free names. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry) => shapeOf(entry, `${path}[]`));
  }
  if (typeof value !== 'object' || value === null) {
    return [`${path} ${typeof value}`];
  }
  return path.endsWith('tags') ? [] : Object.entries(value).flatMap(([key, entry]) => shapeOf(entry, path === '' ? key : `${path}.${key}`));
}

/** What depends on the machine or on what else is in the subscription, not on the service. */
const ofTheWorld =
  /^nextLink|^tags|value\[\]\.tags|osProfile|securityProfile|dataDisks|diskControllerType|^value\[\]\.properties\.instantAccess/;

describe('sandbox domain: restore points as the Azure CLI met them', () => {
  for (const file of files) {
    it(file, async function () {
      const path = join(folder, `${file}.json`);
      if (!existsSync(path)) {
        console.log(`skipped: there is no recording ${path}`);
        return this.skip();
      }
      const { interactions } = JSON.parse(readFileSync(path, 'utf8')) as { interactions: Interaction[] };
      const session = new Session();
      let compared = 0;
      for (const interaction of interactions.filter(isOurs)) {
        await session.repeat(interaction);
        compared += 1;
      }
      assert.ok(compared >= 7, `only ${compared} requests were compared`);
    });
  }
});

function isOurs({ request: { method, url } }: Interaction): boolean {
  return /\/restorePointCollections|Operations\/|\/operations\//i.test(url) || (method === 'PUT' && url.includes('/disks/'));
}

/** A recorded session, in the sandbox's names. */
class Session {
  readonly domain = new ComputeDomain();
  #last: DomainReply | undefined;
  #point = '';

  async repeat({ request, response }: Interaction): Promise<void> {
    const what = `${request.method} ${request.url}`;
    const reply = await this.#send(request, response);
    assert.equal(reply.status, response.status, `${what}: ${JSON.stringify(reply.body)}`);
    const headers = (of: Readonly<Record<string, string>>): string[] =>
      ['azure-asyncoperation', 'azure-asyncnotification', 'location'].filter((name) =>
        Object.keys(of).some((known) => known.toLowerCase() === name),
      );
    assert.deepEqual(headers(reply.headers), headers(response.headers), what);
    const shape = (body: unknown): string[] => [...new Set(shapeOf(body ?? {}))].filter((member) => !ofTheWorld.test(member)).sort();
    assert.deepEqual(shape(reply.body), shape(response.body), what);
    if (!this.#isPoll(request.url)) {
      this.#last = reply;
    }
    if (/restorePoints\/[^/?]+\?/.test(request.url) && request.method === 'PUT') {
      this.#point = String(reply.at('id'));
    }
  }

  async #send(request: Interaction['request'], response: Interaction['response']): Promise<DomainReply> {
    if (this.#isPoll(request.url)) {
      if ((response.body as { status?: string } | null)?.status !== 'InProgress') {
        this.domain.pass(minute);
      }
      const name = request.url.includes('monitor=true') ? 'Location' : 'Azure-AsyncOperation';
      return this.domain.get(this.#last?.headers[name] ?? '');
    }
    const url = this.#translate(request.url);
    const body = request.body === undefined ? undefined : (JSON.parse(await this.#withDiskPoint(JSON.stringify(request.body))) as unknown);
    return this.domain.call(request.method, url, body);
  }

  #isPoll(url: string): boolean {
    return /\/locations\/[^/]+\/(Disk)?operations\//i.test(url);
  }

  #translate(text: string): string {
    const [subscriptionId = ''] = this.domain.world.subscriptionIds;
    return text
      .replaceAll('00000000-0000-0000-0000-000000000000', subscriptionId)
      .replace(/https:\/\/management\.azure\.com/g, 'https://127.0.0.1:8443')
      .replace(/\/resourceGroups\/[^/"]+/g, '/resourceGroups/rg-webshop-prod')
      .replace(/\/virtualMachines\/[^/"?]+/g, '/virtualMachines/vm-web-01')
      .replace(/"location":"[^"]+"/g, '"location":"westeurope"');
  }

  /** The id of a disk restore point holds a GUID that only the service knows; a disk may grow, not shrink. */
  async #withDiskPoint(text: string): Promise<string> {
    const translated = this.#translate(text);
    if (!translated.includes('/diskRestorePoints/')) {
      return translated;
    }
    const [, disk = ''] = await this.domain.diskPoints(this.#point);
    return translated
      .replace(/"[^"]+\/diskRestorePoints\/[^"]+"/, () => JSON.stringify(disk))
      .replace(/"diskSizeGB":\d+/, '"diskSizeGB":256');
  }
}
