import { cbor } from '@smithy/core/cbor';
import { errorHeaders, errorMembers } from './aws-json.ts';
import { cborOf } from './cbor-write.ts';
import { decoderOf } from './json-values.ts';
import type { Protocol } from './protocol.ts';
import { serializationError } from './scalars.ts';

const headers = () => ({ 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' });

/** Smithy RPC v2 with CBOR: the newest of the three that CloudWatch's clients speak. */
export const rpcV2Cbor: Protocol = {
  decode(operation, request) {
    const body = request.body as Buffer;
    if (body.length === 0) return {};
    return decoderOf(operation.input)(withDates(deserialize(body)), '');
  },

  encode(operation, output) {
    const body = operation.output.type === 'unit' ? undefined : cborOf(operation.output, output ?? {});
    return { status: 200, headers: headers(), body };
  },

  encodeError(error) {
    const body = Buffer.from(cbor.serialize({ __type: error.code, message: error.message, ...errorMembers(error) }));
    return { status: error.status, headers: { ...headers(), ...errorHeaders(error) }, body };
  },
};

function deserialize(body: Buffer): unknown {
  try {
    return cbor.deserialize(new Uint8Array(body));
  } catch (cause) {
    throw serializationError(`The payload is not valid CBOR: ${(cause as Error).message}`);
  }
}

/** Tag 1 is epoch seconds; bytes and numbers come as they are. */
function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if ('tag' in value && 'value' in value && value.tag === 1) return new Date(Number(value.value) * 1000);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDates(item)]));
}
