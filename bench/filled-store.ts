import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../server/clock.ts';
import { ServiceError } from '../server/errors.ts';
import { silentLogger } from '../server/logger.ts';
import { openResourceStore } from '../server/resources/index.ts';
import type { Kind } from '../server/resources/resource-store.ts';
import { arnOf } from '../server/scope.ts';
import { ACCOUNT, REGION } from './wildsage.ts';

interface Model {
  readonly PrimaryContainer: Record<string, unknown>;
  readonly status: string;
}

/** SageMaker's models as the server has them, with a status more, so that lists can sort and filter by it. */
export const models: Kind<Model> = {
  name: 'sagemaker/model',
  arn: (scope, name) => arnOf(scope, 'sagemaker', `model/${name}`),
  status: (model) => model.status,
  notFound: (name) => new ServiceError('ValidationException', `Could not find model "${name}".`),
  alreadyExists: (name) => new ServiceError('ValidationException', `Cannot create already existing model "${name}".`),
};

export const scope = { accountId: ACCOUNT, region: REGION };
/** When the first model was created; each is a second younger than the one before. */
export const epoch = Date.UTC(2026, 0, 1);
export const model: Model = {
  status: 'InService',
  PrimaryContainer: {
    Image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
    ModelDataUrl: 's3://sagemaker-us-east-1-123456789012/churn/output/model.tar.gz',
    Environment: { SAGEMAKER_PROGRAM: 'serve.py', SAGEMAKER_CONTAINER_LOG_LEVEL: '20', SAGEMAKER_REGION: 'us-east-1' },
  },
};

/** The one model that is named differently. */
export const NEEDLE = 'needle-in-the-haystack';

/**
 * A resource database with `size` models. Names are of four families, in an order that has nothing to do with time; one
 * in eight is of status Failed. The store makes the first, SQL the others: the store would sync each to disk.
 */
export async function fillStore(path: string, size: number): Promise<void> {
  const store = await openResourceStore({ path }, { clock: systemClock, log: silentLogger });
  await store.create(models, scope, NEEDLE, model, { now: new Date(epoch) });
  await store.close();
  const db = new DatabaseSync(path);
  db.exec('pragma synchronous=off; pragma cache_size=-500000; begin');
  db.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < :size - 1)
     insert into resources (collection, name, arn, status, parent, active, created_at, modified_at, version, doc)
     select collection, name, replace(arn, :needle, name), status, null, 0, :epoch + i * 1000,
            :epoch + (i * 7919 % :size) * 1000, 1, doc
     from (select i, r.collection, r.doc, r.arn, iif(i % 8 = 0, 'Failed', 'InService') as status,
             case i % 4 when 0 then 'churn' when 1 then 'fraud' when 2 then 'demand' else 'vision' end
               || '-xgboost-' || printf('%08x', i * 2654435761 & 0xffffffff) as name
           from n, resources r where r.name = :needle)`,
  ).run({ needle: NEEDLE, epoch, size });
  db.exec('commit; pragma wal_checkpoint(truncate)');
  db.close();
}

/** The name of the `n`th model, from 1 on. */
export function nameOf(n: number): string {
  const family = ['churn', 'fraud', 'demand', 'vision'][n % 4];
  const suffix = Number((BigInt(n) * 2654435761n) & 0xffffffffn).toString(16);
  return `${family}-xgboost-${suffix.padStart(8, '0')}`;
}
