import type { Compilable } from 'kysely';

/** A value that a statement gets each time it runs. */
export type Value = string | number | null;

class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Stands in a query, while it is built, for a value that is given by this name when it runs. */
// Kysely takes any object for a value, so a slot may pose as the column's type and comes back among the parameters.
export const slot = <T extends Value>(name: string): T => new Slot(name) as unknown as T;

/** A query compiled once and run many times, with the rows it gives. */
export interface Statement<Row> {
  readonly sql: string;
  /** The values for one run, in the order of the SQL's parameters. Throws for a slot without a value. */
  bind(values: Readonly<Record<string, Value>>): Value[];
  /** For types only. */
  readonly row?: Row;
}

export function statement<Row>(query: Compilable<Row>): Statement<Row> {
  const { sql, parameters } = query.compile();
  const bind = (values: Readonly<Record<string, Value>>) =>
    parameters.map((parameter) => {
      if (!(parameter instanceof Slot)) return parameter as Value;
      const value = values[parameter.name];
      if (value === undefined) throw new Error(`no value for ${parameter.name} in: ${sql}`);
      return value;
    });
  return { sql, bind };
}

/** One thing to ask the database. */
export interface Request {
  readonly sql: string;
  readonly parameters: readonly Value[];
}

export type Row = Record<string, unknown>;

/**
 * A sequence of requests, written once for both databases: SQLite runs it in one go, without giving up control;
 * PostgreSQL waits for the network between the steps. What a step throws undoes the transaction it is in.
 */
export type Steps<T> = Generator<Request, T, Row[]>;

export function* rows<R>(query: Statement<R>, values: Readonly<Record<string, Value>> = {}): Steps<R[]> {
  // The statement's type says what its rows look like; drivers do not know.
  return (yield { sql: query.sql, parameters: query.bind(values) }) as R[];
}

export function* firstRow<R>(query: Statement<R>, values: Readonly<Record<string, Value>> = {}): Steps<R | undefined> {
  return (yield* rows(query, values))[0];
}
