import * as vscode from 'vscode';
import type { Disposable } from '../core/events.ts';
import type { OperationRecord } from '../core/operation.ts';
import { systemClock } from '../operations/clock.ts';
import type { OperationEngine } from '../operations/types.ts';
import { batchDocument } from './batchDocument.ts';
import { batchSummary, type Batch } from './batches.ts';
import { BatchTeller } from './batchTeller.ts';
import { batchMessage, endMessage, retryOffer, type EndMessage } from './endMessage.ts';

/** What ends within this time of the first is told together. */
const gatherMs = 1_500;
const showJobs = 'Show Jobs';
const showAll = 'Show All';
const copyStatement = 'Copy the Statement';

export interface NotificationServices {
  readonly engine: OperationEngine;
  /** Brings the Jobs panel forward, at an operation. */
  showJobs(id: string): void;
  /** Opens a plain text that cannot be edited. */
  showText(name: string, text: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Tries again what failed or was not sent, of a batch or alone. */
  tryAgain(triedId: string): Promise<void>;
}

/** Tells the end of operations, in the window that followed them; of those started together, when all have ended. Progress is never told this way. */
export function notifyEnds(services: NotificationServices): Disposable {
  const { engine } = services;
  let gathered: OperationRecord[] = [];
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const [first, ...rest] = gathered;
    gathered = [];
    timer = undefined;
    if (first) {
      void showMessage(services, endMessage([first, ...rest]), [first, ...rest]);
    }
  };
  const gather = (record: OperationRecord): void => {
    gathered.push(record);
    timer ??= setTimeout(tell, gatherMs);
  };
  const teller = new BatchTeller({
    engine,
    clock: systemClock,
    tell: (batch) =>
      void (batch.size === 1
        ? showMessage(services, endMessage(batch.records), batch.records)
        : showMessage(services, batchMessage(batch), batch.records, batch)),
    tellAlone: gather,
  });
  const subscription = engine.onDidEnd((record) => (record.batch ? undefined : gather(record)));
  return {
    dispose: () => {
      subscription.dispose();
      teller.dispose();
      clearTimeout(timer);
    },
  };
}

async function showMessage(
  services: NotificationServices,
  message: EndMessage,
  told: readonly OperationRecord[],
  batch?: Batch,
): Promise<void> {
  const open = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[message.level];
  const { statement } = message;
  const retry = retryOffer(told, services.engine.list());
  const buttons = [
    showJobs,
    ...(batch ? [showAll] : []),
    ...(retry ? [retry.label] : []),
    ...(statement === undefined ? [] : [copyStatement]),
  ];
  const chosen = await open<string>(message.text, ...buttons);
  if (chosen === showJobs) {
    services.showJobs(message.showId);
  } else if (chosen === showAll && batch) {
    await services.showText(batchSummary(batch), batchDocument(batch));
  } else if (retry && chosen === retry.label) {
    await services.tryAgain(retry.triedId);
  } else if (chosen === copyStatement && statement !== undefined) {
    await services.copyText(statement);
  }
}
