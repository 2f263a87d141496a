import type { CloudEnvironment } from '../cloud/types.ts';
import { BackupError } from '../core/errors.ts';
import type { OperationRecord, PreparedRequest } from '../core/operation.ts';

/** Builds the request that asks the service to cancel an operation's job. The typed SDK is loaded then. @throws BackupError. */
export async function cancellingRequest(
  record: OperationRecord,
  environment: Pick<CloudEnvironment, 'resourceManagerEndpoint' | 'audience'>,
): Promise<PreparedRequest> {
  const { job } = record;
  if (!job) {
    throw new BackupError(`"${record.title}" of ${record.target.name} has no job that could be cancelled.`, {
      code: 'NotCancellable',
      attempted: 'cancel the job',
      resource: record.target.id,
    });
  }
  const { cancelJob } = await import('../providers/recoveryServices/requests.ts');
  return cancelJob(environment, job);
}
