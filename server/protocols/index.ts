import type { ProtocolName } from '../models/services.ts';
import { awsJson } from './aws-json.ts';
import type { Protocol } from './protocol.ts';
import { query } from './query.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { rpcV2Cbor } from './rpc-v2-cbor.ts';

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  'json-1.0': awsJson('1.0'),
  'json-1.1': awsJson('1.1'),
  'rest-json': restJson,
  'rest-xml': restXml,
  query,
  'rpc-v2-cbor': rpcV2Cbor,
};
