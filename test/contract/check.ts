/** Holds one exchange against the published contract. */
import type { ErrorObject } from 'ajv';
import { type Documents, isNode, type Node } from './documents.ts';
import { type Exchange, queryValue, targetOf, type Target, typeOf } from './exchange.ts';
import { type Found, type Operation, Operations, type Parameter } from './operations.ts';
import { type Direction, Schemas } from './schemas.ts';

/** Where an exchange and the contract disagree. */
export interface Finding {
  readonly direction: Direction;
  /** Names the disagreement, the same wherever it shows: `answer: ProtectedItem.colour is not in the contract`. */
  readonly key: string;
  /** The value, for a person. */
  readonly detail: string;
}

export interface Checked {
  /** Absent where no document publishes such an operation. */
  readonly found?: Found;
  /** What the path names. */
  readonly type: string;
  readonly findings: readonly Finding[];
}

/** Namespaces of which all resource types are published, and single types of others. */
const published = [
  /^Microsoft\.RecoveryServices(\/|$)/i,
  /^Microsoft\.ResourceGraph\//i,
  /^Microsoft\.ApiManagement\/service$/i,
  /^Microsoft\.Compute\/restorePointCollections(\/restorePoints)?$/i,
];
/** Parameters of links that the service signed. */
const signed = new Set(['t', 'c', 's', 'h', 'p', 'api-version', 'fabricname', 'monitor', '$skiptoken', '%24skiptoken']);

export class Contract {
  readonly #operations: Operations;
  readonly #schemas: Schemas;

  constructor(documents: Documents) {
    this.#operations = new Operations(documents);
    this.#schemas = new Schemas(documents);
  }

  /** @param parts what of it is to be held against the contract */
  check({ request, response }: Exchange, parts: { readonly request: boolean; readonly answer: boolean }): Checked {
    const target = targetOf(request.url);
    const type = typeOf(target.segments);
    const refused = parts.answer && response ? refusalOf(`${request.method} ${type}`, response) : [];
    const found = this.#operations.find(request.method, target.segments, queryValue(target.query, 'api-version') ?? '');
    if (found === undefined) {
      // What is not found has no contract either, but a thing that is answered as if it existed has to have one.
      const known = published.some((pattern) => pattern.test(type)) && (response === undefined || response.status < 400);
      const finding = (direction: Direction): Finding => ({
        direction,
        key: `${direction}: ${request.method} ${type} is not in the contract`,
        detail: request.url,
      });
      const unknown = [...(parts.request ? [finding('request')] : []), ...(parts.answer && response ? [finding('answer')] : [])];
      return { type, findings: known ? unknown : refused };
    }
    const { operation } = found;
    return {
      found,
      type,
      findings: [
        ...(parts.request ? this.#request(operation, target, request.body) : []),
        ...(parts.answer && response ? this.#answer(operation, response) : []),
        ...refused,
      ],
    };
  }

  #request(operation: Operation, { segments, query }: Target, body: unknown): Finding[] {
    const findings: Finding[] = [];
    const refuse = (what: string, detail: unknown): void => void findings.push(finding('request', `${operation.id} ${what}`, detail));
    for (const parameter of operation.parameters) {
      if (parameter.in === 'path') {
        const at = operation.segments.indexOf(`{${parameter.name}}`);
        findings.push(...this.#value(operation, parameter, segments[at] ?? ''));
      } else if (parameter.in === 'query') {
        const value = queryValue(query, parameter.name);
        if (value === undefined && parameter.required) refuse(`lacks the parameter ${parameter.name}`, query);
        else if (value !== undefined) findings.push(...this.#value(operation, parameter, value));
      }
    }
    const names = new Set(operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name.toLowerCase()));
    for (const [name] of query) {
      if (!names.has(name.toLowerCase()) && !signed.has(name.toLowerCase()))
        refuse(`has the parameter ${name}, which is not in the contract`, query);
    }
    const content = operation.parameters.find((each) => each.in === 'body');
    if (isEmpty(body)) {
      if (content?.required) refuse('lacks its content', undefined);
    } else if (content === undefined) {
      refuse('has content where the contract has none', body);
    } else if (isNode(content.node['schema'])) {
      findings.push(...this.#body(operation, content.node['schema'], content.file, 'request', 'content', body));
    }
    return findings;
  }

  #value(operation: Operation, { name, node, file }: Parameter, text: string): Finding[] {
    const value = ['integer', 'number'].includes(String(node['type'])) ? Number(text) : node['type'] === 'boolean' ? text === 'true' : text;
    return this.#body(operation, without(node, ['in', 'name', 'required', 'default']), file, 'request', `parameter ${name}`, value);
  }

  #answer(operation: Operation, { status, headers = {}, body }: NonNullable<Exchange['response']>): Finding[] {
    const findings: Finding[] = [];
    const refuse = (what: string, detail: unknown): void =>
      void findings.push(finding('answer', `${operation.id} ${status} ${what}`, detail));
    const documented = operation.responses[String(status)] ?? (status >= 400 ? operation.responses['default'] : undefined);
    if (documented === undefined) {
      if (status < 400) refuse('is not in the contract', body);
      return findings;
    }
    const { schema } = documented;
    if (isNode(schema)) {
      if (!isEmpty(body)) findings.push(...this.#body(operation, schema, operation.file, 'answer', String(status), body));
      else if (status === 200) refuse('lacks its content', undefined);
    } else if (!isEmpty(body)) {
      refuse('has content where the contract has none', body);
    }
    const named = new Map(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(Array.isArray(value) ? value[0] : value)]),
    );
    if (operation.longRunning && status === 202) {
      const links = ['location', 'azure-asyncoperation'].flatMap((name) => named.get(name) ?? []);
      if (links.length === 0) refuse('says of nothing where the operation can be followed', headers);
      for (const link of links)
        if (!/^https:\/\/[^/]+\/.*[?&]api-version=/i.test(link)) refuse('has a link that is not absolute, or names no version', link);
    }
    const wait = named.get('retry-after');
    if (wait !== undefined && !/^\d+$/.test(wait)) refuse('has a Retry-After that is no number of seconds', wait);
    return findings;
  }

  #body(operation: Operation, schema: Node, file: string, direction: Direction, part: string, value: unknown): Finding[] {
    const validate = this.#schemas.check(schema, file, direction, `${operation.id} ${part}`);
    return validate(value)
      ? []
      : (validate.errors ?? [])
          .filter(({ keyword }) => keyword !== 'if' && keyword !== 'anyOf')
          .map((error) => findingOf(direction, error));
  }
}

/** Every refusal of the resource manager and of what stands behind it has the same form, published or not. */
function refusalOf(what: string, { status, body }: NonNullable<Exchange['response']>): Finding[] {
  const error = isNode(body) && isNode(body['error']) ? body['error'] : undefined;
  const complete = typeof error?.['code'] === 'string' && typeof error['message'] === 'string';
  return status < 400 || complete ? [] : [finding('answer', `${what} ${status} has no error with a code and a message`, body)];
}

function findingOf(direction: Direction, { keyword, params, parentSchema, data, message, instancePath }: ErrorObject): Finding {
  const where = (parentSchema as { where?: string } | undefined)?.where ?? instancePath;
  const given = params as Record<string, unknown>;
  switch (keyword) {
    case 'additionalProperties': {
      const name = String(given['additionalProperty']);
      return finding(direction, `${where}.${name} is not in the contract`, (data as Record<string, unknown>)[name]);
    }
    case 'required':
      return finding(direction, `${where}.${String(given['missingProperty'])} is missing`, data);
    case 'readOnlyMember':
      return finding(direction, `${where} is for the service to set`, data);
    default:
      return finding(direction, `${where} ${data === null ? 'is null' : (message ?? keyword)}`, data);
  }
}

function finding(direction: Direction, what: string, detail: unknown): Finding {
  const text = detail instanceof URLSearchParams ? detail.toString() : (JSON.stringify(detail) ?? 'nothing');
  return { direction, key: `${direction}: ${what}`, detail: text.slice(0, 300) };
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || body === '';
}

function without(node: Node, names: readonly string[]): Node {
  return Object.fromEntries(Object.entries(node).filter(([name]) => !names.includes(name)));
}
