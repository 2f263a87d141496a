/**
 * Published definitions as JSON schemas. They are stricter than the documents: what a definition does not name is refused,
 * as is, in a request, what only the service may set.
 */
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { type Documents, isNode, type Node, type Place } from './documents.ts';

export type Direction = 'request' | 'answer';

/** Formats of Azure’s documents beside those of JSON schema: either of numbers and secrets, or of text that says no more. */
const openFormats = ['decimal', 'base64url', 'arm-id', 'arm-resource-identifier', 'unixtime', 'date-time-rfc1123', 'char', 'file'];
const copied = ['pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'multipleOf', 'uniqueItems'];

export class Schemas {
  readonly #documents: Documents;
  readonly #ajv: Ajv;

  constructor(documents: Documents) {
    this.#documents = documents;
    this.#ajv = new Ajv({ strict: false, allErrors: true, verbose: true, inlineRefs: false, validateFormats: true });
    formats(this.#ajv);
    for (const format of openFormats) {
      this.#ajv.addFormat(format, true);
    }
    // A duration as .NET writes it is what Azure means: weeks never, fractions of a second often.
    this.#ajv.addFormat('duration', /^-?P(?!$)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/);
    this.#ajv.addKeyword({ keyword: 'readOnlyMember', schemaType: 'boolean', validate: () => false });
    this.#ajv.addKeyword({ keyword: 'where', schemaType: 'string' });
  }

  /** The check for what a node of a document describes. @param where names it in what is found */
  check(node: Node, file: string, direction: Direction, where: string): ValidateFunction {
    const id = `contract://${direction}/${file}/${encodeURIComponent(where)}`;
    return this.#ajv.getSchema(id) ?? this.#ajv.compile({ $id: id, ...this.#schema(node, file, direction, where) });
  }

  #schema(node: Node, file: string, direction: Direction, where: string): AnySchemaObject {
    if (typeof node['$ref'] === 'string') {
      const place = this.#documents.resolve(node['$ref'], file);
      return place === undefined ? {} : { $ref: this.#define(place, direction) };
    }
    if (isNode(node['properties']) || Array.isArray(node['allOf'])) {
      return this.#object({ node, file, pointer: '' }, direction, where);
    }
    const schema: AnySchemaObject = { where };
    for (const key of copied) {
      if (node[key] !== undefined) schema[key] = node[key];
    }
    if (node['type'] !== undefined && node['type'] !== 'file') schema['type'] = node['type'];
    if (typeof node['format'] === 'string') schema['format'] = node['format'];
    if (Array.isArray(node['enum']) && !isOpen(node)) schema['enum'] = node['enum'];
    if (isNode(node['items'])) schema['items'] = this.#schema(node['items'], file, direction, `${where}[]`);
    if (isNode(node['additionalProperties'])) {
      schema['additionalProperties'] = this.#schema(node['additionalProperties'], file, direction, `${where}{}`);
    }
    return node['x-nullable'] === true ? { anyOf: [{ type: 'null' }, schema] } : schema;
  }

  /** Makes a definition known once, and names it. Those that it refers to are made known first, itself before them. */
  #define(place: Place, direction: Direction, exact = false): string {
    const id = `contract://${direction}/${place.file}${place.pointer}${exact ? '!' : ''}`;
    if (this.#ajv.schemas[id] === undefined) {
      const schema: AnySchemaObject = { $id: id };
      this.#ajv.addSchema(schema, id);
      const derived = exact ? [] : this.#derived(place);
      Object.assign(
        schema,
        derived.length > 0
          ? this.#dispatch(place, derived, direction)
          : exact || isNode(place.node['properties']) || Array.isArray(place.node['allOf'])
            ? this.#object(place, direction, nameOf(place))
            : this.#schema(place.node, place.file, direction, nameOf(place)),
      );
    }
    return id;
  }

  /** By the value of its discriminator a thing is one of those derived from the base, or the base itself. */
  #dispatch(base: Place, derived: readonly Place[], direction: Direction): AnySchemaObject {
    const member =
      this.#inherited(base).flatMap(({ node }) => (typeof node['discriminator'] === 'string' ? [node['discriminator']] : []))[0] ?? '';
    const kinds = derived.map((place) => ({ value: valueOf(place), place }));
    return {
      where: nameOf(base),
      allOf: [
        ...kinds.map(({ value, place }) => ({
          if: { properties: { [member]: { const: value } }, required: [member] },
          then: { $ref: this.#define(place, direction, true) },
        })),
        {
          if: { properties: { [member]: { enum: kinds.map(({ value }) => value) } }, required: [member] },
          else: { $ref: this.#define(base, direction, true) },
        },
      ],
    };
  }

  /** One object of all that it inherits. */
  #object(place: Place, direction: Direction, where: string): AnySchemaObject {
    const properties: Record<string, AnySchemaObject> = {};
    const required = new Set<string>();
    let others: AnySchemaObject | boolean | undefined;
    for (const { node, file } of this.#inherited(place)) {
      for (const name of (node['required'] as string[] | undefined) ?? []) required.add(name);
      for (const [name, member] of Object.entries((node['properties'] as Record<string, Node> | undefined) ?? {})) {
        const own = typeof member['$ref'] === 'string' ? this.#documents.resolve(member['$ref'], file)?.node : undefined;
        const readOnly = [member, own].some((each) => each?.['readOnly'] === true || isReadOnly(each?.['x-ms-mutability']));
        const refused = readOnly && direction === 'request';
        if (refused) required.delete(name);
        properties[name] = refused
          ? { readOnlyMember: true, where: `${where}.${name}` }
          : this.#schema(member, file, direction, `${where}.${name}`);
      }
      const more = node['additionalProperties'];
      if (more !== undefined) others = isNode(more) ? this.#schema(more, file, direction, `${where}{}`) : Boolean(more);
    }
    const named = Object.keys(properties);
    const free = named.length === 0;
    return {
      type: 'object',
      where,
      properties,
      required: [...required].filter((name) => properties[name]?.['readOnlyMember'] !== true),
      additionalProperties: others ?? free,
    };
  }

  /** A definition and what it inherits from, that first. */
  #inherited(place: Place): Place[] {
    const bases = (place.node['allOf'] as Node[] | undefined) ?? [];
    const inherited = bases.flatMap((base) => {
      const found =
        typeof base['$ref'] === 'string'
          ? this.#documents.resolve(base['$ref'], place.file)
          : { file: place.file, pointer: '', node: base };
      return found === undefined ? [] : this.#inherited(found);
    });
    return [...inherited, place];
  }

  /** What is derived from a definition that is told apart by a discriminator, itself included where it has a value. */
  #derived(base: Place): Place[] {
    if (base.pointer === '' || !this.#inherited(base).some(({ node }) => typeof node['discriminator'] === 'string')) {
      return [];
    }
    const definitions = (this.#documents.read(base.file)?.['definitions'] ?? {}) as Record<string, Node>;
    const places = Object.entries(definitions).map(([name, node]) => ({ file: base.file, pointer: `/definitions/${name}`, node }));
    return places.filter(
      (place) => this.#inherited(place).some(({ pointer }) => pointer === base.pointer) && place.pointer !== base.pointer,
    );
  }
}

/** New values may come with any version of the service. */
function isOpen(node: Node): boolean {
  return isNode(node['x-ms-enum']) && node['x-ms-enum']['modelAsString'] === true;
}

function isReadOnly(mutability: unknown): boolean {
  return Array.isArray(mutability) && mutability.every((turn) => turn === 'read');
}

function nameOf({ pointer }: Place): string {
  return pointer.slice(pointer.lastIndexOf('/') + 1);
}

function valueOf(place: Place): string {
  const value = place.node['x-ms-discriminator-value'];
  return typeof value === 'string' ? value : nameOf(place);
}
