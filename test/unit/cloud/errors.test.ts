import assert from 'node:assert/strict';
import { refusalOf } from '../../../src/cloud/armErrors.ts';
import { unansweredError } from '../../../src/cloud/networkErrors.ts';
import { requestLogLine } from '../../../src/cloud/requestLog.ts';
import { serviceErrorOf } from '../../../src/cloud/serviceError.ts';
import { environmentAt } from './support/client.ts';

describe('refusals of a service', () => {
  for (const [what, status, text, code, message] of [
    ['ARM’s envelope', 403, { error: { code: 'AuthorizationFailed', message: 'No.' } }, 'AuthorizationFailed', 'No.'],
    ['an envelope full of nulls', 400, { error: { code: 'X', message: 'y', target: null, details: null, innerError: null } }, 'X', 'y'],
    [
      'the older form',
      404,
      { ErrorCode: 'ResourceExtendedInfoNotFound', Message: { Language: 'en', Value: 'Gone.' }, Values: [] },
      'ResourceExtendedInfoNotFound',
      'Gone.',
    ],
    ['an empty object', 404, {}, 'NotFound', 'The service answered HTTP 404 without saying why.'],
    [
      'an empty message',
      500,
      { error: { code: 'CloudStorageUnexpectedError', message: '' } },
      'CloudStorageUnexpectedError',
      'The service answered HTTP 500 without saying why.',
    ],
    [
      'OData’s',
      400,
      { 'odata.error': { code: 'Request_BadRequest', message: { lang: 'en', value: 'Bad.' } } },
      'Request_BadRequest',
      'Bad.',
    ],
    ['a bare one', 400, { code: 'BadRequest', message: 'Bare.' }, 'BadRequest', 'Bare.'],
    ['one of a token endpoint', 401, { error: 'invalid_client', error_description: 'Expired.' }, 'invalid_client', 'Expired.'],
    [
      'one with details',
      400,
      { error: { code: 'BadRequest', message: 'Query.', details: [{ code: 'ParserFailure', message: 'At line 1.' }] } },
      'BadRequest',
      'Query. At line 1.',
    ],
    [
      'one wrapped as text',
      400,
      { error: { code: 'Outer', message: JSON.stringify({ error: { code: 'Inner', message: 'True reason.' } }) } },
      'Inner',
      'True reason.',
    ],
    ['an array', 500, [], 'InternalServerError', 'The service answered HTTP 500 without saying why.'],
    ['null', 418, null, 'Http418', 'The service answered HTTP 418 without saying why.'],
  ] as const) {
    it(`in ${what} give code and message`, () => {
      assert.deepEqual(serviceErrorOf(status, JSON.stringify(text)), { code, message });
    });
  }

  it('keep no signature of a URL that they name', () => {
    const body = {
      error: { code: 'X', message: 'See https://m.example/op?api-version=1&t=1&s=SIGNED and https://b.example/f?sv=1&sig=SIGNED.' },
    };
    assert.equal(serviceErrorOf(400, JSON.stringify(body)).message, 'See https://m.example/op?api-version=1 and https://b.example/f?sv=1');
    assert.doesNotMatch(serviceErrorOf(500, 'Failed: https://b.example/f?sig=SIGNED').message, /SIGNED/);
  });

  it('that are empty, torn, plain text or a web page say so', () => {
    assert.match(serviceErrorOf(502, '').message, /HTTP 502 without saying why/);
    assert.match(serviceErrorOf(500, '{"error":{"co').message, /broke off or is not valid JSON/);
    assert.equal(serviceErrorOf(503, 'upstream connect error').message, 'upstream connect error');
    const page = serviceErrorOf(502, '<html><head><title>502 Bad\n Gateway</title></head><body><script>alert(1)</script></body></html>');
    assert.equal(page.code, 'BadGateway');
    assert.match(page.message, /^A web page came instead of an answer: “502 Bad Gateway” \(HTTP 502\)/);
    assert.ok(!page.message.includes('script'));
    assert.ok(serviceErrorOf(500, 'x'.repeat(100_000)).message.length < 3000);
  });

  it('become errors with what was attempted, on what, status, request id and remedies', () => {
    const service = { code: 'AuthorizationFailed', message: 'The client has no permission.' };
    const error = refusalOf(
      service,
      { status: 403, requestId: 'r-1' },
      { attempted: 'list the policies', resource: 'vault-1' },
      undefined,
      () => [],
    );
    assert.equal(error.message, 'Could not list the policies (vault-1): The client has no permission. (AuthorizationFailed)');
    const { remedies, ...facts } = error.facts;
    assert.deepEqual(facts, {
      code: 'AuthorizationFailed',
      attempted: 'list the policies',
      resource: 'vault-1',
      status: 403,
      requestId: 'r-1',
    });
    assert.match(remedies?.[0] ?? '', /Backup Reader/);
  });

  it('take what a provider knows of a code before what the gateway’s codes say', () => {
    const remediesFor = (code: string): string[] => (code === 'Special' ? ['Do this.'] : []);
    const special = refusalOf({ code: 'Special', message: 'x' }, { status: 409 }, {}, undefined, remediesFor);
    assert.deepEqual(special.facts.remedies, ['Do this.']);
    const other = refusalOf({ code: 'Other', message: 'x' }, { status: 409 }, {}, 5000, remediesFor);
    assert.match(other.facts.remedies?.[0] ?? '', /refresh/);
    assert.match(other.facts.remedies?.[1] ?? '', /5 seconds/);
  });
});

describe('connections that fail', () => {
  const environment = environmentAt('https://management.example');
  for (const [code, ours, words] of [
    ['ENOTFOUND', 'EndpointUnreachable', /management\.example has no address/],
    ['ECONNREFUSED', 'EndpointUnreachable', /refuses connections/],
    ['ETIMEDOUT', 'EndpointUnreachable', /in time/],
    ['ECONNRESET', 'ConnectionLost', /broke the connection off/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CertificateRefused', /nobody trusted/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'CertificateRefused', /nobody trusted/],
    ['CERT_HAS_EXPIRED', 'CertificateRefused', /expired/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'CertificateRefused', /another name/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'CertificateRefused', /TLS/],
    ['PROXY_407', 'EndpointUnreachable', /the proxy does not let us through \(PROXY_407\)/],
    ['ESOMETHING', 'NetworkFailure', /management\.example failed: odd/],
  ] as const) {
    it(`with ${code} are told in words, with the host, the code and a remedy`, () => {
      const error = unansweredError(Object.assign(new Error('odd'), { code }), environment, { attempted: 'list the vaults' });
      assert.equal(error.facts.code, ours);
      assert.match(error.message, /^Could not list the vaults: /);
      assert.match(error.message, words);
      assert.ok((error.facts.remedies?.length ?? 0) > 0);
    });
  }

  it('to the sandbox point to the sandbox', () => {
    const error = unansweredError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), { ...environment, kind: 'sandbox' }, {});
    assert.match(error.facts.remedies?.[0] ?? '', /sandbox/);
  });

  it('of a name with several addresses are told by the first', () => {
    const each = ['ECONNREFUSED', 'ENETUNREACH'].map((code) => Object.assign(new Error(code), { code }));
    assert.match(unansweredError(new AggregateError(each), environment, {}).message, /refuses connections/);
  });
});

describe('the request log', () => {
  it('has one line a request: method, host, path, status, milliseconds, ids', () => {
    const entry = { method: 'GET', host: 'h', path: '/p', attempt: 2, ms: 12.6, status: 200, requestId: 'r', clientRequestId: 'c' };
    assert.equal(requestLogLine(entry), 'GET h /p 200 13 ms request-id=r client-request-id=c attempt=2');
    assert.equal(
      requestLogLine({ method: 'POST', host: 'h', path: '/p', attempt: 1, ms: 1, failure: 'ECONNRESET' }),
      'POST h /p ECONNRESET 1 ms',
    );
  });
});
