import { cbor } from '@smithy/core/cbor';
import { errorHeaders, errorMembers } from './aws-json.ts';
import { cborValue } from './cbor-read.ts';
import { cborOf } from './cbor-write.ts';
import { decoderOf } from './json-values.ts';
import type { Protocol } from './protocol.ts';

const headers = () => ({ 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' });

/** Smithy RPC v2 with CBOR: the newest of the three that CloudWatch's clients speak. */
export const rpcV2Cbor: Protocol = {
  decode(operation, request) {
    const body = request.body as Buffer;
    if (body.length === 0) return {};
    return decoderOf(operation.input)(cborValue(body), '');
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
