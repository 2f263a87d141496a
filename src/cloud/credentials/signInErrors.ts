/** Why a sign-in failed, in plain words, and what to do. Never a secret: what was sent is not repeated. */
import { BackupError, messageOf } from '../../core/errors.ts';
import { explainNetworkError } from '../networkErrors.ts';
import type { CloudEnvironment } from '../types.ts';
import type { CredentialKind } from './types.ts';

export interface SignInAttempt {
  readonly kind: CredentialKind;
  /** As shown: `Azure CLI`. */
  readonly label: string;
  readonly environment: CloudEnvironment;
  /** Why the authority gave no answer, where it gave none. */
  readonly failure?: unknown;
  /** Texts that must not be shown, whatever an error says. */
  readonly secrets: readonly string[];
}

interface Known {
  readonly code: string;
  readonly remedies: readonly string[];
}

const secretRemedy = 'Sign out, sign in again and give the value of a valid secret (not its id).';
const prompt = 'Sign in again: the tenant asks for another factor or for consent.';

/** Microsoft's sign-in error numbers (AADSTS…). */
const numbers: Readonly<Record<string, Known>> = {
  '7000215': { code: 'SecretRefused', remedies: [secretRemedy] },
  '7000222': { code: 'SecretExpired', remedies: ['Create a new secret for the application in Microsoft Entra ID.', secretRemedy] },
  '7000218': { code: 'SecretRefused', remedies: [secretRemedy] },
  '700016': {
    code: 'ApplicationUnknown',
    remedies: ['Check the client id and the tenant: the application must exist in that very tenant of that very cloud.'],
  },
  '90002': { code: 'TenantUnknown', remedies: ['Check the tenant id, and that it belongs to the chosen cloud (azureBackup.cloud).'] },
  '900023': { code: 'TenantUnknown', remedies: ['Check the tenant id: it is a GUID or a domain of the tenant.'] },
  '500011': { code: 'AudienceUnknown', remedies: ['Check azureBackup.customCloud.audience: the authority gives no tokens for it.'] },
  '50076': { code: 'SignInNeeded', remedies: [prompt] },
  '50079': { code: 'SignInNeeded', remedies: [prompt] },
  '50158': { code: 'SignInNeeded', remedies: [prompt] },
  '65001': { code: 'SignInNeeded', remedies: [prompt] },
  '50173': { code: 'SignInNeeded', remedies: ['Sign in again: the earlier sign-in was revoked.'] },
  '700082': { code: 'SignInNeeded', remedies: ['Sign in again: the earlier sign-in has expired.'] },
  '53003': { code: 'AccessBlocked', remedies: ['A conditional access policy of the tenant blocks the sign-in: ask its administrator.'] },
  '50105': { code: 'AccessBlocked', remedies: ['Ask the administrator of the tenant to assign the application to you.'] },
};

/** The error of a sign-in that failed. */
export function signInError(error: unknown, attempt: SignInAttempt): BackupError {
  if (error instanceof BackupError) {
    return error;
  }
  if (attempt.failure instanceof BackupError) {
    return attempt.failure;
  }
  const { code, reason, remedies } = explain(error, attempt);
  return new BackupError(
    `Could not sign in to ${attempt.environment.label} with ${attempt.label}: ${redacted(reason, attempt.secrets)}`,
    { code, attempted: 'sign in', resource: attempt.environment.label, remedies },
    // The library's error may carry the request that was sent; its words are kept, it is not.
    { cause: new Error(redacted(messageOf(error), attempt.secrets)) },
  );
}

function explain(error: unknown, attempt: SignInAttempt): { code: string; reason: string; remedies: readonly string[] } {
  if (attempt.failure !== undefined) {
    const network = explainNetworkError(attempt.failure, new URL(attempt.environment.authorityHost).host);
    return { ...network, reason: `${network.reason}.` };
  }
  const message = messageOf(error);
  const number = /AADSTS(\d+)/.exec(message)?.[1];
  if (number !== undefined) {
    const sentence = /AADSTS\d+:\s*([^\r\n]*?)(?=\s*-?\s*(?:Trace ID|Correlation ID|Timestamp)\b|[\r\n]|$)/i.exec(message)?.[1] ?? '';
    const known = numbers[number] ?? {
      code: 'SignInFailed',
      remedies: [`Look up AADSTS${number} at https://login.microsoftonline.com/error.`],
    };
    return { ...known, reason: `${sentence} (AADSTS${number})` };
  }
  if (attempt.kind === 'azureCli') {
    return explainCli(message);
  }
  if (attempt.kind === 'environment' && /not available|no environment|incomplete|unavailable/i.test(message)) {
    return {
      code: 'NotConfigured',
      reason: 'the environment names no credential.',
      remedies: [
        'Start VS Code with AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH) set.',
        'Or choose another way of signing in (azureBackup.credential).',
      ],
    };
  }
  return {
    code: 'SignInFailed',
    reason: firstLine(message),
    remedies: [
      'Check the authority and the tenant of the cloud in the settings.',
      'Or choose another way of signing in (azureBackup.credential).',
    ],
  };
}

function explainCli(message: string): { code: string; reason: string; remedies: readonly string[] } {
  if (/could not be found|not found|not recognized/i.test(message)) {
    return {
      code: 'AzureCliMissing',
      reason: 'the program az was not found.',
      remedies: [
        'Install Azure CLI and start VS Code again, so that it finds az.',
        'Or choose another way of signing in (azureBackup.credential).',
      ],
    };
  }
  if (/az login/i.test(message)) {
    const command = /az login[^\r\n"']*/.exec(message)?.[0].trim();
    return {
      code: 'AzureCliSignedOut',
      reason: 'Azure CLI is not signed in, or not for what is asked.',
      remedies: [`Run “${command !== undefined && /--/.test(command) ? command : 'az login'}” in a terminal, then refresh.`],
    };
  }
  return {
    code: 'SignInFailed',
    reason: firstLine(message),
    remedies: [
      'Run “az account get-access-token” in a terminal to see whether Azure CLI works there, and for which cloud (az cloud show).',
    ],
  };
}

function firstLine(message: string): string {
  const line = message.split(/\r?\n/).find((candidate) => candidate.trim() !== '') ?? message;
  return line.trim().slice(0, 400);
}

function redacted(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((current, secret) => current.replaceAll(secret, '•••'), text);
}
