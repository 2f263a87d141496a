import { randomUUID } from 'node:crypto';

/** A refusal of the blob service. */
export interface StorageError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Documented: code, status and words of "Blob service error codes". */
export const storageErrors = {
  firewall: { status: 403, code: 'AuthorizationFailure', message: 'This request is not authorized to perform this operation.' },
  noRole: {
    status: 403,
    code: 'AuthorizationPermissionMismatch',
    message: 'This request is not authorized to perform this operation using this permission.',
  },
  keysOff: {
    status: 403,
    code: 'KeyBasedAuthenticationNotPermitted',
    message: 'Key based authentication is not permitted on this storage account.',
  },
  badToken: {
    status: 401,
    code: 'InvalidAuthenticationInfo',
    message: 'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
  },
  badUri: { status: 400, code: 'InvalidUri', message: 'The requested URI does not represent any resource on the server.' },
  badSignature: {
    status: 403,
    code: 'AuthenticationFailed',
    message:
      'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  },
} as const satisfies Record<string, StorageError>;

export interface StorageReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An error as Azure Storage writes it. @param detail what it adds to a failed authentication */
export function errorReply(method: string, error: StorageError, detail?: string): StorageReply {
  const own = stamps();
  const text = `${error.message}\nRequestId:${own['x-ms-request-id']}\nTime:${new Date().toISOString()}`;
  const more = detail === undefined ? '' : `<AuthenticationErrorDetail>${xml(detail)}</AuthenticationErrorDetail>`;
  const body = `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${error.code}</Code><Message>${xml(text)}</Message>${more}</Error>`;
  const headers = { 'content-type': 'application/xml', 'x-ms-error-code': error.code, ...own };
  return { status: error.status, headers, ...(method === 'HEAD' ? {} : { body }) };
}

/** What Azure Storage puts on every answer. */
export function stamps(): { 'x-ms-request-id': string; 'x-ms-version': string; server: string } {
  return { 'x-ms-request-id': randomUUID(), 'x-ms-version': '2018-03-28', server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0' };
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
