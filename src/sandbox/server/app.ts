import { Hono } from 'hono';
import type { Gateway, RawRequest } from '../arm/gateway.ts';
import { failureToWire } from '../arm/reply.ts';
import { ArmFailure } from '../arm/types.ts';
import type { BlobReply, BlobRequest } from '../compute/blobs.ts';
import { type FrontParts, serveAccount } from '../storage/azurite/front.ts';
import { type ControlParts, addControlRoutes } from './controlRoutes.ts';
import { type FaultLayerParts, faultLayer, toResponse } from './faultLayer.ts';
import { type IdentityParts, addIdentityRoutes } from './identityRoutes.ts';
import { cloudMetadata } from './metadata.ts';
import { type App, type AppContext, type Env, originOf, readBody, readTarget, routingPath } from './request.ts';

export interface AppParts {
  readonly origins: readonly [string, ...string[]];
  readonly gateway: Pick<Gateway, 'handle'>;
  readonly control: ControlParts;
  readonly faults: FaultLayerParts;
  readonly identity: Omit<IdentityParts, 'originOf'>;
  readonly blobs: ((request: BlobRequest) => BlobReply | undefined) | undefined;
  /** The blob endpoint of storage accounts; undefined where there are none. */
  readonly storage: FrontParts | undefined;
  readonly onError: (error: unknown) => void;
}

/** The whole HTTP surface: control, then faults, sign-in, cloud metadata, storage accounts, and the resource manager for all the rest. */
export function createApp(parts: AppParts): App {
  const app = new Hono<Env>({ getPath: (request) => routingPath(request.url) });
  const origin = (context: AppContext): string => originOf(context, parts.origins);
  app.onError((error) => {
    if (error instanceof ArmFailure) {
      return toResponse(failureToWire(error));
    }
    parts.onError(error);
    return Response.json({ error: { code: 'InternalServerError', message: 'Encountered internal server error.' } }, { status: 500 });
  });
  addControlRoutes(app, parts.control);
  app.use('*', faultLayer(parts.faults));
  addIdentityRoutes(app, { ...parts.identity, originOf: origin });
  app.get('/metadata/endpoints', (context) => {
    const version = new URL(context.req.url).searchParams.get('api-version') ?? '2022-09-01';
    return Response.json(cloudMetadata(origin(context), version));
  });
  app.all('*', async (context) => {
    const { path, query } = readTarget(context.env.incoming.url ?? '/');
    const blob = parts.blobs?.({ method: context.req.method, path, query, headers: context.req.header() });
    if (blob !== undefined) {
      return new Response(blob.body ?? null, { status: blob.status, headers: blob.headers });
    }
    const served = parts.storage && (await serveAccount(parts.storage, context.env.incoming));
    if (served !== undefined) {
      return served;
    }
    const raw: RawRequest = {
      method: context.req.method,
      target: context.env.incoming.url ?? '/',
      headers: context.req.header(),
      origin: origin(context),
      read: () => readBody(context),
    };
    return toResponse(await parts.gateway.handle(raw));
  });
  return app;
}
