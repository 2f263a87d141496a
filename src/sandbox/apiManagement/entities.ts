import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox, JsonObject } from '../arm/types.ts';
import { isObject, param, textOf } from '../world/scope.ts';
import type { ApiContext } from './estate.ts';
import { entityKinds, type Entity, type EntityKind, type Service } from './model.ts';
import { refusals } from './refusals.ts';
import { serviceOf, serviceTemplate } from './services.ts';

/** What is in a service: listed, read, written and taken away. That is how a restore can be seen to have replaced it. */
export function registerEntities({ estate }: ApiContext, tools: ArmToolbox, router: ArmRouter): void {
  for (const kind of entityKinds) {
    const all = `${serviceTemplate}/${kind}`;
    router.on('GET', all, (request) => {
      const service = serviceOf(estate, request);
      const page = tools.paged(
        request,
        service.contents[kind].map((entity) => entityResource(service, kind, entity)),
      );
      return withCount(page, service.contents[kind].length);
    });
    router.on('GET', `${all}/{entity}`, (request) => {
      const service = serviceOf(estate, request);
      return { status: 200, body: entityResource(service, kind, find(service, kind, request)) };
    });
    router.on('PUT', `${all}/{entity}`, (request) => put(serviceOf(estate, request), kind, request));
    router.on('DELETE', `${all}/{entity}`, (request) => {
      const service = serviceOf(estate, request);
      const gone = find(service, kind, request);
      replace(service, kind, (entities) => entities.filter((entity) => entity !== gone));
      return { status: 200 };
    });
  }
  router.on('GET', `${serviceTemplate}/policies/policy`, (request) => ({ status: 200, body: policyResource(serviceOf(estate, request)) }));
  router.on('PUT', `${serviceTemplate}/policies/policy`, (request) => {
    const service = serviceOf(estate, request);
    const policy = textOf(propertiesOf(request).value);
    if (policy === undefined) {
      throw refusals.invalid([{ target: 'value', message: 'The policy is required.' }]);
    }
    service.contents = { ...service.contents, policy };
    service.revision += 1;
    return { status: 200, body: policyResource(service) };
  });
  router.on('GET', `${serviceTemplate}/workspaces`, (request) => {
    const service = serviceOf(estate, request);
    return tools.paged(
      request,
      service.workspaces.map((name) => ({
        id: `${service.id}/workspaces/${name}`,
        type: 'Microsoft.ApiManagement/service/workspaces',
        name,
        properties: { displayName: name, description: null },
      })),
    );
  });
}

function put(service: Service, kind: EntityKind, request: ArmRequest): ArmReply {
  const name = param(request, 'entity');
  const entity: Entity = { name, properties: { ...propertiesOf(request) } };
  const known = service.contents[kind].some((candidate) => isNamed(candidate, name));
  replace(service, kind, (entities) => [...entities.filter((candidate) => !isNamed(candidate, name)), entity]);
  return { status: known ? 200 : 201, body: entityResource(service, kind, entity) };
}

function replace(service: Service, kind: EntityKind, change: (entities: readonly Entity[]) => Entity[]): void {
  service.contents = { ...service.contents, [kind]: change(service.contents[kind]) };
  service.revision += 1;
}

function find(service: Service, kind: EntityKind, request: ArmRequest): Entity {
  const name = param(request, 'entity');
  const entity = service.contents[kind].find((candidate) => isNamed(candidate, name));
  if (entity === undefined) {
    throw refusals.entityNotFound(kind === 'apis' ? 'API' : kind);
  }
  return entity;
}

function propertiesOf(request: ArmRequest): JsonObject {
  const properties = isObject(request.body) ? request.body.properties : undefined;
  if (!isObject(properties)) {
    throw refusals.invalid([{ target: 'properties', message: 'Expected an object.' }]);
  }
  return properties;
}

function entityResource(service: Service, kind: EntityKind, { name, properties }: Entity): JsonObject {
  return { id: `${service.id}/${kind}/${name}`, type: `Microsoft.ApiManagement/service/${kind}`, name, properties: { ...properties } };
}

function policyResource(service: Service): JsonObject {
  return {
    id: `${service.id}/policies/policy`,
    type: 'Microsoft.ApiManagement/service/policies',
    name: 'policy',
    properties: { format: 'xml', value: service.contents.policy },
  };
}

function withCount(page: ArmReply, count: number): ArmReply {
  return isObject(page.body) ? { ...page, body: { ...page.body, count } } : page;
}

function isNamed(entity: Entity, name: string): boolean {
  return entity.name.toLowerCase() === name.toLowerCase();
}
