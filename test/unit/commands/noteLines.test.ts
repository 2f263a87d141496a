import assert from 'node:assert/strict';
import { noteLines } from '../../../src/commands/prompts/noteLines.ts';

describe('the lines of a note', () => {
  it('break between words, and lose none', () => {
    const text = 'stnwapimfw does not let this service in; in one region, addresses do not count: choose the system-assigned identity';
    const lines = noteLines(text, 40);
    assert.deepEqual(lines, [
      'stnwapimfw does not let this service in;',
      'in one region, addresses do not count:',
      'choose the system-assigned identity',
    ]);
    assert.equal(lines.join(' '), text);
  });

  it('one line stays one, an empty text too', () => {
    assert.deepEqual(noteLines('There is no such backup yet'), ['There is no such backup yet']);
    assert.deepEqual(noteLines(''), ['']);
  });

  it('a word without an end is split, also one of signs that are two characters', () => {
    assert.deepEqual(noteLines('abcdefgh ij', 3), ['abc', 'def', 'gh', 'ij']);
    assert.deepEqual(noteLines('see 😀😀😀', 4), ['see', '😀😀😀']);
    assert.equal(noteLines('😀😀😀😀😀', 4).join(''), '😀😀😀😀😀');
  });
});
