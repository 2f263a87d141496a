/** Adding an appliance, and signing in to one again: address, certificate, user and password, code. */
import { hostOf, readAddress, type Appliance } from '../../cloud/veeam/appliance.ts';
import type { PinnedCertificate } from '../../cloud/veeam/certificate.ts';
import { refusedCodes } from '../../cloud/veeam/signIn.ts';
import { CancelledError } from '../../core/cancellation.ts';
import { displayName } from '../../core/displayText.ts';
import { BackupError, messageOf } from '../../core/errors.ts';
import { localTime } from '../../inventory/text.ts';
import { applianceId } from '../../providers/veeam/ids.ts';
import type { Step } from '../prompts/prompter.ts';
import { sandboxAppliances, type SandboxAppliance } from './sandboxAppliances.ts';
import type { VeeamServices } from './services.ts';

const title = 'Add Veeam Appliance';
/** Appliances lock users of whom several passwords were wrong, mostly after five. */
const passwordTries = 3;
/** The prompt stays below the box. */
export const noRemark = { remark: undefined };
/** The choice for an address that is typed. */
const another = '-';

interface Address {
  readonly origin: string;
  /** Of an appliance of the connected sandbox. */
  readonly sandbox?: SandboxAppliance;
}

/** @throws BackupError where it cannot be reached, is not trusted or refuses the sign-in: then nothing is kept; CancelledError */
export async function addAppliance(services: VeeamServices): Promise<void> {
  const address = await askAddress(services);
  const { origin, sandbox } = address;
  const certificate = await services.prompter.busy(`Looking at the certificate of ${hostOf(origin)}...`, (signal) =>
    services.appliances.look(origin, signal),
  );
  const trust = 'Trust This Certificate';
  await services.prompter.confirm(
    `Trust the certificate of ${hostOf(origin)}?`,
    [
      `SHA-256 fingerprint: ${certificate.fingerprint}`,
      ...describe(certificate, services.now()),
      ...(sandbox?.fingerprint === certificate.fingerprint ? ['It is the certificate of the sandbox’s own appliance.'] : []),
      'Compare the fingerprint with the one that whoever runs the appliance gives you. From then on this certificate alone is trusted for it; should another one be presented, nothing is sent.',
    ],
    [trust],
  );
  const appliance = await enter(services, title, address, certificate, sandbox ? 'veeam-admin' : '');
  void services.prompter.tell('info', `Veeam appliance ${hostOf(origin)} was added (REST API ${appliance.apiVersion}).`, []);
  await services
    .reveal(applianceId(origin))
    .catch((error: unknown) => services.log(`The row of ${hostOf(origin)} could not be shown: ${messageOf(error)}`));
}

/** @throws as `addAppliance`: what was kept before stays then */
export async function signInAgain(services: VeeamServices, appliance: Appliance): Promise<void> {
  const { origin, user, certificate } = appliance;
  const sandbox = appliance.sandbox === undefined ? undefined : (await sandboxAppliances(services)).find((one) => one.origin === origin);
  await enter(services, `Sign in to ${hostOf(origin)}`, { origin, ...(sandbox ? { sandbox } : {}) }, certificate, user);
  void services.prompter.tell('info', `Signed in to Veeam appliance ${hostOf(origin)}.`, []);
}

async function askAddress(services: VeeamServices): Promise<Address> {
  const known = await sandboxAppliances(services);
  let chosen: string | undefined;
  let typed: string | undefined;
  const steps: Step[] = [
    {
      id: 'appliance',
      needed: () => known.length > 0,
      undo: () => void (chosen = undefined),
      async ask(prompts) {
        chosen = await prompts.pickOne({
          placeholder: 'The appliance to add',
          empty: '',
          load: () =>
            Promise.resolve([
              ...known.map(({ origin, name, release }) => ({
                value: origin,
                label: `The sandbox’s appliance ${displayName(name, 60)}`,
                description: hostOf(origin),
                detail: `Release ${displayName(release, 60)}. User and password are filled in. It ends with the sandbox.`,
                icon: 'beaker',
              })),
              { value: another, label: 'Another appliance', detail: 'Its address is asked next.', icon: 'server' },
            ]),
        });
      },
    },
    {
      id: 'address',
      needed: () => known.length === 0 || chosen === another,
      undo: () => void (typed = undefined),
      async ask(prompts) {
        typed = await prompts.input({
          prompt: 'Name or IP address of the appliance, with its port where that is not 443',
          placeholder: 'backup.example.com',
          check: (text) => {
            const read = readAddress(text);
            if ('refused' in read) {
              return read;
            }
            return services.appliances.get(read.origin)
              ? { refused: `${hostOf(read.origin)} has been added already: sign in again on its row.` }
              : { remark: `The appliance at ${read.origin}. Nothing is sent before you have seen its certificate.` };
          },
        });
      },
    },
  ];
  await services.prompter.walk(title, steps);
  const sandbox = known.find(({ origin }) => origin === chosen);
  if (sandbox) {
    return { origin: sandbox.origin, sandbox };
  }
  const read = readAddress(typed ?? '');
  if ('refused' in read) {
    throw new CancelledError();
  }
  return read;
}

/** Asks anew where user and password were refused: who mistyped need not begin again. */
async function enter(
  services: VeeamServices,
  title: string,
  { origin, sandbox }: Address,
  certificate: PinnedCertificate,
  proposed: string,
): Promise<Appliance> {
  const belongs = services.appliances.get(origin)?.sandbox ?? sandbox?.sandbox;
  let about: About = { title, origin, sandbox, proposed };
  for (let tries = 1; ; tries++) {
    const { user, password } = await askUser(services, about);
    const entrance = {
      origin,
      certificate,
      user,
      password,
      ...(belongs === undefined ? {} : { sandbox: belongs }),
      askCode: (refused: string | undefined) => askCode(services, title, refused),
    };
    try {
      return await services.prompter.busy(`Signing in to ${hostOf(origin)}...`, (signal) => services.appliances.enter(entrance, signal));
    } catch (error) {
      if (tries >= passwordTries || !(error instanceof BackupError) || error.facts.code !== refusedCodes.wrong) {
        throw error;
      }
      about = { ...about, proposed: user, refused: error.message };
    }
  }
}

interface About {
  readonly title: string;
  readonly origin: string;
  readonly sandbox: SandboxAppliance | undefined;
  readonly proposed: string;
  /** What the appliance said of the ones before. */
  readonly refused?: string;
}

async function askUser(
  services: VeeamServices,
  { title, origin, sandbox, proposed, refused }: About,
): Promise<{ readonly user: string; readonly password: string }> {
  let user = '';
  let password = '';
  const steps: Step[] = [
    {
      id: 'user',
      needed: () => true,
      undo: () => void (user = ''),
      async ask(prompts) {
        const typed = await prompts.input({
          prompt: [...(refused === undefined ? [] : [refused]), `User name on ${hostOf(origin)}, as on the web page of the appliance`].join(
            ' ',
          ),
          value: user || proposed,
          check: (text) => (text.trim() === '' ? { refused: 'The name of a user of the appliance is needed.' } : noRemark),
        });
        user = typed.trim();
      },
    },
    {
      id: 'password',
      needed: () => true,
      undo: () => void (password = ''),
      async ask(prompts) {
        const known = sandbox?.passwords[user.toLowerCase()];
        password = await prompts.input({
          prompt: [
            `Password of ${displayName(user, 60)}.`,
            ...(known === undefined ? [] : ['The sandbox made it up and has filled it in.']),
            `It is kept in VS Code’s secret storage, and sent to ${hostOf(origin)} alone.`,
          ].join(' '),
          hidden: true,
          value: known ?? '',
          check: (text) => (text === '' ? { refused: 'The password is needed.' } : noRemark),
        });
      },
    },
  ];
  await services.prompter.walk(title, steps);
  return { user, password };
}

async function askCode(services: VeeamServices, title: string, refused: string | undefined): Promise<string> {
  let code = '';
  const step: Step = {
    id: 'code',
    needed: () => true,
    undo: () => void (code = ''),
    async ask(prompts) {
      code = await prompts.input({
        prompt: [...(refused === undefined ? [] : [refused]), 'The code that the authenticator app shows now'].join(' '),
        placeholder: '123456',
        check: (text) => (/^\s*\d{6,8}\s*$/.test(text) ? noRemark : { refused: 'The code has six digits.' }),
      });
    },
  };
  await services.prompter.walk(title, [step]);
  return code;
}

/** Whom it names and how long it holds. */
export function describe({ subject, issuer, validFrom, validTo }: PinnedCertificate, nowMs: number): readonly string[] {
  const over = Date.parse(validTo) < nowMs;
  return [
    `Issued to: ${displayName(subject)}`,
    `Issued by: ${subject === issuer ? 'itself' : displayName(issuer)}`,
    `Valid from ${localTime(validFrom)} to ${localTime(validTo)}${over ? ', so it has expired: the appliance needs a new one before anything can be sent to it' : ''}.`,
  ];
}
