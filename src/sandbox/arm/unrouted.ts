import type { TemplateRouter } from './router.ts';
import { ArmFailure } from './types.ts';

/** ARM's refusal of a path that no provider serves: it depends on how far ARM could read it. */
export function noRoute(router: TemplateRouter, segments: readonly string[], apiVersion: string, uri: string): ArmFailure {
  const at = segments.map((segment) => segment.toLowerCase()).lastIndexOf('providers');
  const name = at < 0 ? undefined : segments[at + 1];
  if (name === undefined) {
    return refuse('NotFound', `No HTTP resource was found that matches the request URI '${uri}'.`);
  }
  const namespace = router.namespace(name);
  if (namespace === undefined) {
    return refuse('InvalidResourceNamespace', `The resource namespace '${name}' is invalid.`);
  }
  const types = segments.slice(at + 2).filter((_, index) => index % 2 === 0);
  const type = types.length === 0 ? '' : ` '${types.join('/')}'`;
  return refuse(
    'InvalidResourceType',
    `The resource type${type} could not be found in the namespace '${namespace}' for api version '${apiVersion}'.`,
  );
}

function refuse(code: string, message: string): ArmFailure {
  return new ArmFailure(404, code, message, { failureCause: 'gateway' });
}
