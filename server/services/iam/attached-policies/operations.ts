import type { AttachedPolicy } from '@aws-sdk/client-iam';
import { requirePolicy } from '../../../identity/directory.ts';
import { noSuchEntity } from '../../../identity/kinds.ts';
import { ofFirstPartition } from '../../../identity/policies/partitions.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { type EntityInput, type EntityType, entityOf, nameIn, onEntityType } from '../entity-types.ts';
import { limitExceeded } from '../errors.ts';
import { type PageEnd, pageOf } from '../paging.ts';

const PER_ENTITY = 10;

type Attached = PageEnd & { AttachedPolicies: AttachedPolicy[] };

/** Attach, detach and list, for one type of entity. */
export const attachedPolicyOperations = (platform: Platform, type: EntityType) => ({
  [`Attach${type.label}Policy`]: attach(platform, type),
  [`Detach${type.label}Policy`]: detach(platform, type),
  [`ListAttached${type.label}Policies`]: listAttached(platform, type),
});

const attach = (platform: Platform, type: EntityType): Operation<EntityInput, object> => ({
  permissions: onEntityType(platform, type),
  async handle(input, { accountId }) {
    const { directory } = platform.identity;
    const arn = ofFirstPartition(input.PolicyArn!);
    await directory.update(type.kind, accountId, nameIn(type, input), (entity) => {
      requirePolicy(directory, arn);
      if (entity.attachedPolicies.includes(arn)) return entity;
      if (entity.attachedPolicies.length >= PER_ENTITY) throw limitExceeded(`PoliciesPer${type.label}`, PER_ENTITY);
      return { ...entity, attachedPolicies: [...entity.attachedPolicies, arn] };
    });
    return {};
  },
});

const detach = (platform: Platform, type: EntityType): Operation<EntityInput, object> => ({
  permissions: onEntityType(platform, type),
  async handle(input, { accountId }) {
    const arn = ofFirstPartition(input.PolicyArn!);
    await platform.identity.directory.update(type.kind, accountId, nameIn(type, input), (entity) => {
      if (!entity.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      return { ...entity, attachedPolicies: entity.attachedPolicies.filter((other) => other !== arn) };
    });
    return {};
  },
});

const listAttached = (platform: Platform, type: EntityType): Operation<EntityInput, Attached> => ({
  permissions: onEntityType(platform, type),
  async handle(input, { accountId }) {
    const { doc } = await entityOf(platform, type, accountId, input);
    const { PathPrefix = '/' } = input;
    const arns = doc.attachedPolicies.filter((arn) => arn.includes(`:policy${PathPrefix}`));
    const [page, end] = pageOf(arns, (arn) => arn, input);
    const AttachedPolicies = page.map((arn) => ({
      PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
      PolicyArn: arn,
    }));
    return { AttachedPolicies, ...end };
  },
});
