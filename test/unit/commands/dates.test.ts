import assert from 'node:assert/strict';
import { dateOf, parseDate, readOut } from '../../../src/commands/dates.ts';

const iso = (text: string): string => {
  const parsed = parseDate(text);
  return 'ms' in parsed ? new Date(parsed.ms).toISOString() : `refused: ${parsed.refused}`;
};

describe('dates as typed', () => {
  const zone = process.env['TZ'];
  const inZone = (name: string): void => void (process.env['TZ'] = name);
  afterEach(() => {
    if (zone === undefined) {
      delete process.env['TZ'];
    } else {
      process.env['TZ'] = zone;
    }
  });

  it('a day alone is its last second in this machine’s zone', () => {
    inZone('Asia/Tokyo');
    assert.equal(iso('2027-01-31'), '2027-01-31T14:59:59.000Z');
    inZone('America/Los_Angeles');
    assert.equal(iso('2027-01-31'), '2027-02-01T07:59:59.000Z');
    assert.equal(iso('2027-7-4'), '2027-07-05T06:59:59.000Z', 'summer time, and single digits');
  });

  it('a time is local, an offset or Z says its own zone', () => {
    inZone('Europe/Berlin');
    assert.equal(iso('2027-01-31 18:30'), '2027-01-31T17:30:00.000Z');
    assert.equal(iso('2027-07-31 18:30'), '2027-07-31T16:30:00.000Z');
    assert.equal(iso('2027-01-31T18:30Z'), '2027-01-31T18:30:00.000Z');
    assert.equal(iso(' 2027-01-31T18:30:15.250+05:30 '), '2027-01-31T13:00:15.000Z');
    assert.equal(iso('2027-01-31 18:30 -0800'), '2027-02-01T02:30:00.000Z');
  });

  it('an hour that summer time leaves out is refused; one that comes twice is the first', () => {
    inZone('Europe/Berlin');
    assert.match(iso('2027-03-28 02:30'), /does not exist/);
    assert.equal(iso('2027-03-28 03:30'), '2027-03-28T01:30:00.000Z');
    assert.equal(iso('2027-10-31 02:30'), '2027-10-31T00:30:00.000Z');
    assert.equal(iso('2027-03-28'), '2027-03-28T21:59:59.000Z');
  });

  it('the orders of other countries, words and days that do not exist are refused with what is expected', () => {
    for (const text of ['31.01.2027', '01/31/2027', '31/01/2027', '27-01-31', 'tomorrow', '2027', '٢٠٢٧-٠١-٣١', '2027-01-31 6pm', '1e9']) {
      assert.match(iso(text), /^refused: .*not a date.*2027-01-31/, text);
    }
    for (const text of ['2027-02-29', '2027-13-01', '2027-00-10', '2027-04-31', '2027-01-00']) {
      assert.match(iso(text), /calendar/, text);
    }
    assert.match(iso('2028-02-29'), /^2028-02-29/);
    assert.match(iso('2027-01-31 24:00'), /time of day/);
    assert.match(iso('2027-01-31T18:30+15:00'), /offset/);
    assert.match(iso('   '), /needed/);
  });

  it('what is proposed reads back as the same day, also around a change of clocks', () => {
    for (const name of ['Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kathmandu']) {
      inZone(name);
      for (let day = 0; day < 366; day++) {
        const ms = Date.UTC(2027, 0, 1, 12) + day * 86_400_000;
        const parsed = parseDate(dateOf(ms));
        assert.ok('ms' in parsed, `${name} ${dateOf(ms)}`);
        assert.equal(dateOf(parsed.ms), dateOf(ms), name);
        assert.ok(parsed.ms >= ms - 1000, `${name}: the end of a day is not before its noon`);
      }
    }
  });

  it('is read out with its zone and the days until then, counted by the calendar', () => {
    inZone('Europe/Berlin');
    const now = Date.parse('2027-03-27T22:00:00Z');
    assert.equal(readOut(Date.parse('2027-03-28T21:59:59Z'), now), '2027-03-28 23:59 (UTC+02:00), tomorrow');
    assert.equal(readOut(Date.parse('2027-04-26T21:59:59Z'), now), '2027-04-26 23:59 (UTC+02:00), 30 days from now');
    assert.equal(readOut(now + 60_000, now), '2027-03-27 23:01 (UTC+01:00), today');
  });
});
