import { isCancelled } from '../core/cancellation.ts';
import { BackupError, messageOf, toErrorRecord } from '../core/errors.ts';
import { lineText } from '../core/displayText.ts';
import type { CommandServices } from './services.ts';

const choices = ['Show Log', 'Copy Details'] as const;

/** The sentence of an error and what to do about it, on one line: what a notification can hold. */
export function failureText(error: unknown): string {
  const remedies = error instanceof BackupError ? (error.facts.remedies ?? []) : [];
  return lineText([messageOf(error), ...remedies].join(' '));
}

/** What a person can hand to support: the facts of an error, without stack, body or query. */
function failureDetails(error: unknown): string {
  const { attempted, resource } = error instanceof BackupError ? error.facts : {};
  return JSON.stringify({ ...toErrorRecord(error), attempted, resource }, null, 2);
}

/** Tells the person; a cancellation is no failure and says nothing. Never rejects. */
export async function showFailure(
  services: Pick<CommandServices, 'prompter' | 'log' | 'showLog' | 'copyText'>,
  what: string,
  error: unknown,
): Promise<void> {
  if (isCancelled(error)) {
    return;
  }
  const { code, status, requestId } = toErrorRecord(error);
  services.log(
    `${what} failed: ${[code, status, requestId && `request id ${requestId}`].filter(Boolean).join(', ')}: ${lineText(messageOf(error))}`,
  );
  const chosen = await services.prompter.tell('error', failureText(error), choices);
  if (chosen === 'Show Log') {
    services.showLog();
  } else if (chosen === 'Copy Details') {
    await services.copyText(failureDetails(error));
  }
}
