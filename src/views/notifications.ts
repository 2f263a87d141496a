import * as vscode from 'vscode';
import type { Disposable } from '../core/events.ts';
import type { OperationRecord } from '../core/operation.ts';
import { systemClock } from '../operations/clock.ts';
import { toRetry } from '../operations/fates.ts';
import type { OperationEngine } from '../operations/types.ts';
import { batchDocument } from './batchDocument.ts';
import { batchSummary, type Batch } from './batches.ts';
import { BatchTeller } from './batchTeller.ts';
import { batchMessage, endMessage, type EndMessage } from './endMessage.ts';

/** What ends within this time of the first is told together. */
const gatherMs = 1_500;
const showJobs = 'Show Jobs';
const showAll = 'Show All';
const retry = 'Retry the Failed';
const copyStatement = 'Copy the Statement';

export interface NotificationServices {
  readonly engine: OperationEngine;
  /** Brings the Jobs panel forward, at an operation. */
  showJobs(id: string): void;
  /** Opens a plain text that cannot be edited. */
  showText(name: string, text: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Tries those of a batch again that failed or were not sent. */
  retryFailed(batchId: string): Promise<void>;
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
      void showMessage(services, endMessage([first, ...rest]));
    }
  };
  const gather = (record: OperationRecord): void => {
    gathered.push(record);
    timer ??= setTimeout(tell, gatherMs);
  };
  const teller = new BatchTeller({
    engine,
    clock: systemClock,
    tell: (batch) => void showMessage(services, batch.size === 1 ? endMessage(batch.records) : batchMessage(batch), batch),
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

async function showMessage(services: NotificationServices, message: EndMessage, batch?: Batch): Promise<void> {
  const open = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[message.level];
  const { statement } = message;
  const buttons = [
    showJobs,
    ...(batch && batch.size > 1 ? [showAll] : []),
    ...(batch && toRetry(services.engine.list(), batch.id).length > 0 ? [retry] : []),
    ...(statement === undefined ? [] : [copyStatement]),
  ];
  const chosen = await open<string>(message.text, ...buttons);
  if (chosen === showJobs) {
    services.showJobs(message.showId);
  } else if (chosen === showAll && batch) {
    await services.showText(batchSummary(batch), batchDocument(batch));
  } else if (chosen === retry && batch) {
    await services.retryFailed(batch.id);
  } else if (chosen === copyStatement && statement !== undefined) {
    await services.copyText(statement);
  }
}
