import { ServiceError } from '../errors.ts';
import type { OperationModel } from '../models/service-model.ts';
import type { Member, ScalarShape, Shape, StructureShape } from '../models/shapes.ts';
import type { Protocol } from './protocol.ts';
import { scalarFromText } from './scalars.ts';
import { element, escapeXml, membersXml } from './xml-write.ts';

/** Form fields by the parts of their dotted names: `Tags.member.1.Key=a`. */
interface Node {
  text?: string;
  readonly children: Map<string, Node>;
}

const MAX_DEPTH = 32;
const MAX_FIELDS = 20_000;

/** Form in, XML out: STS, IAM, and CloudWatch's older clients. */
export const query: Protocol = {
  decode(operation, request) {
    const root = tree(new URLSearchParams((request.body as Buffer).toString('utf8')), request.query);
    return operation.input.type === 'structure' ? structureFrom(operation.input.members, root, '') : {};
  },

  encode(operation, output, requestId) {
    const { output: shape, name } = operation;
    const values = (output ?? {}) as Record<string, unknown>;
    const hasResult = shape.type === 'structure';
    const result = hasResult ? element(`${name}Result`, membersXml((shape as StructureShape).members, values)) : '';
    const metadata = element('ResponseMetadata', element('RequestId', requestId));
    const body = element(`${name}Response`, result + metadata, namespaceOf(operation));
    return { status: 200, headers: { 'content-type': 'text/xml' }, body };
  },

  encodeError(error, requestId, operation) {
    const detail =
      element('Type', error.fault) +
      element('Code', escapeXml(error.queryCode ?? error.code)) +
      element('Message', escapeXml(error.message));
    const body = element(
      'ErrorResponse',
      element('Error', detail) + element('RequestId', requestId),
      operation ? namespaceOf(operation) : '',
    );
    return { status: error.status, headers: { 'content-type': 'text/xml' }, body };
  },
};

const namespaceOf = ({ service }: OperationModel) => ` xmlns="${escapeXml(service.xmlNamespace ?? '')}"`;

function tree(...forms: URLSearchParams[]): Node {
  const root: Node = { children: new Map() };
  let fields = 0;
  for (const form of forms) {
    for (const [name, text] of form) {
      if (++fields > MAX_FIELDS) throw malformed(`more than ${MAX_FIELDS} fields`);
      put(root, name.split('.'), text);
    }
  }
  return root;
}

function put(root: Node, parts: string[], text: string) {
  if (parts.length > MAX_DEPTH) throw malformed('names are nested too deeply');
  let node = root;
  for (const part of parts) {
    let next = node.children.get(part);
    if (!next) {
      next = { children: new Map() };
      node.children.set(part, next);
    }
    node = next;
  }
  node.text = text;
}

const malformed = (why: string) => new ServiceError('MalformedQueryString', `The form cannot be read: ${why}.`);

function structureFrom(members: readonly Member[], node: Node, path: string): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const { name, shape, traits } of members) {
    const child = node.children.get(traits.xmlName ?? name);
    if (child) decoded[name] = valueFrom(shape, child, path ? `${path}.${name}` : name, Boolean(traits.xmlFlattened));
  }
  return decoded;
}

function valueFrom(shape: Shape, node: Node, path: string, flattened: boolean): unknown {
  switch (shape.type) {
    case 'structure':
    case 'union':
      return structureFrom(shape.members, node, path);
    case 'list': {
      const items = flattened ? node : node.children.get(shape.member.traits.xmlName ?? 'member');
      return numbered(items).map((item) => valueFrom(shape.member.shape, item, path, false));
    }
    case 'map':
      return mapFrom(shape, flattened ? node : node.children.get('entry'), path);
    default:
      return scalarFromText(shape as ScalarShape, node.text ?? '', path);
  }
}

/** The children 1, 2, 3 … in that order, wherever gaps are. */
function numbered(node: Node | undefined): Node[] {
  return [...(node?.children ?? [])]
    .filter(([name]) => /^\d{1,9}$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function mapFrom({ key, value }: Extract<Shape, { type: 'map' }>, node: Node | undefined, path: string) {
  return Object.fromEntries(
    numbered(node).map((entry) => {
      const item = entry.children.get(value.traits.xmlName ?? 'value') ?? { children: new Map() };
      return [entry.children.get(key.traits.xmlName ?? 'key')?.text ?? '', valueFrom(value.shape, item, path, false)];
    }),
  );
}
