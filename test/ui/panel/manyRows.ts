import type { FullView } from '../../unit/views/fullView.ts';
import { row } from './rows.ts';

const vaultOf = (at: number): { containerId: string; containerName: string } => {
  // Two of three have the same name, in different resource groups.
  const name = `vault-${at % 3 === 2 ? 1 : 0}`;
  return {
    containerName: name,
    containerId: `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-${at % 3}/providers/Microsoft.RecoveryServices/vaults/${name}`,
  };
};

/** Operations that run, `o0` the newest: in three vaults, of two systems, each with its percentage. */
export function manyRows(count: number): FullView[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `vm-${String(at).padStart(4, '0')}`;
    return row(`o${at}`, name, at * 1_000, {
      actionId: at % 2 === 0 ? 'backUpNow' : 'copyRestorePoint',
      target: { id: `/subscriptions/1/${name}`, name, kind: 'VM', ...vaultOf(at) },
      progress: { percent: (at * 7) % 100 },
    });
  });
}
