import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Lifelines } from './lifelines.ts';
import type { App } from './request.ts';

/**
 * `GET /_sandbox/lifeline` answers with one line of JSON, `{"id"}`, and stays open: the connection is the lifeline.
 * `DELETE /_sandbox/lifeline/{id}` releases it.
 */
export function addLifelineRoutes(app: App, lifelines: Lifelines, unknown: (id: string) => Response): void {
  app.get('/_sandbox/lifeline', (context) => {
    const { outgoing } = context.env;
    const { id } = lifelines.hold(() => outgoing.end());
    outgoing.once('close', () => lifelines.cut(id));
    if (outgoing.destroyed) {
      // It went away while its secret was being looked at: 'close' has been.
      lifelines.cut(id);
    }
    outgoing.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    outgoing.write(`${JSON.stringify({ id })}\n`);
    return RESPONSE_ALREADY_SENT;
  });
  app.delete('/_sandbox/lifeline/:id', (context) => {
    const id = context.req.param('id');
    if (!lifelines.has(id)) {
      return unknown(id);
    }
    // The sandbox may end with it: the answer goes first.
    context.env.outgoing.once('close', () => lifelines.release(id));
    return new Response(null, { status: 204 });
  });
}
