import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { permissionsOf, useFreshLogs } from './fixtures.ts';

useFreshLogs();

describe('permissions of CloudWatch Logs', () => {
  it('name the stream, or the group with an empty stream behind it', () => {
    const resourcesOf = (operation: string, input: object) =>
      permissionsOf(operation, input).map((permission) => permission.resource);
    const group = 'arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:';
    assert.deepEqual(resourcesOf('GetLogEvents', { logGroupName: 'g', logStreamName: 's' }), [`${group}s`]);
    assert.deepEqual(resourcesOf('CreateLogGroup', { logGroupName: 'g' }), [group]);
  });
});
