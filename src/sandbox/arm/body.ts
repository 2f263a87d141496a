import { ArmFailure, type Json } from './types.ts';

/** ARM's own limit for a request's content, in bytes. */
export const maxBodyBytes = 4 * 1024 * 1024;

/**
 * A request's content as JSON; undefined where it is empty.
 * @throws ArmFailure 413 past 4 MB, 415 for another media type, 400 for text that is not JSON.
 */
export function parseBody(bytes: Uint8Array, contentType: string | undefined): Json | undefined {
  if (bytes.byteLength === 0) {
    return undefined;
  }
  if (bytes.byteLength > maxBodyBytes) {
    throw gateway(413, 'RequestContentTooLarge', `The size of the request content exceeds the maximum size of '${maxBodyBytes}' bytes.`);
  }
  const mediaType = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!/^(application|text)\/([\w.-]+\+)?json$/.test(mediaType)) {
    throw gateway(
      415,
      'UnsupportedMediaType',
      `The content media type '${mediaType}' is not supported. Only 'application/json' is supported.`,
    );
  }
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  if (text.trim() === '') {
    return undefined;
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw gateway(400, 'InvalidRequestContent', `The request content was invalid and could not be deserialized: '${reason}'.`);
  }
}

function gateway(status: number, code: string, message: string): ArmFailure {
  return new ArmFailure(status, code, message, { failureCause: 'gateway' });
}
