import type { Readable } from 'node:stream';
import type { OperationModel } from '../models/service-model.ts';
import type { Member, StructureShape } from '../models/shapes.ts';
import { bindingsOf, decodeBindings, encodeBindings } from './http-bindings.ts';
import type { Protocol, WireError, WireResponse } from './protocol.ts';
import { membersFromXml, parseXml } from './xml-read.ts';
import { element, escapeXml, membersXml } from './xml-write.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** S3's protocol: members in path, query and headers; the rest is XML, or one member is the payload. */
export const restXml: Protocol = {
  decode(operation, request) {
    const input = decodeBindings(operation, request);
    const { payload, body } = bindingsOf(operation.input);
    if (payload) decodePayload(payload, request.body, input);
    else if (body.length > 0 && (request.body as Buffer).length > 0) {
      Object.assign(input, membersFromXml(body, recordOf(parseXml(request.body as Buffer)), ''));
    }
    return input;
  },

  encode(operation, output) {
    const values = (output ?? {}) as Record<string, unknown>;
    const { status, headers } = encodeBindings(operation, values);
    const { payload, body } = bindingsOf(operation.output);
    if (payload) return encodePayload(operation, payload, values[payload.name], status, headers);
    if (body.length === 0) return { status, headers };
    const xml = rootElement(operation, operation.output as StructureShape, membersXml(body, values));
    return { status, headers: { ...headers, 'content-type': 'application/xml' }, body: xml };
  },

  encodeError(error, requestId): WireResponse {
    // Nothing but headers, which then speak of the object: its type is not XML.
    if (error.status === 304) return { status: error.status, headers: {} };
    const body = DECLARATION + element('Error', errorXml(error, requestId));
    return { status: error.status, headers: { 'content-type': 'application/xml' }, body };
  },
};

const recordOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function decodePayload(payload: Member, body: Buffer | Readable, input: Record<string, unknown>) {
  const { shape, name } = payload;
  if (shape.type === 'blob') input[name] = body;
  else if (shape.type === 'string') input[name] = (body as Buffer).toString('utf8');
  else if ((body as Buffer).length > 0 && shape.type === 'structure') {
    input[name] = membersFromXml(shape.members, recordOf(parseXml(body as Buffer)), '');
  }
}

function encodePayload(
  operation: OperationModel,
  { shape, name, traits }: Member,
  value: unknown,
  status: number,
  headers: Record<string, string>,
): WireResponse {
  if (shape.type === 'blob') return { status, headers, body: value as Buffer | Readable | undefined };
  if (value === undefined || value === null) return { status, headers };
  if (shape.type === 'string') return { status, headers, body: String(value) };
  const structure = shape as StructureShape;
  const root = traits.xmlName ?? structure.traits.xmlName ?? structure.name ?? name;
  const content = membersXml(structure.members, value as Record<string, unknown>);
  const body = DECLARATION + element(root, content, namespaceOf(operation));
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body };
}

const namespaceOf = ({ service }: OperationModel) =>
  service.xmlNamespace ? ` xmlns="${escapeXml(service.xmlNamespace)}"` : '';

/** The root is named by the model, else after the output: `…Output` and `…Request` are the SDK's names, not the wire's. */
function rootElement(operation: OperationModel, shape: StructureShape, content: string): string {
  const [only] = shape.members;
  // GetBucketLocation's answer is the bare LocationConstraint element, whose text is the region.
  if (operation.name === 'GetBucketLocation' && only) {
    const text = /^<LocationConstraint>(.*)<\/LocationConstraint>$/s.exec(content)?.[1] ?? '';
    return DECLARATION + element('LocationConstraint', text, namespaceOf(operation));
  }
  const name = shape.traits.xmlName ?? rootNames[operation.name] ?? shape.name.replace(/Output$/, 'Result');
  return DECLARATION + element(name, content, namespaceOf(operation));
}

/** Roots that the schemas do not name; SDKs do not look at them, people and other clients do. */
const rootNames: Record<string, string> = {
  ListObjects: 'ListBucketResult',
  ListObjectsV2: 'ListBucketResult',
  ListObjectVersions: 'ListVersionsResult',
  DeleteObjects: 'DeleteResult',
  GetBucketTagging: 'Tagging',
  GetObjectTagging: 'Tagging',
  GetBucketCors: 'CORSConfiguration',
  GetBucketVersioning: 'VersioningConfiguration',
  GetBucketAcl: 'AccessControlPolicy',
  GetObjectAcl: 'AccessControlPolicy',
  GetBucketLifecycleConfiguration: 'LifecycleConfiguration',
  GetBucketNotificationConfiguration: 'NotificationConfiguration',
  GetBucketWebsite: 'WebsiteConfiguration',
  ListBuckets: 'ListAllMyBucketsResult',
  ListParts: 'ListPartsResult',
  GetObjectAttributes: 'GetObjectAttributesResponse',
};

function errorXml(error: WireError, requestId: string): string {
  const further = Object.entries(error.members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => element(name, escapeXml(String(value))))
    .join('');
  return (
    element('Code', escapeXml(error.code)) +
    element('Message', escapeXml(error.message)) +
    further +
    element('RequestId', requestId) +
    element('HostId', requestId)
  );
}
