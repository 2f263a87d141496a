/** What is done per record of a large list, counted: a vault is searched host by host, and each must not read all of it anew. */
import assert from 'node:assert/strict';
import { groupText } from '../../../src/inventory/groupTexts.ts';
import { Lists } from '../../../src/inventory/lists.ts';
import { machinesOf, protectedIn } from '../../../src/inventory/servers.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import {
  readProtectableItem,
  readProtectedItem,
  type ProtectableItem,
  type ProtectedItem,
} from '../../../src/providers/recoveryServices/model.ts';
import { protectedDatabase, sqlDatabase, sqlInstance } from './sqlRecords.ts';

const servers = Array.from({ length: 100 }, (_none, at) => `sql-${at}`);
const signal = new AbortController().signal;

describe('large vaults', () => {
  it('have their protected databases sorted to the hosts once, and each host gets its own', () => {
    let read = 0;
    const items = servers.flatMap((server) =>
      ['a', 'b'].map((name): ProtectedItem => {
        const item = readProtectedItem(protectedDatabase(server, 'MSSQLSERVER', name));
        const { containerId = '' } = item;
        return Object.defineProperty({ ...item }, 'containerId', { get: () => (read++, containerId) });
      }),
    );
    const machines = machinesOf(servers.map((server) => readProtectableItem(sqlInstance(server, 'MSSQLSERVER', 2))));
    for (const server of machines.servers.values()) {
      const [host] = server.hosts;
      assert.ok(host);
      const names = protectedIn(host, server, items).map(({ serverName, friendlyName }) => `${serverName} ${friendlyName}`);
      assert.deepEqual(
        names,
        ['a', 'b'].map((name) => `${host.item.serverName} ${name}`),
      );
    }
    assert.ok(read <= 3 * items.length, `${read} looks at ${items.length} databases, for ${servers.length} hosts`);
  });

  it('count what their groups say once, until the list or what has left it changes', async () => {
    const records = servers.map((server) => readProtectableItem(sqlDatabase(server, 'MSSQLSERVER', 'a')));
    const pages = [records.slice(0, 60), records.slice(60)];
    const lists = new Lists();
    const list = lists.get<ProtectableItem>('vault#protectableItems', () => ({
      fetch: (next) =>
        Promise.resolve({ items: pages[Number(next ?? 0)] ?? [], problems: [], ...(next === undefined ? { next: '1' } : {}) }),
      idOf: ({ id }) => id,
      compare: () => 0,
      atLeast: 1,
    }));
    await list.first(signal);
    let asked = 0;
    const overlay = { version: 0, isGone: (id: string) => (asked++, id === records[0]?.id && overlay.version > 0) };
    const text = (): string | undefined =>
      groupText({ key: 'vault' } as InventoryNode, 'protectableItems', { lists, overlay, now: Date.now });
    assert.deepEqual([text(), text(), text()], Array(3).fill('60 loaded, there are more'));
    assert.equal(asked, 60);
    overlay.version++;
    assert.equal(text(), '59 loaded, there are more');
    await list.more('1', signal);
    assert.equal(text(), '99');
  });
});
