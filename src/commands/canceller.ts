import type { CloudEnvironment } from '../cloud/types.ts';
import { BackupError } from '../core/errors.ts';
import type { OperationRecord, PreparedRequest } from '../core/operation.ts';
import { sessionTracker, stopUrlOf } from '../providers/veeam/tracking.ts';

/**
 * Builds the request that asks the service to cancel an operation's job. The typed SDK is loaded then.
 * @param environment of the connected cloud, whose job it is unless it is an appliance's. @throws BackupError.
 */
export async function cancellingRequest(
  record: OperationRecord,
  environment: () => Pick<CloudEnvironment, 'resourceManagerEndpoint' | 'audience'>,
): Promise<PreparedRequest> {
  const { job } = record;
  if (!job) {
    throw notCancellable(record);
  }
  if (record.tracker === sessionTracker.name) {
    const url = stopUrlOf(record.tracking);
    if (url === undefined) {
      throw notCancellable(record);
    }
    const { stopSession } = await import('../providers/veeam/requests.ts');
    return stopSession(url);
  }
  const { cancelJob } = await import('../providers/recoveryServices/requests.ts');
  return cancelJob(environment(), job);
}

function notCancellable({ title, target }: OperationRecord): BackupError {
  return new BackupError(`"${title}" of ${target.name} has no job that could be cancelled.`, {
    code: 'NotCancellable',
    attempted: 'cancel the job',
    resource: target.id,
  });
}
