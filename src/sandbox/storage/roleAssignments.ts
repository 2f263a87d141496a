import type { ArmRequest, ArmRouter, ArmToolbox, JsonObject } from '../arm/types.ts';
import { queryValue } from '../arm/path.ts';
import { groupId } from '../world/entities.ts';
import { groupOf, isObject, param, subscriptionOf, textOf } from '../world/scope.ts';
import { azureTime } from '../world/wireFormat.ts';
import { accountOf, accountTemplate } from './accounts.ts';
import { containerId, isAtOrAbove, type StorageEstate } from './estate.ts';
import { roles, type Assignment } from './model.ts';
import { refusals } from './refusals.ts';

const type = 'Microsoft.Authorization/roleAssignments';
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Role assignments on subscriptions, groups, storage accounts and containers: listed, made and taken away. */
export function registerRoleAssignments(estate: StorageEstate, tools: ArmToolbox, router: ArmRouter): void {
  const scopes: Readonly<Record<string, (request: ArmRequest) => string>> = {
    '/subscriptions/{subscriptionId}': (request) => `/subscriptions/${subscriptionOf(estate.world, request)}`,
    '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}': (request) => {
      const { subscriptionId, group } = groupOf(estate.world, request);
      return groupId({ subscriptionId, resourceGroup: group });
    },
    [accountTemplate]: (request) => accountOf(estate, request).id,
    [`${accountTemplate}/blobServices/default/containers/{container}`]: (request) =>
      containerId(accountOf(estate, request), param(request, 'container')),
  };
  for (const [template, scopeOf] of Object.entries(scopes)) {
    const all = `${template}/providers/${type}`;
    router.on('GET', all, (request) =>
      tools.paged(
        request,
        listed(estate, request, scopeOf(request)).map((found) => resource(found)),
      ),
    );
    router.on('GET', `${all}/{assignment}`, (request) => ({ status: 200, body: resource(find(estate, request, scopeOf(request))) }));
    router.on('PUT', `${all}/{assignment}`, (request) => {
      const made = newAssignment(estate, request, scopeOf(request));
      estate.assign(made);
      return { status: 201, body: resource(made) };
    });
    router.on('DELETE', `${all}/{assignment}`, (request) => {
      const found = find(estate, request, scopeOf(request));
      estate.unassign(found);
      return { status: 200, body: resource(found) };
    });
  }
}

/** At a scope, above it and below it; `atScope()` leaves out what is below. */
function listed(estate: StorageEstate, request: ArmRequest, scope: string): Assignment[] {
  const filter = queryValue(request.query, '$filter')?.trim() ?? '';
  const principal = /^(?:atScope\(\)\s+and\s+)?(?:assignedTo\('([^']+)'\)|principalId eq '([^']+)')$/i.exec(filter);
  if (filter !== '' && !/^atScope\(\)$/i.test(filter) && principal === null) {
    throw refusals.badFilter(filter);
  }
  const wanted = (principal?.[1] ?? principal?.[2])?.toLowerCase();
  const onlyAbove = /^atScope\(\)/i.test(filter);
  return estate
    .assignments()
    .filter((found) => isAtOrAbove(found.scope, scope) || (!onlyAbove && isAtOrAbove(scope, found.scope)))
    .filter((found) => wanted === undefined || found.principalId.toLowerCase() === wanted);
}

function find(estate: StorageEstate, request: ArmRequest, scope: string): Assignment {
  const name = param(request, 'assignment');
  const found = estate.assignment(`${scope}/providers/${type}/${encodeURIComponent(name)}`);
  if (found === undefined) {
    throw refusals.assignmentNotFound(name);
  }
  return found;
}

function newAssignment(estate: StorageEstate, request: ArmRequest, scope: string): Assignment {
  const properties = isObject(request.body) && isObject(request.body.properties) ? request.body.properties : {};
  const [role, principalId, kind] = ['roleDefinitionId', 'principalId', 'principalType'].map((name) => textOf(properties[name]));
  const name = param(request, 'assignment');
  if (!guid.test(name)) {
    throw refusals.badAssignment(`The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`);
  }
  if (role === undefined || principalId === undefined || !guid.test(principalId)) {
    throw refusals.badAssignment('Expected properties.roleDefinitionId and properties.principalId, a GUID.');
  }
  const roleId = role.split('/').at(-1)?.toLowerCase() ?? '';
  if (!Object.values(roles).some(({ id }) => id === roleId)) {
    throw refusals.roleNotFound(roleId);
  }
  const twin = estate
    .assignments()
    .find((known) => known.scope === scope && known.roleId === roleId && known.principalId === principalId.toLowerCase());
  if (twin !== undefined) {
    throw refusals.assignmentExists(twin.name.replaceAll('-', ''));
  }
  return {
    ...assignmentOf(scope, roleId, principalId.toLowerCase(), name, estate.world.now()),
    principalType: kind === 'User' || kind === 'Group' ? kind : 'ServicePrincipal',
  };
}

/** An assignment to a service principal. @param name GUID */
export function assignmentOf(scope: string, roleId: string, principalId: string, name: string, createdAt: number): Assignment {
  return { id: `${scope}/providers/${type}/${name}`, name, scope, roleId, principalId, principalType: 'ServicePrincipal', createdAt };
}

/** As recorded. */
function resource(of: Assignment): JsonObject {
  const subscription = of.scope.split('/').slice(0, 3).join('/');
  return {
    properties: {
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${of.roleId}`,
      principalId: of.principalId,
      principalType: of.principalType,
      scope: of.scope,
      condition: null,
      conditionVersion: null,
      createdOn: azureTime(of.createdAt),
      updatedOn: azureTime(of.createdAt),
      createdBy: null,
      updatedBy: null,
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    id: of.id,
    type,
    name: of.name,
  };
}
