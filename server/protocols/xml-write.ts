import type { Member, ScalarShape, Shape, StructureShape } from '../models/shapes.ts';
import { scalarToText } from './scalars.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text as XML 1.0 can hold it; what it cannot hold (control characters) becomes a character reference, as S3 does. */
export const escapeXml = (text: string): string =>
  text.replace(
    /[&<>"'\x00-\x08\x0b\x0c\x0d\x0e-\x1f]/g,
    (char) => escapes[char] ?? `&#x${char.charCodeAt(0).toString(16)};`,
  );

export const element = (name: string, content: string, attributes = '') => `<${name}${attributes}>${content}</${name}>`;

/** The members of a structure as elements, in the model's order. */
export function membersXml(members: readonly Member[], value: Record<string, unknown>): string {
  let xml = '';
  for (const member of members) {
    const item = value[member.name];
    if (item !== undefined && item !== null && !member.traits.xmlAttribute) {
      xml += memberXml(member.traits.xmlName ?? member.name, member, item);
    }
  }
  return xml;
}

/** A member as one element, or as several when it is flattened. */
export function memberXml(name: string, { shape, traits }: Member, value: unknown): string {
  if (shape.type === 'list') return listXml(name, shape.member, value as unknown[], Boolean(traits.xmlFlattened));
  if (shape.type === 'map') return mapXml(name, shape, value as Record<string, unknown>, Boolean(traits.xmlFlattened));
  if (shape.type === 'structure' || shape.type === 'union') {
    return element(
      name,
      membersXml(shape.members, value as Record<string, unknown>),
      attributesOf(shape, traits, value),
    );
  }
  return element(name, scalarXml(shape as ScalarShape, value));
}

const scalarXml = (shape: ScalarShape, value: unknown) => escapeXml(scalarToText(shape, value, 'date-time'));

function listXml(name: string, item: Member, values: unknown[], flattened: boolean): string {
  const itemName = flattened ? name : (item.traits.xmlName ?? 'member');
  const items = values.map((value) => memberXml(itemName, item, value)).join('');
  return flattened ? items : element(name, items);
}

function mapXml(
  name: string,
  { key, value }: Extract<Shape, { type: 'map' }>,
  entries: Record<string, unknown>,
  flattened: boolean,
): string {
  const xml = Object.entries(entries)
    .map(([entryKey, item]) => {
      const pair =
        memberXml(key.traits.xmlName ?? 'key', key, entryKey) + memberXml(value.traits.xmlName ?? 'value', value, item);
      return element(flattened ? name : 'entry', pair);
    })
    .join('');
  return flattened ? xml : element(name, xml);
}

function attributesOf(shape: StructureShape, traits: Member['traits'], value: unknown): string {
  let text = '';
  const namespace = traits.xmlNamespace ?? shape.traits.xmlNamespace;
  if (Array.isArray(namespace)) text += ` xmlns:${namespace[0]}="${escapeXml(namespace[1])}"`;
  for (const member of shape.members) {
    const item = (value as Record<string, unknown>)[member.name];
    if (member.traits.xmlAttribute && item !== undefined) {
      text += ` ${member.traits.xmlName ?? member.name}="${escapeXml(String(item))}"`;
    }
  }
  return text;
}
