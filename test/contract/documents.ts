/** The published documents: JSON files in `SERVICE/VERSION/*.json` and `common-types`, read when something in them is needed. */
import { readFileSync, existsSync } from 'node:fs';
import { posix, join } from 'node:path';

export type Node = Readonly<Record<string, unknown>>;

/** A definition, and where it stands. */
export interface Place {
  /** Path of the file, from the folder of all documents. */
  readonly file: string;
  /** `/definitions/Name` */
  readonly pointer: string;
  readonly node: Node;
}

export class Documents {
  readonly root: string;
  readonly #read = new Map<string, Node | undefined>();

  constructor(root: string) {
    this.root = root;
  }

  /** Undefined where there is no such file: not all that is referred to is published here. */
  read(file: string): Node | undefined {
    if (!this.#read.has(file)) {
      const path = join(this.root, file);
      this.#read.set(file, existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as Node) : undefined);
    }
    return this.#read.get(file);
  }

  /** What a `$ref` in a file names; undefined where its file is not here. */
  resolve(reference: string, from: string): Place | undefined {
    const [address = '', pointer = ''] = reference.split('#', 2);
    const file = address === '' ? from : this.#fileOf(address, from);
    let node: unknown = this.read(file);
    for (const part of pointer.split('/').slice(1)) {
      node = isNode(node) ? node[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
    }
    return isNode(node) ? { file, pointer, node } : undefined;
  }

  /** The types that many services share lie beside the services here, at another depth than where the files come from. */
  #fileOf(address: string, from: string): string {
    const shared = /common-types\/(resource-management\/)?(v\d+\/.*)$/.exec(address);
    if (shared === null) {
      return posix.join(posix.dirname(from), address);
    }
    return posix.join('common-types', shared[1] ?? `${from.split('/', 1)[0]}`, shared[2] ?? '');
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
