/** What a recorded answer holds, told from its status and its body alone. */
import type { Interaction } from './recording.ts';

/** A gateway may pass on the service's own refusal as JSON inside its message. */
export function isInner(code: string, body: unknown): boolean {
  return new RegExp(`code\\\\*"\\s*:\\s*\\\\*"${code.replace(/[^\w-]/g, '')}`, 'i').test(JSON.stringify(body));
}

export const redirects = ({ status }: Interaction): boolean => [301, 302, 303, 307, 308].includes(status);

/** The body as JSON; undefined where it is none. A byte order mark before it does not count. */
function jsonOf({ body }: Interaction): unknown {
  if (typeof body !== 'string') {
    return body ?? undefined;
  }
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function objectOf(interaction: Interaction): Record<string, unknown> | undefined {
  const json = interaction.status >= 200 && interaction.status < 300 && interaction.status !== 204 ? jsonOf(interaction) : undefined;
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : undefined;
}

/** The records of a list's answer; undefined where it is no list. */
export function listOf(interaction: Interaction): unknown[] | undefined {
  const value = objectOf(interaction)?.['value'];
  return Array.isArray(value) ? value : undefined;
}

/** The record of a detail's answer; undefined where it is none. */
export function recordOf(interaction: Interaction): unknown {
  const record = objectOf(interaction);
  return typeof record?.['id'] === 'string' && record['id'] !== '' ? record : undefined;
}

export function nextLinkOf(interaction: Interaction): string | undefined {
  const link = objectOf(interaction)?.['nextLink'];
  return typeof link === 'string' && link !== '' ? link : undefined;
}

/** Azure's code of a refusal, in the envelopes that it was seen to use. */
export function codeOf(body: unknown): string | undefined {
  const of = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  const code = of(of(body, 'error'), 'code') ?? of(body, 'code') ?? of(body, 'ErrorCode');
  return typeof code === 'string' && code !== '' ? code : undefined;
}

export function describe(body: unknown): string {
  return body === null ? 'empty' : typeof body === 'string' ? 'no JSON' : Array.isArray(body) ? 'an array' : 'an object';
}
