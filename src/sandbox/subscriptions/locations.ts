import type { JsonObject } from '../arm/types.ts';

interface Location {
  readonly name: string;
  readonly displayName: string;
  readonly paired: string;
  readonly geography: string;
  readonly group: string;
}

/** The regions of this cloud: those of the standing world, then those that only generated vaults are in. */
export const locations: readonly Location[] = [
  { name: 'westeurope', displayName: 'West Europe', paired: 'northeurope', geography: 'Europe', group: 'Europe' },
  { name: 'northeurope', displayName: 'North Europe', paired: 'westeurope', geography: 'Europe', group: 'Europe' },
  { name: 'germanywestcentral', displayName: 'Germany West Central', paired: 'germanynorth', geography: 'Germany', group: 'Europe' },
  { name: 'swedencentral', displayName: 'Sweden Central', paired: 'swedensouth', geography: 'Sweden', group: 'Europe' },
  { name: 'eastus', displayName: 'East US', paired: 'westus', geography: 'United States', group: 'US' },
  { name: 'eastus2', displayName: 'East US 2', paired: 'centralus', geography: 'United States', group: 'US' },
  { name: 'westus2', displayName: 'West US 2', paired: 'westcentralus', geography: 'United States', group: 'US' },
  { name: 'westus3', displayName: 'West US 3', paired: 'eastus', geography: 'United States', group: 'US' },
  { name: 'uksouth', displayName: 'UK South', paired: 'ukwest', geography: 'United Kingdom', group: 'Europe' },
  { name: 'francecentral', displayName: 'France Central', paired: 'francesouth', geography: 'France', group: 'Europe' },
  { name: 'southeastasia', displayName: 'Southeast Asia', paired: 'eastasia', geography: 'Asia Pacific', group: 'Asia Pacific' },
  { name: 'japaneast', displayName: 'Japan East', paired: 'japanwest', geography: 'Japan', group: 'Asia Pacific' },
  { name: 'brazilsouth', displayName: 'Brazil South', paired: 'southcentralus', geography: 'Brazil', group: 'South America' },
];

export const locationNames: readonly string[] = locations.map((location) => location.name);

export function locationResource(subscriptionId: string, location: Location): JsonObject {
  return {
    id: `/subscriptions/${subscriptionId}/locations/${location.name}`,
    name: location.name,
    type: 'Region',
    displayName: location.displayName,
    regionalDisplayName: `(${location.group}) ${location.displayName}`,
    metadata: {
      regionType: 'Physical',
      regionCategory: 'Recommended',
      geography: location.geography,
      geographyGroup: location.group,
      pairedRegion: [{ name: location.paired, id: `/subscriptions/${subscriptionId}/locations/${location.paired}` }],
    },
  };
}
