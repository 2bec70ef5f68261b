import { noSuchEntity } from '../../../identity/kinds.ts';
import { compilePolicy } from '../../../identity/policies/compile.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { encodedPolicy } from '../answers.ts';
import { type EntityInput, type EntityType, entityOf, nameIn, onEntityType } from '../entity-types.ts';
import { policyTooLarge } from '../errors.ts';
import { type PageEnd, pageOf } from '../paging.ts';

/** Put, get, list and delete, for one type of entity. */
export const inlinePolicyOperations = (platform: Platform, type: EntityType) => ({
  [`Put${type.label}Policy`]: put(platform, type),
  [`Get${type.label}Policy`]: get(platform, type),
  [`List${type.label}Policies`]: list(platform, type),
  [`Delete${type.label}Policy`]: remove(platform, type),
});

const notFound = ({ title }: EntityType, name: string) =>
  noSuchEntity(`The ${title} policy with name ${name} cannot be found.`);

const put = (platform: Platform, type: EntityType): Operation<EntityInput, object> => ({
  permissions: onEntityType(platform, type),
  async handle(input, { accountId }) {
    const name = nameIn(type, input);
    const { PolicyName = '', PolicyDocument = '' } = input;
    compilePolicy(PolicyDocument);
    await platform.identity.directory.update(type.kind, accountId, name, (entity) => {
      const inlinePolicies = { ...entity.inlinePolicies, [PolicyName]: PolicyDocument };
      const characters = Object.values(inlinePolicies).join('').replace(/\s/g, '').length;
      if (characters > type.inlineCharacters) throw policyTooLarge(type.title, name, type.inlineCharacters);
      return { ...entity, inlinePolicies };
    });
    return {};
  },
});

const get = (platform: Platform, type: EntityType): Operation<EntityInput, Record<string, string>> => ({
  permissions: onEntityType(platform, type),
  async handle(input, { accountId }) {
    const { name, doc } = await entityOf(platform, type, accountId, input);
    const { PolicyName = '' } = input;
    if (!Object.hasOwn(doc.inlinePolicies, PolicyName)) throw notFound(type, PolicyName);
    return { [`${type.label}Name`]: name, PolicyName, PolicyDocument: encodedPolicy(doc.inlinePolicies[PolicyName]!) };
  },
});

const list = (platform: Platform, type: EntityType): Operation<EntityInput, PageEnd & { PolicyNames: string[] }> => ({
  permissions: onEntityType(platform, type),
  async handle(input, { accountId }) {
    const { doc } = await entityOf(platform, type, accountId, input);
    const [PolicyNames, end] = pageOf(Object.keys(doc.inlinePolicies), (name) => name, input);
    return { PolicyNames, ...end };
  },
});

const remove = (platform: Platform, type: EntityType): Operation<EntityInput, object> => ({
  permissions: onEntityType(platform, type),
  async handle(input, { accountId }) {
    const { PolicyName = '' } = input;
    await platform.identity.directory.update(type.kind, accountId, nameIn(type, input), (entity) => {
      if (!Object.hasOwn(entity.inlinePolicies, PolicyName)) throw notFound(type, PolicyName);
      const { [PolicyName]: _, ...inlinePolicies } = entity.inlinePolicies;
      return { ...entity, inlinePolicies };
    });
    return {};
  },
});
