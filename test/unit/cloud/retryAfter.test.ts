import assert from 'node:assert/strict';
import { retryAfterMs } from '../../../src/cloud/retryAfter.ts';
import { defaultRetryLimits, retryStrategy } from '../../../src/cloud/retry.ts';

const at = (headers: Record<string, string>, now = 0): number | undefined => retryAfterMs({ get: (name) => headers[name] }, now);

describe('Retry-After', () => {
  it('is seconds, an HTTP date, or Azure’s own milliseconds, which come first', () => {
    assert.equal(at({ 'retry-after': '60' }), 60_000);
    assert.equal(at({ 'retry-after': ' 1.5 ' }), 1500);
    assert.equal(at({ 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' }, 4000), 5000);
    assert.equal(at({ 'x-ms-retry-after-ms': '250', 'retry-after': '60' }), 250);
    assert.equal(at({ 'retry-after-ms': '0' }), 0);
  });

  it('in the past is now, and what cannot be read is none', () => {
    assert.equal(at({ 'retry-after': 'Thu, 01 Jan 1970 00:00:01 GMT' }, 4000), 0);
    for (const value of ['', '-5', 'soon', 'NaN', '1e9x']) {
      assert.equal(at({ 'retry-after': value }), undefined, value);
    }
    assert.equal(at({}), undefined);
  });

  it('where it is missing, waiting doubles, varies between half and all of it, and has a limit', () => {
    const delays = (random: number): (number | undefined)[] =>
      [0, 1, 2, 9].map((retryCount) => {
        const headers = { get: () => undefined };
        const response = { status: 503, headers, request: { method: 'GET' } };
        return retryStrategy(defaultRetryLimits, { random: () => random }).retry({ retryCount, response: response as never })
          .retryAfterInMs;
      });
    assert.deepEqual(delays(0), [200, 400, 800, 7500]);
    assert.deepEqual(delays(0.5), [300, 600, 1200, 11_250]);
  });
});
