import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { orUnavailable } from './postgres-errors.ts';

const databaseError = (code: string) => Object.assign(new pg.DatabaseError('no', 1, 'error'), { code });

describe('what PostgreSQL cannot answer just now', () => {
  const unavailable = { code: 'ServiceUnavailable', status: 503 };
  for (const [what, error] of [
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['a server that shuts down', databaseError('57P01')],
    ['a server that starts', databaseError('57P03')],
    ['a full disk', databaseError('53100')],
  ] as const) {
    it(`is told to the client: ${what}`, async () => {
      await assert.rejects(orUnavailable(Promise.reject(error)), { ...unavailable, cause: error });
    });
  }

  it('is not a wrong statement', async () => {
    const error = databaseError('42P01');
    await assert.rejects(orUnavailable(Promise.reject(error)), error);
  });
});
