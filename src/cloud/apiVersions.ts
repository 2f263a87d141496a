/** Every api-version that is sent, in one place. */
export const apiVersions = {
  subscriptions: '2022-12-01',
  tenants: '2022-12-01',
  resources: '2021-04-01',
  /** Microsoft.RecoveryServices vaults. */
  vaults: '2024-04-01',
  /** Microsoft.RecoveryServices backup: the newest one of which real traffic was recorded. */
  backup: '2025-02-01',
  virtualMachines: '2024-07-01',
  /** Microsoft.Compute restore points and their collections: what @azure/arm-compute sends, which lets nobody choose. */
  restorePoints: '2026-03-01',
  /** Microsoft.Compute disks and disk restore points: as above. */
  disks: '2025-01-02',
  apiManagement: '2024-05-01',
  /** Microsoft.Storage: accounts, their keys and containers. */
  storage: '2024-01-01',
  roleAssignments: '2022-04-01',
} as const;
