import { toText, type Fields } from '../../arm/fields.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import { withoutSignatures } from '../../../core/signedUrl.ts';

/**
 * One of the forms in which Azure Backup explains itself: `{code, message, recommendations}` of an item,
 * `{errorCode, errorTitle, errorString, recommendations}` of a job, `{code, title, message}` of a health check.
 * Undefined where it says that all is well (`code: "Success"`) or says nothing.
 */
export function readErrorDetail(fields: Fields): ErrorRecord | undefined {
  const title = fields.text('errorTitle', 'title');
  const number = fields.text('errorCode', 'code');
  const code = title ?? number;
  const message = explanation(fields.text('errorString', 'message'), fields.text('additionalDetails'));
  if (code === undefined && message === undefined) {
    return undefined;
  }
  if (code?.toLowerCase() === 'success') {
    return undefined;
  }
  const remedies = fields.list('recommendations').flatMap((one) => withoutSignatures(toText(one)) ?? []);
  return {
    code: code ?? 'Unknown',
    message: withoutSignatures(message) ?? `Azure gave no explanation beside its code ${code}.`,
    ...(remedies.length > 0 ? { remedies } : {}),
    ...(number !== undefined && number !== code ? { detail: { errorCode: number } } : {}),
  };
}

/** Jobs of databases say what SQL Server answered beside the service's own sentence. */
function explanation(message: string | undefined, additional: string | undefined): string | undefined {
  const more = additional?.trim();
  if (message === undefined || !more) {
    return message ?? additional;
  }
  return message.includes(more) ? message : `${message} ${more}`;
}
