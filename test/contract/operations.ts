/** The operations that the documents publish, found by what was asked. */
import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Documents, isNode, type Node } from './documents.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'body' | 'header';
  readonly required: boolean;
  readonly node: Node;
  readonly file: string;
}

export interface Operation {
  /** `ProtectedItems_Delete` */
  readonly id: string;
  readonly service: string;
  readonly version: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly parameters: readonly Parameter[];
  /** By status, or `default`. */
  readonly responses: Readonly<Record<string, Node>>;
  readonly longRunning: boolean;
  /** Files of its published examples, whether they are here or not. */
  readonly examples: readonly string[];
  readonly file: string;
}

export interface Found {
  readonly operation: Operation;
  /** False: the nearest version of those that are here. */
  readonly exact: boolean;
}

const methods = new Set(['get', 'put', 'post', 'patch', 'delete', 'head']);
const dayMs = 86_400_000;

export class Operations {
  readonly #bySize = new Map<string, Operation[]>();

  constructor(documents: Documents) {
    for (const file of files(documents.root)) {
      for (const operation of operationsOf(documents, file)) {
        const key = `${operation.method} ${operation.segments.length}`;
        this.#bySize.set(key, [...(this.#bySize.get(key) ?? []), operation]);
      }
    }
  }

  all(): readonly Operation[] {
    return [...this.#bySize.values()].flat();
  }

  /** @param segments of the path, decoded */
  find(method: string, segments: readonly string[], apiVersion: string): Found | undefined {
    const fitting = (this.#bySize.get(`${method} ${segments.length}`) ?? []).filter(({ segments: template }) =>
      template.every((part, at) => part.startsWith('{') || part.toLowerCase() === segments[at]?.toLowerCase()),
    );
    const most = Math.max(...fitting.map(literals));
    const distance = ({ version }: Operation): number => Math.abs(dateOf(version) - dateOf(apiVersion));
    const [operation] = fitting.filter((each) => literals(each) === most).sort((one, other) => distance(one) - distance(other));
    return operation && { operation, exact: operation.version === apiVersion };
  }
}

function literals({ segments }: Operation): number {
  return segments.filter((part) => !part.startsWith('{')).length;
}

function dateOf(version: string): number {
  const moment = Date.parse(version.slice(0, 10));
  return Number.isNaN(moment) ? 0 : moment / dayMs;
}

function files(root: string): string[] {
  const folders = (path: string): string[] =>
    readdirSync(join(root, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => (path === '' ? entry.name : `${path}/${entry.name}`));
  const versions = folders('')
    .filter((service) => service !== 'common-types')
    .flatMap(folders);
  return versions.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.json') && name !== 'bicep-types.json')
      .map((name) => `${folder}/${name}`),
  );
}

function operationsOf(documents: Documents, file: string): Operation[] {
  const [service = '', version = ''] = file.split('/');
  const paths = Object.entries((documents.read(file)?.['paths'] ?? {}) as Record<string, Record<string, Node>>);
  return paths.flatMap(([path, verbs]) => {
    const common = (verbs['parameters'] as unknown as Node[] | undefined) ?? [];
    return Object.entries(verbs)
      .filter(([verb]) => methods.has(verb))
      .map(([verb, node]) => ({
        id: String(node['operationId']),
        service,
        version,
        method: verb.toUpperCase(),
        segments: path.split('/').filter(Boolean),
        parameters: [...common, ...((node['parameters'] as Node[] | undefined) ?? [])].flatMap((each) =>
          parameterOf(documents, each, file),
        ),
        responses: node['responses'] as Record<string, Node>,
        longRunning: node['x-ms-long-running-operation'] === true,
        examples: Object.values((node['x-ms-examples'] ?? {}) as Record<string, Node>).flatMap(({ $ref }) =>
          typeof $ref === 'string' ? posix.join(posix.dirname(file), $ref) : [],
        ),
        file,
      }));
  });
}

function parameterOf(documents: Documents, given: Node, file: string): Parameter[] {
  const place = typeof given['$ref'] === 'string' ? documents.resolve(given['$ref'], file) : { node: given, file };
  if (place === undefined || !isNode(place.node)) {
    return [];
  }
  const { node } = place;
  return [{ name: String(node['name']), in: node['in'] as Parameter['in'], required: node['required'] === true, node, file: place.file }];
}
