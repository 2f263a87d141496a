import { z } from 'zod';
import { azuriteAt } from '../storage/azurite/find.ts';
import { BlobServiceMissing } from '../storage/blobStore.ts';
import type { StorageComposition } from './compose.ts';
import { type App, type AppContext, readText } from './request.ts';

export interface BlobControl extends StorageComposition {
  /** Of this server: the accounts' endpoints begin with it. */
  readonly origin: string;
}

type Refuse = (status: number, code: string, message: string) => Response;

const dayMs = 86_400_000;
const start = z.strictObject({ path: z.string().min(1).optional() });
const age = z.strictObject({
  account: z.string().min(1),
  container: z.string().min(1),
  blob: z.string().min(1),
  /** How long ago it was made, as it then says. */
  days: z.number().min(0).max(3650),
});

/** `/_sandbox/blobs`: whether there is a blob service, what is missing, and blobs of another age. */
export function addBlobRoutes(app: App, blobs: BlobControl, refuse: Refuse): void {
  const route = (path: string, run: (context: AppContext) => Promise<Response>): void => {
    app.post(`/_sandbox/blobs/${path}`, async (context) => {
      try {
        return await run(context);
      } catch (error) {
        if (error instanceof z.ZodError) {
          return refuse(
            400,
            'InvalidBlobRequest',
            error.issues.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`).join('\n'),
          );
        }
        if (error instanceof SyntaxError) {
          return refuse(400, 'InvalidBlobRequest', error.message);
        }
        if (error instanceof BlobServiceMissing) {
          return refuse(501, 'SandboxBlobServiceMissing', error.message);
        }
        throw error;
      }
    });
  };
  app.get('/_sandbox/blobs', () => Response.json(view(blobs)));
  route('start', async (context) => {
    const text = await readText(context);
    const { path } = start.parse(text === '' ? {} : JSON.parse(text));
    if (path !== undefined) {
      const program = azuriteAt(path);
      if (program === undefined) {
        return refuse(
          400,
          'InvalidBlobRequest',
          `There is no Azurite at ${JSON.stringify(path)}: expected the folder of the npm package azurite.`,
        );
      }
      blobs.service.use(program);
    }
    await blobs.service.address();
    return Response.json(view(blobs));
  });
  route('fetch', async () => {
    await blobs.service.fetch();
    return Response.json(view(blobs));
  });
  route('age', async (context) => setAge(blobs, age.parse(JSON.parse(await readText(context))), refuse));
}

/** Writes the blob again, as if it had been written then; a backup then says so of itself too. */
async function setAge({ estate, service, redated }: BlobControl, given: z.output<typeof age>, refuse: Refuse): Promise<Response> {
  const { container, blob: name } = given;
  const account = estate.accountNamed(given.account);
  if (account === undefined) {
    const names = estate.accounts().map((known) => known.name);
    return refuse(404, 'NotFound', `There is no storage account ${JSON.stringify(given.account)}; there are ${names.join(', ')}.`);
  }
  const found = await service.send(account, { method: 'GET', container, blob: name });
  if (found.status !== 200) {
    return refuse(
      404,
      'NotFound',
      `There is no blob ${JSON.stringify(name)} in ${account.name}/${container} (${found.code ?? found.status}).`,
    );
  }
  const modifiedAt = Date.now() - given.days * dayMs;
  const content = redated(found.body, modifiedAt) ?? found.body;
  const contentType = found.headers['content-type'] ?? 'application/octet-stream';
  await service.writeAged(account, container, { name, contentType, content, modifiedAt });
  return Response.json({ account: account.name, container, blob: name, lastModified: new Date(modifiedAt).toISOString() });
}

function view({ estate, service, origin }: BlobControl): Record<string, unknown> {
  const { program, state, problem, process } = service;
  return {
    state,
    endpoint: `${origin}/`,
    accounts: estate.accounts().map(({ name }) => ({ name, endpoint: `${origin}/${name}/` })),
    ...(program === undefined
      ? {}
      : { azurite: { path: program.main, version: program.version, ...(process && { port: process.port, pid: process.pid }) } }),
    ...(problem === undefined ? {} : { problem }),
  };
}
