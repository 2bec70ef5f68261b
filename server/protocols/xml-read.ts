import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ServiceError } from '../errors.ts';
import type { Member, ScalarShape, Shape } from '../models/shapes.ts';
import { scalarFromText } from './scalars.ts';

export const malformedXml = (detail = '') =>
  new ServiceError(
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema${detail && `: ${detail}`}`,
  );

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: true,
  // Naming XML's own here is what makes the parser read numeric references, as SDKs write line ends in keys.
  htmlEntities: { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as never,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** More than any real request has: ten thousand parts with checksums take 3 MB. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Each takes the parser's time, and with it everybody's. Ten thousand parts with checksums have 80,000 tags; attributes
 * there are hardly any.
 */
const MOST_TAGS = 120_000;
const MOST_ATTRIBUTES = 10_000;

const hasMore = (text: string, mark: RegExp, limit: number): boolean => {
  let count = 0;
  for (const _ of text.matchAll(mark)) if (++count > limit) return true;
  return false;
};

const tooLong = () => new ServiceError('MaxMessageLengthExceeded', 'Your request was too big.');

/** The content of the document's one root element. No document types: nothing of AWS needs one, attacks do. */
export function parseXml(body: Buffer): unknown {
  if (body.length > MOST_BYTES) throw tooLong();
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (text.includes('<!DOCTYPE') || text.includes('<!ENTITY')) throw malformedXml('document types are not accepted');
  if (hasMore(text, /</g, MOST_TAGS) || hasMore(text, /=\s*["']/g, MOST_ATTRIBUTES)) throw tooLong();
  if (XMLValidator.validate(text) !== true) throw malformedXml();
  try {
    const root = parser.parse(text) as Record<string, unknown>;
    const names = Object.keys(root).filter((name) => !name.startsWith('#'));
    if (names.length !== 1) throw malformedXml();
    return root[names[0]!];
  } catch (error) {
    throw error instanceof ServiceError ? error : malformedXml();
  }
}

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
/** An empty element is parsed as empty text. */
const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const textOf = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['#text'] : value;
  if (text !== undefined && typeof text !== 'string') throw malformedXml();
  return text ?? '';
};

/** Parsed XML of one element to the value that the shape describes. Unknown elements are passed over. */
export function fromXml(shape: Shape, value: unknown, path: string): unknown {
  switch (shape.type) {
    case 'structure':
    case 'union':
      return membersFromXml(shape.members, recordOf(value), path);
    case 'list':
      return listOf(recordOf(value)[shape.member.traits.xmlName ?? 'member']).map((item) =>
        fromXml(shape.member.shape, item, path),
      );
    case 'map':
      return mapFromXml(shape, listOf(recordOf(value).entry), path);
    default:
      return scalarFromText(shape as ScalarShape, shape.type === 'string' ? textOf(value) : textOf(value).trim(), path);
  }
}

export function membersFromXml(members: readonly Member[], value: Record<string, unknown>, path: string) {
  const decoded: Record<string, unknown> = {};
  for (const { name, shape, traits } of members) {
    const xmlName = traits.xmlName ?? name;
    const item = value[traits.xmlAttribute ? `@${xmlName.split(':').at(-1)}` : xmlName];
    if (item === undefined) continue;
    if (shape.type === 'list' && traits.xmlFlattened) {
      decoded[name] = listOf(item).map((each) => fromXml(shape.member.shape, each, name));
    } else if (shape.type === 'map' && traits.xmlFlattened) {
      decoded[name] = mapFromXml(shape, listOf(item), name);
    } else {
      if (Array.isArray(item)) throw malformedXml(`${xmlName} stands more than once`);
      decoded[name] = fromXml(shape, item, path ? `${path}.${name}` : name);
    }
  }
  return decoded;
}

function mapFromXml({ key, value }: Extract<Shape, { type: 'map' }>, entries: unknown[], path: string) {
  return Object.fromEntries(
    entries.map((entry) => {
      const record = recordOf(entry);
      return [
        textOf(record[key.traits.xmlName ?? 'key']),
        fromXml(value.shape, record[value.traits.xmlName ?? 'value'], path),
      ];
    }),
  );
}
