/** The examples that the documents publish (`x-ms-examples`): a request, and each answer that it may get. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Documents, isNode, type Node } from './documents.ts';
import { type Operation, Operations } from './operations.ts';

export interface Example {
  /** Path from the folder of all documents. */
  readonly file: string;
  /** `ProtectedItems_Delete` */
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  /** The body; undefined where none is sent. */
  readonly sent?: unknown;
  readonly answers: readonly ExampleAnswer[];
}

export interface ExampleAnswer {
  readonly status: number;
  readonly headers: Node;
  /** Null for none. */
  readonly body: unknown;
}

export interface Examples {
  readonly all: readonly Example[];
  /** Files that an operation refers to and that are not here. */
  readonly absent: readonly string[];
  /** Files that are here and that no operation refers to. */
  readonly unclaimed: readonly string[];
}

/** @throws Error that names the file where one is no example */
export function examplesIn(documents: Documents): Examples {
  const all: Example[] = [];
  const absent: string[] = [];
  const claimed = new Set<string>();
  for (const operation of new Operations(documents).all()) {
    for (const file of operation.examples) {
      const content = documents.read(file);
      claimed.add(file);
      if (content === undefined) {
        absent.push(file);
      } else {
        all.push(exampleOf(operation, file, content));
      }
    }
  }
  const unclaimed = filesIn(documents.root).filter((file) => !claimed.has(file));
  return { all: all.sort((one, other) => (one.file < other.file ? -1 : 1)), absent, unclaimed };
}

function exampleOf(operation: Operation, file: string, content: Node): Example {
  const { parameters, responses } = content;
  if (!isNode(parameters) || !isNode(responses)) {
    throw new Error(`${file} is no example: expected "parameters" and "responses", each an object`);
  }
  const segments = operation.segments.map((part) =>
    part.replace(/\{([^{}]+)\}/g, (whole, name: string) => encodeURIComponent(textOf(parameters[name]) ?? whole)),
  );
  const query = operation.parameters.flatMap(({ in: place, name }) => {
    const value = place === 'query' ? textOf(parameters[name]) : undefined;
    return value === undefined ? [] : `${name}=${encodeURIComponent(value)}`;
  });
  const body = operation.parameters.find(({ in: place }) => place === 'body');
  return {
    file,
    operation: operation.id,
    method: operation.method,
    url: `https://management.azure.com/${segments.join('/')}?${query.join('&')}`,
    ...(body === undefined ? {} : { sent: parameters[body.name] }),
    answers: Object.entries(responses).map(([status, answer]) => {
      if (!isNode(answer) || !/^[2-5]\d\d$/.test(status)) {
        throw new Error(`${file} is no example: expected an answer by its HTTP status, got ${status}`);
      }
      return { status: Number(status), headers: isNode(answer['headers']) ? answer['headers'] : {}, body: answer['body'] ?? null };
    }),
  };
}

function textOf(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

function filesIn(root: string): string[] {
  return readdirSync(join(root), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /^[^/]+\/[^/]+\/examples\/.+\.json$/.test(file))
    .sort();
}
