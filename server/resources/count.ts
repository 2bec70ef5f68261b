import type { Dialect } from './database.ts';
import { firstRow, type Steps, slot, statement } from './statement.ts';

/** Counts the resources of a collection, by an index that holds nothing but them. */
export type Count = (collection: number, query: { status?: string; parent?: string }) => Steps<number>;

export function createCount({ build }: Dialect): Count {
  const counting = (withStatus: boolean, withParent: boolean) =>
    statement(
      build
        .selectFrom('resources')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('collection', '=', slot<number>('collection'))
        .$if(withStatus, (query) => query.where('status', '=', slot<string>('status')))
        .$if(withParent, (query) => query.where('parent', '=', slot<string>('parent'))),
    );
  const all = counting(false, false);
  const byStatus = counting(true, false);
  const byParent = counting(false, true);
  const byBoth = counting(true, true);

  return function* (collection, { status, parent }) {
    const one = parent === undefined ? byStatus : byBoth;
    const none = parent === undefined ? all : byParent;
    const values = { collection, status: status ?? null, parent: parent ?? null };
    const row = yield* firstRow(status === undefined ? none : one, values);
    return row?.count ?? 0;
  };
}
