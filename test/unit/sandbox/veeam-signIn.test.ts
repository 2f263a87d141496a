import assert from 'node:assert/strict';
import { totp } from '../../../src/sandbox/veeam/totp.ts';
import { Appliances, ask, minute } from './veeamSupport.ts';

const about = '/api/v8.1/system/about';

describe('sandbox veeam: sign-in', () => {
  let appliances: Appliances;
  beforeEach(async () => {
    appliances = await Appliances.start();
  });
  afterEach(() => appliances.close());

  const aboutWith = async (token: string): Promise<number> => (await ask(appliances.server().endpoint, 'GET', about, { token })).status;
  const ofUser = (username: string): Record<string, string> => ({
    grant_type: 'Password',
    username,
    password: appliances.password(username),
  });

  it('gives an access token for an hour and a refresh token for 14 days; field names in any casing', async () => {
    const { at, status } = await appliances.token({
      Grant_Type: 'password',
      Username: 'VEEAM-ADMIN',
      Password: appliances.password('veeam-admin'),
    });
    assert.deepEqual([status, at('expires_in'), at('token_type'), at('mfa_enabled')], [200, 3600, 'bearer', false]);
    const token = String(at('access_token'));
    assert.equal(await aboutWith(token), 200);
    appliances.pass(60 * minute - 1);
    assert.equal(await aboutWith(token), 200);
    appliances.pass(1);
    assert.equal(await aboutWith(token), 401);
    appliances.pass(14 * 24 * 60 * minute);
    const late = await appliances.token({ grant_type: 'Refresh_token', refresh_token: String(at('refresh_token')) });
    assert.equal(late.status, 401);
  });

  it('rotates both tokens, and a refresh token is good once', async () => {
    const first = await appliances.token(ofUser('veeam-admin'));
    const refreshToken = String(first.at('refresh_token'));
    const second = await appliances.token({ grant_type: 'Refresh_token', refresh_token: refreshToken });
    assert.equal(second.status, 200);
    assert.notEqual(second.at('access_token'), first.at('access_token'));
    assert.notEqual(second.at('refresh_token'), refreshToken);
    assert.equal((await appliances.token({ grant_type: 'Refresh_token', refresh_token: refreshToken })).status, 401);
    assert.equal(await aboutWith(String(second.at('access_token'))), 200);
  });

  it('a short-lived refresh token ends after an hour', async () => {
    const { at } = await appliances.token({ ...ofUser('veeam-admin'), short_lived_refresh_token: 'true' });
    appliances.pass(60 * minute);
    assert.equal((await appliances.token({ grant_type: 'Refresh_token', refresh_token: String(at('refresh_token')) })).status, 401);
  });

  it('refuses a wrong password and an unknown user alike, and says of a locked one that it is locked', async () => {
    const wrong = await appliances.token({ grant_type: 'Password', username: 'veeam-admin', password: 'nonsense' });
    const nobody = await appliances.token({ grant_type: 'Password', username: 'nobody', password: 'nonsense' });
    assert.deepEqual([wrong.status, nobody.status], [401, 401]);
    assert.equal(wrong.at('detail'), nobody.at('detail'));
    assert.match(wrong.type, /^application\/problem\+json/);
    const locked = await appliances.token(ofUser('veeam-locked'));
    assert.equal(locked.status, 401);
    assert.match(String(locked.at('detail')), /locked/);
    const guess = await appliances.token({ grant_type: 'Password', username: 'veeam-locked', password: 'nonsense' });
    assert.equal(guess.at('detail'), wrong.at('detail'), 'who does not know the password learns nothing of the user');
  });

  it('asks a user with a second factor for the code; the token for it is good once and for five minutes', async () => {
    const asked = await appliances.token(ofUser('veeam-mfa'));
    assert.deepEqual([asked.status, asked.at('mfa_enabled'), asked.at('access_token')], [200, true, null]);
    const mfaToken = String(asked.at('mfa_token'));
    const code = (): string => appliances.server().endpoint.users.find(({ username }) => username === 'veeam-mfa')?.mfaCode ?? '';
    const wrong = await appliances.token({ grant_type: 'Mfa', mfa_token: mfaToken, mfa_code: code() === '000000' ? '111111' : '000000' });
    assert.equal(wrong.status, 401);
    const right = await appliances.token({ grant_type: 'Mfa', mfa_token: mfaToken, mfa_code: code() });
    assert.equal(right.status, 200);
    assert.equal(await aboutWith(String(right.at('access_token'))), 200);
    assert.equal((await appliances.token({ grant_type: 'Mfa', mfa_token: mfaToken, mfa_code: code() })).status, 401);
    const other = String((await appliances.token(ofUser('veeam-mfa'))).at('mfa_token'));
    appliances.pass(5 * minute);
    assert.equal((await appliances.token({ grant_type: 'Mfa', mfa_token: other, mfa_code: code() })).status, 401);
  });

  it('codes are those of RFC 6238', () => {
    const secret = Buffer.from('12345678901234567890');
    assert.deepEqual(
      [59, 1111111109, 1234567890, 20000000000].map((at) => totp(secret, at * 1000)),
      ['287082', '081804', '005924', '353130'],
    );
  });

  it('names the field that is missing or wrong, and the content type', async () => {
    const missing = await appliances.token({ grant_type: 'Password', username: 'veeam-admin' });
    assert.equal(missing.status, 400);
    assert.deepEqual(Object.keys(missing.at('errors') as object), ['password']);
    const unknown = await appliances.token({ grant_type: 'client_credentials' });
    assert.deepEqual(Object.keys(unknown.at('errors') as object), ['grant_type']);
    const asJson = await ask(appliances.server().endpoint, 'POST', '/api/oauth2/token', { body: { grant_type: 'Password' } });
    assert.equal(asJson.status, 415);
  });

  it('tokens end with the sign-out, and those of one appliance mean nothing to another', async () => {
    const token = await appliances.signIn();
    const old = await ask(appliances.server('veeam-old').endpoint, 'GET', '/api/v2/system/about', { token });
    assert.equal(old.status, 401);
    assert.match(String(old.headers['www-authenticate']), /invalid_token/);
    const { status } = await ask(appliances.server().endpoint, 'DELETE', '/api/oauth2/token', { token });
    assert.deepEqual([status, await aboutWith(token)], [204, 401]);
  });

  it('passwords and secrets are new with each start', async () => {
    const other = await Appliances.start();
    try {
      assert.notEqual(other.password('veeam-admin'), appliances.password('veeam-admin'));
      assert.notEqual(appliances.password('veeam-admin'), appliances.password('veeam-admin', 'veeam-old'));
    } finally {
      await other.close();
    }
  });

  it('leaves no password, code or token in the ledger, not even one that was put into the query', async () => {
    const answer = await appliances.token(ofUser('veeam-admin'));
    const password = appliances.password('veeam-admin');
    await ask(appliances.server().endpoint, 'POST', `/api/oauth2/token?Password=${password}&mfa_code=123456`, {
      body: 'grant_type=Password',
    });
    await aboutWith(String(answer.at('access_token')));
    const ledger = JSON.stringify(appliances.ledger.list());
    for (const secret of [password, '123456', String(answer.at('access_token')), String(answer.at('refresh_token'))]) {
      assert.ok(!ledger.includes(secret));
    }
    const paths = appliances.ledger.list().map(({ server, method, path, status }) => [server, method, path, status]);
    assert.deepEqual(paths, [
      ['veeam', 'POST', '/api/oauth2/token', 200],
      ['veeam', 'POST', '/api/oauth2/token', 400],
      ['veeam', 'GET', about, 200],
    ]);
  });
});
