/** What can be begun in each of the systems: the targets of a sandbox's world, as a person would choose them. */
import assert from 'node:assert/strict';
import { delay } from '../../../src/core/cancellation.ts';
import { stringAt } from '../../../src/core/json.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as apis from '../../../src/providers/apiManagement/api.ts';
import * as vaults from '../../../src/providers/recoveryServices/api.ts';
import type { Vault } from '../../../src/providers/recoveryServices/model.ts';
import * as points from '../../../src/providers/restorePoints/api.ts';
import * as veeam from '../../../src/providers/veeam/api.ts';
import type { Prepared, SpoiledCloud } from './spoiledCloud.ts';
import { messageOf } from './spoilings.ts';

export class FiveSystems {
  readonly #cloud: SpoiledCloud;

  constructor(cloud: SpoiledCloud) {
    this.#cloud = cloud;
  }

  async machineBackup(name: string): Promise<Prepared> {
    const vault = await this.#vault('rsv-webshop-weu');
    return this.#backup('backUpNow', vault, name, {});
  }

  async databaseBackup(name: string): Promise<Prepared> {
    const vault = await this.#vault('rsv-sql-weu');
    return this.#backup('backUpDatabase', vault, name, { backupType: 'CopyOnlyFull', compression: 'no' });
  }

  async registration(name: string): Promise<Prepared> {
    const { items } = await vaults.listProtectableContainers(this.#cloud.arm, (await this.#vault('rsv-sql-weu')).id);
    return this.#cloud.prepare('registerContainer', targetOf('protectableContainer', name, items), {});
  }

  /** Into a collection that is made for it. */
  async restorePoint(machine: string, collectionName: string): Promise<Prepared> {
    const answers = { collection: 'new', collectionName, pointName: 'p1', consistency: 'CrashConsistent' };
    return this.#cloud.prepare('createRestorePoint', await this.machine(machine), answers);
  }

  /** One more in a collection of that machine. */
  async anotherPoint(machine: string, collectionName: string, pointName: string): Promise<Prepared> {
    const { id } = await this.machine(machine);
    const collectionId = `${id.slice(0, id.indexOf('/providers/'))}/providers/Microsoft.Compute/restorePointCollections/${collectionName}`;
    const model = await points.getCollection(this.#cloud.arm, collectionId);
    const target = { kind: 'restorePointCollection', id: model.id, name: model.name, model };
    return this.#cloud.prepare('addRestorePoint', target, { pointName, consistency: 'CrashConsistent' });
  }

  async machine(name: string): Promise<ActionTarget> {
    return this.#find(
      async (scope) => (await points.readAll(this.#cloud.arm, points.lists.virtualMachines(scope))).items,
      'virtualMachine',
      name,
    );
  }

  async serviceBackup(name: string, backupName: string): Promise<Prepared> {
    const { arm } = this.#cloud;
    const service = await this.#find(
      async (scope) => (await apis.readAll(arm, apis.lists.services(scope))).items,
      'apiManagementService',
      name,
    );
    const account = await this.#find(
      async (scope) => (await apis.readAll(arm, apis.lists.accounts(scope))).items,
      'account',
      'stnwapimweu',
    );
    const answers = { account: account.id, container: 'apim-backups', backupName, access: 'system' };
    return this.#cloud.prepare('backUpService', service, answers);
  }

  async snapshot(machine: string): Promise<Prepared> {
    const { client, origin } = this.#cloud.appliance;
    const query = veeam.lists.machines(origin, client.apiVersion(), machine);
    const items = (await client.page(query.path)).items.map(query.read);
    return this.#cloud.prepare('takeVeeamSnapshot', targetOf('veeamMachine', machine, items), { account: '-' });
  }

  async #backup(actionId: string, vault: Vault, name: string, more: Readonly<Record<string, string>>): Promise<Prepared> {
    const { items } = await vaults.listProtectedItems(this.#cloud.arm, vault.id);
    const target = targetOf(
      'protectedItem',
      name,
      items.map((item) => ({ ...item, name: item.friendlyName })),
    );
    return this.#cloud.prepare(actionId, target, { expiry: new Date(Date.now() + 60 * 86_400_000).toISOString(), ...more });
  }

  async #vault(name: string): Promise<Vault> {
    const { model } = await this.#find(async (scope) => (await vaults.listVaults(this.#cloud.arm, scope)).items, 'vault', name);
    return model;
  }

  async #find<Model extends Named>(
    list: (scope: string) => Promise<readonly Model[]>,
    kind: string,
    name: string,
  ): Promise<ActionTarget<Model>> {
    const all = await Promise.all(this.#cloud.sandbox.endpoint.subscriptionIds.map((id) => list(`/subscriptions/${id}`)));
    return targetOf(kind, name, all.flat());
  }
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly friendlyName?: string;
}

function targetOf<Model extends Named>(kind: string, name: string, models: readonly Model[]): ActionTarget<Model> {
  const model = models.find((one) => (one.friendlyName ?? one.name) === name);
  assert.ok(model, `the sandbox has no ${kind} ${name}`);
  return { kind, id: model.id, name, model };
}

/** Starting Azurite takes longer than a client that is in a hurry waits. */
export async function blobsServe({ arm }: SpoiledCloud): Promise<void> {
  const origin = arm.environment.resourceManagerEndpoint;
  await arm.send({ method: 'POST', url: `${origin}/_sandbox/blobs/start`, headers: {} }).catch(() => undefined);
  for (const until = Date.now() + 30_000; ; await delay(50)) {
    const state = await arm.get('/_sandbox/blobs').then(({ body }) => stringAt(body, 'state'), messageOf);
    if (state === 'running') {
      return;
    }
    assert.ok(Date.now() < until, `The blob service does not serve: ${state}`);
  }
}
