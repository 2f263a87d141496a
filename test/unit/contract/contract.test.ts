import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contract } from '../../contract/check.ts';
import { Documents } from '../../contract/documents.ts';
import type { Exchange } from '../../contract/exchange.ts';
import { proofs, unproven } from '../../contract/oddities.ts';
import { detailsOf, reportOn, summaryOf } from '../../contract/report.ts';

const jar = { $ref: '#/definitions/Jar' };
const shelfPath = '/subscriptions/{subscriptionId}/providers/Microsoft.RecoveryServices/shelves/{shelf}';
const path = (name: string, where: string, more: object = {}) => ({ name, in: where, required: true, type: 'string', ...more });
const version = path('api-version', 'query');

/** Jars on shelves: a base with a discriminator and two kinds, one of them a kind of the other. */
const document = (api: string) => ({
  info: { version: api },
  paths: {
    [`${shelfPath}/jars/{jar}`]: {
      parameters: [
        version,
        path('subscriptionId', 'path', { format: 'uuid' }),
        path('shelf', 'path'),
        path('jar', 'path', { pattern: '^[a-z]+$' }),
      ],
      get: {
        operationId: 'Jars_Get',
        parameters: [{ ...path('$top', 'query'), required: false, type: 'integer', maximum: 10 }],
        responses: { 200: { schema: jar }, default: { schema: { $ref: '#/definitions/Error' } } },
      },
      put: {
        operationId: 'Jars_Put',
        'x-ms-long-running-operation': true,
        parameters: [{ name: 'content', in: 'body', required: true, schema: jar }],
        responses: { 200: { schema: jar }, 202: {}, default: { schema: { $ref: '#/definitions/Error' } } },
      },
    },
    [`${shelfPath}/jars`]: {
      get: {
        operationId: 'Jars_List',
        parameters: [version],
        responses: { 200: { schema: { type: 'object', properties: { value: { type: 'array', items: jar } } } } },
      },
    },
  },
  definitions: {
    Resource: {
      properties: { id: { type: 'string', readOnly: true }, tags: { type: 'object', additionalProperties: { type: 'string' } } },
    },
    Jar: { allOf: [{ $ref: '#/definitions/Resource' }], properties: { properties: { $ref: '#/definitions/Content' } } },
    Content: {
      discriminator: 'kind',
      required: ['kind'],
      properties: {
        kind: { type: 'string' },
        filled: { type: 'string', format: 'date-time' },
        size: { type: 'string', enum: ['Big', 'Small'] },
        colour: { type: 'string', enum: ['Red'], 'x-ms-enum': { modelAsString: true } },
        within: { $ref: '#/definitions/Content' },
      },
    },
    Jam: {
      'x-ms-discriminator-value': 'Preserve/Jam',
      allOf: [{ $ref: '#/definitions/Content' }],
      required: ['fruit'],
      properties: { fruit: { type: 'string' } },
    },
    Jelly: { allOf: [{ $ref: '#/definitions/Jam' }], properties: { clear: { type: 'boolean' } } },
    Error: {
      type: 'object',
      properties: { error: { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } }, required: ['code'] } },
    },
  },
});

const subscription = '11111111-2222-4333-8444-555555555555';
const url = (rest = 'jars/plum', query = '?api-version=2024-04-01') =>
  `https://host/Subscriptions/${subscription}/providers/microsoft.recoveryservices/shelves/One/${rest}${query}`;
const good = {
  properties: { kind: 'Preserve/Jam', fruit: 'plum', filled: '2024-05-01T10:00:00.123Z', size: 'Big', colour: 'Ochre' },
  tags: { a: 'b' },
};
const refusal = { error: { code: 'No', message: 'No.' } };
const links = { Location: 'https://host/x?api-version=2024-04-01' };

describe('contract: holding traffic against published documents', () => {
  let folder: string;
  let contract: Contract;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'backup-explorer-contract-'));
    for (const api of ['2023-06-01', '2024-04-01']) {
      mkdirSync(join(folder, 'openapi', 'jars', api), { recursive: true });
      writeFileSync(join(folder, 'openapi', 'jars', api, 'jars.json'), JSON.stringify(document(api)));
    }
    contract = new Contract(new Documents(join(folder, 'openapi')));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const keys = (exchange: Exchange): string[] => contract.check(exchange, { request: true, answer: true }).findings.map(({ key }) => key);
  const put = (body: unknown, response?: Exchange['response']): string[] =>
    keys({ request: { method: 'PUT', url: url(), body }, response: response ?? { status: 202, headers: links } });
  const content = (more: object): object => ({ ...good, properties: { ...good.properties, ...more } });
  const get = (status: number, body?: unknown, address = url()): string[] =>
    keys({ request: { method: 'GET', url: address }, response: { status, body } });

  it('finds nothing where all is as published, names of paths in whatever case', () => {
    assert.deepEqual(put(good), []);
    assert.deepEqual(get(200, { id: '/x', ...good }), []);
    assert.deepEqual(get(200, { properties: { kind: 'Jelly', fruit: 'plum', clear: true, within: good.properties } }), []);
    assert.deepEqual(get(200, { properties: { kind: 'Unheard' } }), [], 'a kind that is not published has what all have');
    assert.deepEqual(get(404, refusal), []);
    assert.deepEqual(get(200, { value: [{ id: '/x', ...good }] }, url('jars')), []);
  });

  it('finds what is wrong with a request’s content', () => {
    const cases: [unknown, string][] = [
      [content({ brand: 'x' }), 'Jam.brand is not in the contract'],
      [content({ clear: true }), 'Jam.clear is not in the contract'],
      [content({ fruit: undefined }), 'Jam.fruit is missing'],
      [content({ fruit: 7 }), 'Jam.fruit must be string'],
      [content({ filled: 'yesterday' }), 'Jam.filled must match format "date-time"'],
      [content({ size: 'Medium' }), 'Jam.size must be equal to one of the allowed values'],
      [content({ within: { kind: 'Jelly', fruit: 'fig', lid: 1 } }), 'Jelly.lid is not in the contract'],
      [{ ...good, id: '/x' }, 'Jar.id is for the service to set'],
      [{ ...good, tags: { a: 1 } }, 'Jar.tags{} must be string'],
      [{ properties: { fruit: 'plum' } }, 'Content.kind is missing'],
      [undefined, 'Jars_Put lacks its content'],
    ];
    for (const [body, expected] of cases) {
      assert.ok(
        put(body === undefined ? undefined : JSON.parse(JSON.stringify(body))).some((key) => key === `request: ${expected}`),
        `${expected}: ${put(body).join()}`,
      );
    }
  });

  it('finds what is wrong with a request’s address', () => {
    const ask = (address: string): string[] => keys({ request: { method: 'GET', url: address } });
    assert.deepEqual(ask(url('jars/plum', '')), ['request: Jars_Get lacks the parameter api-version']);
    assert.deepEqual(ask(url('jars/Plum7')), ['request: Jars_Get parameter jar must match pattern "^[a-z]+$"']);
    assert.deepEqual(ask(url().replace(subscription, 'mine')), ['request: Jars_Get parameter subscriptionId must match format "uuid"']);
    assert.deepEqual(ask(url('jars/plum', '?api-version=2024-04-01&$top=11')), ['request: Jars_Get parameter $top must be <= 10']);
    assert.deepEqual(ask(url('jars/plum', '?api-version=2024-04-01&$filtre=x')), [
      'request: Jars_Get has the parameter $filtre, which is not in the contract',
    ]);
    assert.deepEqual(ask(url('lids/plum')), ['request: GET microsoft.recoveryservices/shelves/lids is not in the contract']);
    assert.deepEqual(keys({ request: { method: 'GET', url: url(), body: {} } }), [
      'request: Jars_Get has content where the contract has none',
    ]);
  });

  it('finds what is wrong with an answer', () => {
    assert.deepEqual(get(204), ['answer: Jars_Get 204 is not in the contract']);
    assert.deepEqual(get(200), ['answer: Jars_Get 200 lacks its content']);
    assert.deepEqual(get(200, { id: null }), ['answer: Jar.id is null']);
    const bare = 'answer: GET microsoft.recoveryservices/shelves/jars 404 has no error with a code and a message';
    assert.deepEqual(get(404, { ...refusal, Message: 'No' }), ['answer: Error.Message is not in the contract']);
    assert.deepEqual(get(404, '<html>'), ['answer: Error must be object', bare]);
    assert.deepEqual(get(404, {}, url('jars')), [bare], 'also where the document says nothing of refusals');
    assert.deepEqual(get(404, {}, '/subscriptions/1/providers/Microsoft.Compute/disks/d?api-version=1').length, 1, 'or there is none');
    assert.deepEqual(put(good, { status: 202, headers: links, body: {} }), [
      'answer: Jars_Put 202 has content where the contract has none',
    ]);
    assert.deepEqual(put(good, { status: 202, headers: {} }), ['answer: Jars_Put 202 says of nothing where the operation can be followed']);
    assert.deepEqual(put(good, { status: 202, headers: { location: '/x' } }), [
      'answer: Jars_Put 202 has a link that is not absolute, or names no version',
    ]);
    assert.deepEqual(put(good, { status: 202, headers: { ...links, 'retry-after': 'soon' } }), [
      'answer: Jars_Put 202 has a Retry-After that is no number of seconds',
    ]);
  });

  it('takes the version that was asked for, or the nearest, and says so', () => {
    const asked = (api: string) =>
      contract.check({ request: { method: 'GET', url: url('jars/plum', `?api-version=${api}`) } }, { request: true, answer: true }).found;
    assert.deepEqual([asked('2023-06-01')?.operation.version, asked('2023-06-01')?.exact], ['2023-06-01', true]);
    assert.deepEqual([asked('2025-02-01')?.operation.version, asked('2025-02-01')?.exact], ['2024-04-01', false]);
    const traffic: Exchange[] = [
      { request: { method: 'GET', url: url('jars/plum', '?api-version=2025-02-01'), caller: 'backup-explorer' } },
    ];
    assert.match(detailsOf(reportOn(traffic, contract, []), new Map()).join(), /jars 2025-02-01 against 2024-04-01 \(1\)/);
  });

  it('counts requests of our clients, every answer, and by name what is not published', () => {
    const wrong = { ...good, colour: 1 };
    const traffic: Exchange[] = [
      { request: { method: 'PUT', url: url(), body: wrong }, response: { status: 202, headers: links } },
      { request: { method: 'GET', url: url(), caller: 'backup-explorer' }, response: { status: 200, body: good } },
      {
        request: { method: 'GET', url: '/subscriptions/x/providers/Microsoft.Compute/disks/d?api-version=1', caller: 'azsdk-js-client' },
        response: { status: 200, body: {} },
      },
    ];
    const report = reportOn(traffic, contract, []);
    assert.equal(summaryOf(report), '1 requests and 2 answers against 2 operations, 0 violations, 0 known oddities');
    assert.deepEqual(detailsOf(report, new Map()), ['No published contract here: Microsoft.Compute/disks (2)']);
    const ours = reportOn([{ request: { method: 'PUT', url: url(), caller: 'azsdk-js-arm-x', body: wrong } }], contract, []);
    assert.deepEqual([...ours.violations.keys()], ['request: Jar.colour is not in the contract']);
  });

  it('counts what Azure does too as an oddity, where the recording that is named shows it', () => {
    mkdirSync(join(folder, 'recordings', 'set'), { recursive: true });
    const interactions = [
      { request: { method: 'GET', url: url() }, response: { status: 404, headers: {}, body: refusal } },
      { request: { method: 'PUT', url: url(), body: good }, response: { status: 202, headers: { Location: url('lids/1') }, body: {} } },
    ];
    writeFileSync(join(folder, 'recordings', 'set', 'one.json'), JSON.stringify({ interactions }));
    const key = 'answer: Jars_Put 202 has content where the contract has none';
    const link = 'request: GET microsoft.recoveryservices/shelves/lids is not in the contract';
    const recordings = join(folder, 'recordings');
    const listed = [
      { key, recording: 'set/one.json', interaction: 1 },
      { key: link, recording: 'set/one.json', interaction: 1 },
    ];
    assert.deepEqual(unproven(listed, contract, recordings, folder), []);
    assert.match(
      unproven([{ key, recording: 'set/one.json', interaction: 0 }], contract, recordings, folder).join(),
      /does not show it at interaction 0/,
    );
    assert.match(
      unproven([{ key, recording: 'set/two.json', interaction: 0 }], contract, recordings, folder).join(),
      /set\/two\.json does not show it/,
    );
    assert.equal(proofs(new Set([key]), contract, recordings).get(key), '"recording": "set/one.json", "interaction": 1');
    const report = reportOn(
      [{ request: { method: 'PUT', url: url() }, response: { status: 202, headers: links, body: {} } }],
      contract,
      listed,
    );
    assert.deepEqual([report.violations.size, [...report.oddities]], [0, [key]]);
    writeFileSync(join(folder, 'models.d.ts'), 'interface Lid {\n  colour?: string;\n}\n');
    assert.deepEqual(unproven([{ key, library: 'models.d.ts', member: 'colour' }], contract, recordings, folder), []);
    assert.match(unproven([{ key, library: 'models.d.ts', member: 'color' }], contract, recordings, folder).join(), /declares no color/);
  });
});
