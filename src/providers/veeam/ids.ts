/**
 * Ids of what stands on an appliance. Veeam's own are unique on one appliance only, and no URLs: in the tree, the journal and
 * the panel they stand behind the appliance's host, `veeam://10.0.0.4:8443/virtualMachines/{id}`. For us alone: they are
 * never asked for.
 */
const scheme = 'veeam://';

type Collection = 'virtualMachines' | 'jobSessions';

export function applianceId(origin: string): string {
  return `${scheme}${new URL(origin).host}`;
}

export function thingId(origin: string, collection: Collection, id: string): string {
  return `${applianceId(origin)}/${collection}/${encodeURIComponent(id)}`;
}

/** The origin of the appliance that an id is of; undefined for ids of other systems. */
export function originOfId(id: string): string | undefined {
  const host = id.startsWith(scheme) ? id.slice(scheme.length).split('/')[0] : undefined;
  return host ? new URL(`https://${host}`).origin : undefined;
}

/** What stands on the appliance's lists: VMs or sessions. */
export function collectionOfId(id: string): string | undefined {
  return originOfId(id) === undefined ? undefined : id.slice(scheme.length).split('/')[1];
}
