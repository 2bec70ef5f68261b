import pg from 'pg';
import { ServiceError } from '../errors.ts';

/** Classes of PostgreSQL's error codes: connection lost; out of disk, memory or connections; shutting down or starting. */
const PASSING = /^(08|53|57P)/;

/**
 * What the database answers. Where it cannot answer just now, clients are told to come again; what it finds wrong with
 * the request stays as it is, for that would be our fault.
 */
export async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // What the driver throws by itself is about the connection.
    if (error instanceof pg.DatabaseError && !PASSING.test(error.code ?? '')) throw error;
    throw new ServiceError('ServiceUnavailable', 'The resource database cannot be reached now. Try again later.', {
      status: 503,
      cause: error,
    });
  }
}
