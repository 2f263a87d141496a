/** Addresses below a resource that Azure named. The only place where paths of this provider are put together. */
import { apiVersions } from '../../cloud/apiVersions.ts';

/** Names and values of a `$filter`: Azure Backup knows `eq` and `and` only. Undefined and empty values are left out. */
export type FilterValues = Readonly<Record<string, string | undefined>>;

/** `backupManagementType eq 'AzureIaasVM' and itemType eq 'VM'`; a quote inside a value is doubled. */
export function filterText(values: FilterValues): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name} eq '${value.replaceAll("'", "''")}'`]))
    .join(' and ');
}

export interface ArmPathOptions {
  readonly filter?: FilterValues;
  readonly apiVersion?: string;
}

/**
 * The path (starting with `/`) and query of something below a resource.
 * @param id an id as Azure gave it: plain or percent-encoded, with doubled slashes, or as a full URL (`vaultId` of items).
 * @param below further segments, e.g. `backupJobs`; encoded as they are.
 */
export function armPath(id: string, below: readonly string[] = [], options: ArmPathOptions = {}): string {
  const filter = filterText(options.filter ?? {});
  const query = `api-version=${options.apiVersion ?? apiVersions.backup}${filter ? `&$filter=${encodeURIComponent(filter)}` : ''}`;
  return `${encodeId(id)}${below.map((segment) => `/${encodeURIComponent(segment)}`).join('')}?${query}`;
}

/** Each segment encoded once, whether it came encoded or not. */
function encodeId(id: string): string {
  // A query has a name and an equals sign: a database may be called `Who?`.
  const path = id.replace(/^https?:\/\/[^/]+/i, '').replace(/\?[\w$%.-]+=.*$/s, '');
  const segments = path.split('/').filter(Boolean);
  return segments.map((segment) => `/${encodeURIComponent(decoded(segment))}`).join('');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A name with a stray percent sign came plain.
    return segment;
  }
}

/** A moment as job filters want it, UTC: `2016-04-19 11:30:00 AM`. */
export function filterMoment(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T');
  const hours = Number(time.slice(0, 2));
  const twelve = String(hours % 12 === 0 ? 12 : hours % 12).padStart(2, '0');
  return `${date} ${twelve}${time.slice(2, 8)} ${hours < 12 ? 'AM' : 'PM'}`;
}
