import type { Account } from './model.ts';

/** A call of the sandbox's own to an account's blobs. */
export interface BlobCall {
  readonly method: string;
  /** Absent for the account as a whole. */
  readonly container?: string;
  readonly blob?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Base64; the account's own where absent. */
  readonly key?: string;
}

export interface BlobAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** `x-ms-error-code` of a refusal. */
  readonly code: string | undefined;
}

/** There is no blob service to call; the message says, for a person, why and what to do. */
export class BlobServiceMissing extends Error {
  override readonly name = 'BlobServiceMissing';
}

/** Where blobs really are. */
export interface BlobStore {
  /** Signed with a key of the account. @throws BlobServiceMissing */
  send(account: Account, call: BlobCall): Promise<BlobAnswer>;
}

/** For a sandbox that was given none. */
export const noBlobStore: BlobStore = {
  send: () => Promise.reject(new BlobServiceMissing('This sandbox was started without a blob service.')),
};
