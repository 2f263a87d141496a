import type { PreparedRequest } from '../../core/operation.ts';
import { shownBody } from '../../operations/redact.ts';

/** What was built for one target. */
export interface BuiltRequest {
  readonly name: string;
  readonly request: PreparedRequest;
}

/**
 * The requests as text, in the form of an `.http` file: method, URL, headers and body exactly as they will be sent.
 * The one header that is missing is the token, which is added last. The body is not laid out anew: byte for byte, but for
 * the secrets in it.
 */
export function requestDocument(title: string, built: readonly BuiltRequest[], resourceManager: string): string {
  const hides = built.some(({ request: { body } }) => body !== undefined && shownBody(body) !== body);
  const intro = [
    `# ${oneLine(title)}: ${built.length === 1 ? 'the request' : `${built.length} requests`} exactly as it will be sent to ${resourceManager}.`,
    '# Nothing has been sent yet. The authorization header is added last and is not shown.',
    ...(hides ? ['# The secrets in it are not shown either.'] : []),
  ];
  const blocks = built.map(({ name, request }) =>
    [
      `### ${oneLine(name)}`,
      `${request.method} ${request.url} HTTP/1.1`,
      ...Object.entries(request.headers).map(([header, value]) => `${header}: ${value}`),
      '',
      ...(request.body === undefined ? [] : [shownBody(request.body), '']),
    ].join('\n'),
  );
  return [intro.join('\n'), ...blocks].join('\n\n');
}

/** A line break in a name would let the name pose as a part of the request. */
function oneLine(name: string): string {
  return name.replace(/[\r\n\u2028\u2029]+/g, ' ');
}
