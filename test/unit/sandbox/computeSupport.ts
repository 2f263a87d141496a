import assert from 'node:assert/strict';
import { estateOf } from '../../../src/sandbox/compute/estates.ts';
import { serveBlob, type BlobReply } from '../../../src/sandbox/compute/blobs.ts';
import { Domain, type DomainReply } from './domainSupport.ts';

/** What the newest client library asks with. */
const computeVersion = '2026-03-01';
const origin = 'https://127.0.0.1:8443';

/** The sandbox's restore points without HTTP, on a clock that the test moves. */
export class ComputeDomain extends Domain {
  async compute(method: string, target: string, body?: unknown): Promise<DomainReply> {
    return this.call(method, target, body, computeVersion);
  }

  /** Id of a collection in the group of a machine. */
  collectionId(machine: string, name: string): string {
    return this.machineId(machine).replace(/virtualMachines\/[^/]+$/, `restorePointCollections/${name}`);
  }

  /** A new collection of a machine, in its region; its id. */
  async newCollection(machine: string, name = `rpc-test-${machine}`, more: object = {}): Promise<string> {
    const id = this.collectionId(machine, name);
    const made = await this.compute('PUT', id, {
      location: this.locationOf(machine),
      properties: { source: { id: this.machineId(machine) }, ...more },
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return id;
  }

  /** A new collection for copies of another; its id. */
  async newTarget(sourceId: string, location: string, name = 'rpc-test-target'): Promise<string> {
    const id = sourceId.replace(/[^/]+$/, name);
    const made = await this.compute('PUT', id, { location, properties: { source: { id: sourceId } } });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return id;
  }

  /** A new point, finished; its id. */
  async newPoint(collectionId: string, name: string, properties: object = {}): Promise<string> {
    const id = `${collectionId}/restorePoints/${name}`;
    const made = await this.compute('PUT', id, { properties });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    this.pass(90_000);
    return id;
  }

  locationOf(machine: string): string {
    return this.world.machine(this.machineId(machine))?.location ?? '';
  }

  diskIds(machine: string): string[] {
    const found = this.world.machine(this.machineId(machine));
    return (found?.disks ?? []).map((disk) => this.machineId(machine).replace(/virtualMachines\/[^/]+$/, `disks/${disk.name}`));
  }

  /** Ids of the disk restore points of a point. */
  async diskPoints(pointId: string): Promise<string[]> {
    return (await this.all(`${pointId}/diskRestorePoints?api-version=2025-01-02`)).map((disk) => disk.id);
  }

  /** The end of an operation, through the URL that an answer gave. */
  async ended(accepted: DomainReply, ms: number): Promise<DomainReply> {
    this.pass(ms);
    const status = await this.get(accepted.headers['Azure-AsyncOperation'] ?? '');
    assert.notEqual(status.at('status'), 'InProgress', JSON.stringify(status.body));
    return status;
  }

  /** A link to a disk restore point. */
  async link(diskPointId: string, seconds: number): Promise<string> {
    const accepted = await this.compute('POST', `${diskPointId}/beginGetAccess`, { access: 'Read', durationInSeconds: seconds });
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    this.pass(2000);
    const result = await this.get(accepted.headers.Location ?? '');
    assert.equal(result.status, 200);
    return String(result.at('accessSAS'));
  }

  /** What a link leads to. */
  follow(link: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): BlobReply {
    const url = new URL(link);
    assert.equal(url.origin, origin);
    const reply = serveBlob(estateOf(this.world), { method, path: url.pathname, query: url.searchParams, headers });
    assert.ok(reply, `${url.pathname} is no blob's path`);
    return reply;
  }
}

/** Code and status of a refusal, for one assertion. */
export function refusal(reply: DomainReply): string {
  return `${reply.status} ${String(reply.at('error.code'))}`;
}
