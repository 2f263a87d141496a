/** A row and its details in one: most tests do not care which of the two shows a thing. */
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { Standing } from '../../../src/operations/types.ts';
import { jobDetails, operationDetails } from '../../../src/views/operationDetails.ts';
import { jobRow, operationRow, type Retried } from '../../../src/views/operationRow.ts';
import type { DetailsView, RowView } from '../../../src/views/protocol.ts';
import type { RecentJob } from '../../../src/views/recentJobs.ts';

export type FullView = RowView & DetailsView;

export function operationView(record: OperationRecord, standing: Standing, retried: Retried = {}): FullView {
  return { ...operationDetails(record, standing, retried), ...operationRow(record, standing, retried) };
}

export function jobView(job: RecentJob): FullView {
  return { ...jobDetails(job), ...jobRow(job) };
}
