import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import type { ServiceError } from '../errors.ts';
import { limitSilence } from './read-body.ts';

const server = createServer();
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  server.close();
  server.closeAllConnections();
});

/** A request that has sent five of its ten bytes. */
const half = async () => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhello');
  const [request, response] = await once(server, 'request');
  return { socket, request: request as IncomingMessage, response };
};

it('an upload ends when its client falls silent', async () => {
  const { socket, request } = await half();
  limitSilence(request, 20);
  request.resume();
  const [failure] = await once(request, 'error');
  assert.equal((failure as ServiceError).code, 'RequestTimeout');
  socket.destroy();
});

it('an upload that nobody takes in goes on, and so does the answer that takes its time', async () => {
  const { socket, request, response } = await half();
  limitSilence(request, 200);
  // Not taken in for two limits, then complete: from there on nothing limits the answer.
  for (let rounds = 0; rounds < 2; rounds++) await once(request, 'timeout');
  socket.write('world');
  assert.equal(await text(request), 'helloworld');
  assert.equal(request.socket.timeout, 0);
  response.end('done');
  assert.match(await text(socket), /done$/);
});
