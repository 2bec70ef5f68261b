import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DescribeEndpointCommand, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { allProcesses } from '../processes.ts';
import { createScriptEndpoint, createScriptModel, endpointIs } from '../script-mode.ts';
import { until } from '../server.ts';
import { Killable } from './killable.ts';

/** Loads its model for longer than the control plane needs to come back. */
const inference = (answer: string, seconds: number) => `
import time
def model_fn(folder): time.sleep(${seconds})
def transform_fn(model, body, content_type, accept): return "${answer}", "text/plain"
`;

describe('kill -9 of the control plane during a deployment', () => {
  const place = new Killable();
  const EndpointName = 'deployed';
  before(() => place.start());
  after(() => place.end());

  const status = async () =>
    (await place.clients.sagemaker.send(new DescribeEndpointCommand({ EndpointName }))).EndpointStatus;

  const invoke = async () => {
    const { Body } = await place.clients.runtime.send(
      new InvokeEndpointCommand({ EndpointName, Body: 'x', ContentType: 'text/plain' }),
    );
    return Body.transformToString();
  };

  const supervisors = () =>
    allProcesses()
      .filter(({ command }) => command.includes('supervisor.py') && command.includes(place.home))
      .map(({ pid }) => pid);

  it('while the model loads, it is waited for on, in the same process', async () => {
    await createScriptEndpoint(place.server, place.clients, EndpointName, inference('one', 4));
    const [first] = await until('the model server', async () => supervisors().length > 0 && supervisors());
    await place.killAndRestart();
    assert.equal(await status(), 'Creating');
    await endpointIs(place.clients, EndpointName, 'InService');
    assert.deepEqual(supervisors(), [first]);
    assert.equal(await invoke(), 'one');
  });

  it('while it is updated, the old model serves until the new one does, and nothing of the old is left', async () => {
    await createScriptModel(place.server, place.clients, 'second', inference('two', 4));
    await place.clients.sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName: 'second' }));
    await until('the new model server', async () => supervisors().length === 2);
    const [old] = supervisors();
    await place.killAndRestart();
    assert.equal(await status(), 'Updating');
    assert.equal(await until('an answer meanwhile', invoke), 'one');
    const { EndpointConfigName } = await endpointIs(place.clients, EndpointName, 'InService');
    assert.equal(EndpointConfigName, 'second');
    assert.equal(await invoke(), 'two');
    await until('the old server is gone', async () => supervisors().length === 1 && !supervisors().includes(old!));
  });
});
