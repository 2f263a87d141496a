/** What to do about an appliance's refusals. Its problem details have no codes of their own: status and words decide. */
const byMessage: readonly (readonly [RegExp, readonly string[]])[] = [
  [/without saying why/i, []],
  [
    /azureAccountId|service account/i,
    ['Choose another service account, or check it on the appliance: its permissions in Azure may be missing.'],
  ],
  [/was not found/i, ['The appliance does not know it any more: refresh its list.']],
  [/cannot be stopped/i, ['It has ended meanwhile: refresh the sessions.']],
  [/adequate privileges|permission/i, ['Sign in as a Portal Administrator or Portal Operator of the appliance: others may not do this.']],
  [/licen[cs]e/i, ['Look at the license of the appliance on its web page.']],
];

const byCode: Readonly<Record<string, readonly string[]>> = {
  Unauthorized: ['Run "Sign In Again..." on the appliance.'],
  Forbidden: ['Sign in as a Portal Administrator or Portal Operator of the appliance: others may not do this.'],
  NotFound: [
    'This version of the REST API may lack the call: run "Sign In Again..." to have the version found anew, or set azureBackup.veeam.apiVersion.',
  ],
  MethodNotAllowed: ['This version of the REST API lacks the call: set azureBackup.veeam.apiVersion to another one.'],
  InternalServerError: ['Look at the appliance on its own web page, and try again in a few minutes.'],
  BadGateway: ['The appliance may be starting, or a gateway on the way has no connection to it: try again in a few minutes.'],
  ServiceUnavailable: ['The appliance may be starting: try again in a few minutes.'],
};

/** Remedies for a code, and for what its message says; empty where none is known. */
export function veeamRemediesFor(code: string, message = ''): readonly string[] {
  const told = byMessage.find(([pattern]) => pattern.test(message))?.[1] ?? [];
  return told.length > 0 ? told : (byCode[code] ?? []);
}
