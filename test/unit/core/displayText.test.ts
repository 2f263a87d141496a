import assert from 'node:assert/strict';
import { displayName, shortened, visibleText, withoutIcons } from '../../../src/core/displayText.ts';

describe('names as plain text', () => {
  it('show what reorders, hides or breaks a line instead of letting it', () => {
    assert.equal(visibleText('a\u202Egpj.exe'), 'a<U+202E>gpj.exe');
    assert.equal(visibleText('a\u200Fb\u2067c\uFEFFd\ne\u0000'), 'a<U+200F>b<U+2067>c<U+FEFF>d<U+000A>e<U+0000>');
  });

  it('leave letters of all scripts, emoji, quotes and angle brackets alone', () => {
    for (const text of ['שלום', 'مرحبا', '👩‍👩‍👧 🦄', `<b>"it's"</b>`, 'Ünï']) {
      assert.equal(visibleText(text), text);
    }
  });

  it('are shortened by what a person counts as a character, never within one', () => {
    assert.equal(shortened('abcdef', 6), 'abcdef');
    assert.equal(shortened('abcdefg', 6), 'abcde…');
    assert.equal(shortened('👩‍👩‍👧'.repeat(4), 3), '👩‍👩‍👧👩‍👩‍👧…');
    assert.equal(shortened('👩‍👩‍👧'.repeat(3), 3), '👩‍👩‍👧'.repeat(3));
    assert.equal(displayName('x'.repeat(250)).length, 120);
  });

  it('hold no icons where VS Code would draw them', () => {
    assert.equal(withoutIcons('$(flame) $$(x)'), '\\$(flame) $\\$(x)');
  });
});
