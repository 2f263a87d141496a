/** What can be done about an error, whichever system's it is. */
import type { ErrorRecord } from '../core/errors.ts';
import { errorWithRemedies, remediesFor as backupRemediesFor } from './recoveryServices/errorKnowledge.ts';
import { apiManagementRemediesFor } from './apiManagement/errorKnowledge.ts';
import { computeRemediesFor } from './restorePoints/errorKnowledge.ts';

/**
 * Remedies for a code and its message; empty where none is known. Azure Backup's codes are its own and come first;
 * Microsoft.Compute and API Management use few and general ones, whose messages tell them apart.
 */
export function remediesFor(code: string, message = ''): readonly string[] {
  const known = backupRemediesFor(code);
  const general = known.length > 0 ? known : computeRemediesFor(code, message);
  return general.length > 0 ? general : apiManagementRemediesFor(code, message);
}

/** The error with what can be done about it, where the service itself gave no recommendation and we know one. */
export function explained(error: ErrorRecord): ErrorRecord {
  const known = errorWithRemedies(error);
  const remedies = known.remedies ?? remediesFor(error.code, error.message);
  return remedies.length > 0 ? { ...known, remedies } : known;
}
