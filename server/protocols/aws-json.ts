import type { OperationModel } from '../models/service-model.ts';
import { decoderOf, encoderOf } from './json-values.ts';
import type { Protocol, WireError, WireRequest, WireResponse } from './protocol.ts';
import { serializationError } from './scalars.ts';

/** Parses a JSON payload; an empty one is an empty object. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw serializationError(`The payload is not valid JSON: ${(cause as Error).message}`);
  }
}

/** The members of an error beside its message. */
export const errorMembers = (error: WireError) =>
  Object.fromEntries(Object.entries(error.members).filter(([, value]) => value !== undefined));

/** What an error is called, and what Query calls it: clients that once spoke Query go on looking for that name. */
export const errorHeaders = ({ code, queryCode, fault }: WireError): Record<string, string> => ({
  'x-amzn-errortype': code,
  ...(queryCode && { 'x-amzn-query-error': `${queryCode};${fault}` }),
});

/** AWS JSON 1.0 and 1.1 differ in their media type only. */
export function awsJson(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    decode: (operation: OperationModel, request: WireRequest) =>
      decoderOf(operation.input)(parseJson(request.body as Buffer), ''),

    encode(operation, output): WireResponse {
      const body = operation.output.type === 'unit' ? '' : JSON.stringify(encoderOf(operation.output)(output ?? {}));
      return { status: 200, headers: { 'content-type': contentType }, body };
    },

    encodeError(error): WireResponse {
      const body = JSON.stringify({ __type: error.code, message: error.message, ...errorMembers(error) });
      return { status: error.status, headers: { 'content-type': contentType, ...errorHeaders(error) }, body };
    },
  };
}
