import assert from 'node:assert/strict';
import { displayName, lineText, messageText, shortened, visibleText, withoutIcons } from '../../../src/core/displayText.ts';

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

  it('make one line of a sentence of several, and still show what hides', () => {
    assert.equal(lineText('Item not found.\r\nIt might have been deleted.\n'), 'Item not found. It might have been deleted.');
    assert.equal(lineText('a\u202Eb'), 'a<U+202E>b');
  });

  it('are no links where VS Code would make them, and look the same', () => {
    // What VS Code takes for a link in notifications and input boxes (base/common/linkedText).
    const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
    for (const hostile of ['[a](command:evil)', '[a](HTTPS://evil.example)', 'x [a](file:///etc/passwd) y', '[a](http://evil "title")']) {
      assert.match(hostile, link);
      assert.doesNotMatch(messageText(hostile), link);
      assert.equal(messageText(hostile).replaceAll('\u2060', ''), hostile);
    }
    assert.equal(messageText('disk[1](old)'), 'disk[1](old)');
  });

  it('hold no icons where VS Code would draw them', () => {
    assert.equal(withoutIcons('$(flame) $$(x)'), '\\$(flame) $\\$(x)');
  });
});
