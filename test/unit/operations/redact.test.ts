import assert from 'node:assert/strict';
import { withoutSignature, withoutSignatures } from '../../../src/core/signedUrl.ts';
import { pathOnly, storable, secretsIn } from '../../../src/operations/redact.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { plan } from './fakes.ts';

const base = 'https://management.azure.com/subscriptions/s/x';

describe('what of an operation may be written down', () => {
  for (const [signed, unsigned] of [
    [`${base}?api-version=2025-02-01&t=1&c=2&s=3&h=4`, `${base}?api-version=2025-02-01`],
    [`${base}?t=1&api-version=2025-02-01&C=2`, `${base}?api-version=2025-02-01`],
    [`${base}?t=1&c=2&s=3&h=4`, base],
    [`${base}?fabricName=Azure?api-version=2025-02-01&t=1&s=3`, `${base}?fabricName=Azure?api-version=2025-02-01`],
    [`${base}?api-version=1&type=t&color=c&status=s`, `${base}?api-version=1&type=t&color=c&status=s`],
    [`${base}?p=9&api-version=1&t=638&monitor=true#frag`, `${base}?p=9&api-version=1&monitor=true`],
    [`${base}`, base],
    [`https://store.blob.core.windows.net/c/b?sv=2024&sig=abc`, `https://store.blob.core.windows.net/c/b?sv=2024`],
  ] as const) {
    it(`${signed.replace(base, '…')} becomes ${unsigned.replace(base, '…')}`, () => {
      assert.equal(withoutSignature(signed), unsigned);
    });
  }

  it('signatures are taken out wherever a URL stands in a text or in JSON', () => {
    assert.deepEqual(withoutSignatures({ a: [`see ${base}?t=1&s=2 and "${base}?h=5"`], n: 1, b: { c: null } }), {
      a: [`see ${base} and "${base}"`],
      n: 1,
      b: { c: null },
    });
  });

  it('a timeline shows paths only', () => {
    assert.equal(pathOnly(`${base}?api-version=1&t=2`), '/subscriptions/s/x');
    assert.equal(pathOnly('/a/b?c'), '/a/b');
    assert.equal(pathOnly('https://host'), '/');
  });

  it('a request keeps its body byte for byte where nothing in it is secret', () => {
    const body = '{ "properties" : {"objectType":"IaasVMBackupRequest"} }';
    const record = storable(newRecord('a', base, 0, { ...plan, status: 'planned', request: { ...plan.request, body } }));
    assert.equal(record.request?.body, body);
  });

  it('what the service says back of a secret is not written down either, however it spells it', () => {
    const secret = 'ab+/"c==';
    const request = { ...plan.request, body: JSON.stringify({ list: [{ accessKey: secret }], container: 'c' }) };
    assert.deepEqual(secretsIn(request), [secret]);
    const message = `The key ${secret} of {"accessKey":${JSON.stringify(secret)}} at ?key=${encodeURIComponent(secret)} does not open it.`;
    const made = newRecord('a', base, 0, { ...plan, status: 'planned', request });
    const record = storable({ ...made, error: { code: 'x', message } }, secretsIn(request));
    assert.equal(record.error?.message, 'The key (not stored) of {"accessKey":"(not stored)"} at ?key=(not stored) does not open it.');
    assert.deepEqual(secretsIn({ ...request, body: '<xml/>' }), []);
  });

  it('a request loses credentials of its headers and body', () => {
    const request = {
      ...plan.request,
      headers: { authorization: 'Bearer X', cookie: 'X', 'x-ms-authorization-auxiliary': 'X', 'content-type': 'application/json' },
      body: JSON.stringify({
        storageAccount: 's',
        accessKey: 'X',
        nested: [{ adminPassword: 'X', clientSecret: 'X' }],
        sasUri: 'X',
        keyName: 'kept',
      }),
    };
    const record = storable(newRecord('a', base, 0, { ...plan, status: 'planned', request }));
    assert.deepEqual(record.request?.headers, { 'content-type': 'application/json' });
    assert.deepEqual(JSON.parse(record.request?.body ?? ''), {
      storageAccount: 's',
      accessKey: '(not stored)',
      nested: [{ adminPassword: '(not stored)', clientSecret: '(not stored)' }],
      sasUri: '(not stored)',
      keyName: 'kept',
    });
    assert.equal(
      storable(newRecord('a', base, 0, { ...plan, status: 'planned', request: { ...request, body: '<xml>X</xml>' } })).request?.body,
      '(not stored)',
    );
  });
});
