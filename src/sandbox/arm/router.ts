import type { ArmHandler, ArmRouter } from './types.ts';

export interface RouteMatch {
  readonly params: Readonly<Record<string, string>>;
  /** Upper-case methods to handlers. Never empty. */
  readonly handlers: ReadonlyMap<string, ArmHandler>;
}

interface Node {
  readonly literals: Map<string, Node>;
  /** The node behind any `{name}`; names stand at the handlers, as templates may call one place differently. */
  wildcard?: Node;
  readonly handlers: Map<string, ArmHandler>;
  names?: readonly string[];
}

/** Templates as a tree of lower-case segments. A literal segment is tried before a `{name}`. */
export class TemplateRouter implements ArmRouter {
  readonly #root: Node = emptyNode();
  /** Lower-case provider namespaces that some template names, with the spelling of the first. */
  readonly #namespaces = new Map<string, string>();

  /** @throws Error where the same method and template were given before. */
  on(method: string, template: string, handler: ArmHandler): void {
    const names: string[] = [];
    const segments = template.split('/').filter(Boolean);
    let node = this.#root;
    for (const segment of segments) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name === undefined) {
        node = childOf(node, segment.toLowerCase());
      } else {
        names.push(name);
        node = node.wildcard ??= emptyNode();
      }
    }
    const verb = method.toUpperCase();
    if (node.handlers.has(verb)) {
      throw new Error(`Two handlers for ${verb} ${template}.`);
    }
    if (node.names !== undefined && node.names.join() !== names.join()) {
      throw new Error(`${template} is the same template as one with the names ${node.names.join(', ')}; use those.`);
    }
    node.names = names;
    node.handlers.set(verb, handler);
    this.#rememberNamespace(segments);
  }

  match(segments: readonly string[]): RouteMatch | undefined {
    const values: string[] = [];
    const node = find(this.#root, segments, 0, values);
    if (node === undefined) {
      return undefined;
    }
    const params = Object.fromEntries((node.names ?? []).map((name, at) => [name, values[at] ?? '']));
    return { params, handlers: node.handlers };
  }

  /** The registered spelling of a namespace, without case; undefined where no template knows it. */
  namespace(name: string): string | undefined {
    return this.#namespaces.get(name.toLowerCase());
  }

  #rememberNamespace(segments: readonly string[]): void {
    segments.forEach((segment, at) => {
      const name = segments[at + 1];
      if (segment.toLowerCase() === 'providers' && name?.includes('.') && !this.#namespaces.has(name.toLowerCase())) {
        this.#namespaces.set(name.toLowerCase(), name);
      }
    });
  }
}

function emptyNode(): Node {
  return { literals: new Map(), handlers: new Map() };
}

function childOf(node: Node, segment: string): Node {
  let child = node.literals.get(segment);
  if (child === undefined) {
    child = emptyNode();
    node.literals.set(segment, child);
  }
  return child;
}

function find(node: Node, segments: readonly string[], at: number, values: string[]): Node | undefined {
  const segment = segments[at];
  if (segment === undefined) {
    return node.handlers.size > 0 ? node : undefined;
  }
  const literal = node.literals.get(segment.toLowerCase());
  const found = literal && find(literal, segments, at + 1, values);
  if (found || node.wildcard === undefined) {
    return found;
  }
  values.push(segment);
  const behind = find(node.wildcard, segments, at + 1, values);
  if (behind === undefined) {
    values.pop();
  }
  return behind;
}
