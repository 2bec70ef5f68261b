import type { Readable } from 'node:stream';
import { parseJson } from './aws-json.ts';
import { bindingsOf, decodeBindings, encodeBindings } from './http-bindings.ts';
import { decoderOf, encoderOf } from './json-values.ts';
import type { Protocol } from './protocol.ts';

/** Members in path, query and headers; the rest is JSON, or one member is the payload. */
export const restJson: Protocol = {
  decode(operation, request) {
    const input = decodeBindings(operation, request);
    const { payload, body } = bindingsOf(operation.input);
    if (payload) {
      if (payload.shape.type === 'blob') input[payload.name] = request.body;
      else input[payload.name] = decoderOf(payload.shape)(parseJson(request.body as Buffer), payload.name);
    } else if (body.length > 0) {
      Object.assign(input, decoderOf(operation.input)(parseJson(request.body as Buffer), ''));
    }
    return input;
  },

  encode(operation, output) {
    const values = (output ?? {}) as Record<string, unknown>;
    const { status, headers } = encodeBindings(operation, values);
    const { payload, body } = bindingsOf(operation.output);
    if (payload?.shape.type === 'blob') {
      headers['content-type'] ??= 'application/octet-stream';
      return { status, headers, body: values[payload.name] as Buffer | Readable | undefined };
    }
    const encoded = payload
      ? encoderOf(payload.shape)(values[payload.name] ?? {})
      : encoderOf(operation.output)(Object.fromEntries(body.map(({ name }) => [name, values[name]])));
    return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(encoded) };
  },

  encodeError(error) {
    const body = JSON.stringify({ message: error.message, Message: error.message, ...error.members });
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': error.code };
    return { status: error.status, headers, body };
  },
};
