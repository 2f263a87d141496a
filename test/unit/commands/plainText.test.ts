import assert from 'node:assert/strict';
import { asLabel, isTypedName, listed } from '../../../src/commands/plainText.ts';

describe('names in prompts', () => {
  it('never become icons, and direction marks are written out', () => {
    assert.equal(asLabel('$(flame) vm'), '\\$(flame) vm');
    assert.equal(asLabel('$(sync~spin)'), '\\$(sync~spin)');
    assert.equal(
      asLabel('cost $(net) $(a b) \\$(x)'),
      'cost \\$(net) $(a b) \\\\$(x)',
      'only what VS Code takes for an icon; one backslash is eaten',
    );
    assert.equal(asLabel('vm\u202etxt.exe'), 'vm<U+202E>txt.exe');
    assert.equal(asLabel('<b>"vm" & 🚀</b>'), '<b>"vm" & 🚀</b>');
    assert.equal(Array.from(asLabel('a'.repeat(250))).length, 120);
  });

  it('typed to confirm: exactly, as it is shown, or without what nobody can type; nothing else', () => {
    assert.ok(isTypedName(' web-01 ', 'web-01'));
    assert.ok(!isTypedName('WEB-01', 'web-01'));
    assert.ok(!isTypedName('web-0', 'web-01'));
    assert.ok(!isTypedName('', 'web-01'));
    assert.ok(isTypedName('web-01', 'web\u200f-01'));
    assert.ok(isTypedName('web<U+200F>-01', 'web\u200f-01'));
    assert.ok(!isTypedName('', '\u200f'), 'a name of marks alone is not confirmed by nothing');
    assert.ok(isTypedName('<U+200F>', '\u200f'));
  });

  it('are listed, and many are counted', () => {
    assert.equal(listed(['a']), 'a');
    assert.equal(listed(['a', 'b']), 'a and b');
    assert.equal(listed(['a', 'b', 'c']), 'a, b and c');
    assert.equal(listed(['a', 'b', 'c', 'd']), 'a, b and 2 more');
    assert.equal(listed([]), '');
  });
});
