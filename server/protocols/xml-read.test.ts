import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceError } from '../errors.ts';
import { operationOf } from './sdk-exchange.ts';
import { fromXml, parseXml } from './xml-read.ts';
import { membersXml } from './xml-write.ts';

const parse = (text: string) => parseXml(Buffer.from(text));

describe('parseXml', () => {
  const read: [string, string, unknown][] = [
    ['entities and numeric references, each once', '<k>&lt;&#xD;&#10;&amp;#13;&#x1F600;</k>', '<\r\n&#13;😀'],
    ['CDATA as it stands', '<k><![CDATA[<&#13;&amp;>]]></k>', '<&#13;&amp;>'],
    ['white space in texts', '<k>  a </k>', '  a '],
    ['numbers and booleans as texts', '<k>007</k>', '007'],
    ['past declaration, comments and a byte order mark', '\uFEFF<?xml version="1.0"?><!-- c --><k>x</k>', 'x'],
    ['prefixed names without their prefix', '<s:k xmlns:s="u">x</s:k>', 'x'],
  ];
  for (const [what, text, value] of read) it(`reads ${what}`, () => assert.deepEqual(parse(text), value));

  const refused: [string, string][] = [
    ['nothing', ''],
    ['plain text', 'x'],
    ['two roots', '<a/><b/>'],
    ['an element that does not end', '<a><b></a>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['a billion laughs', '<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "&d;&d;">]><a>&b;</a>'],
    ['an outside entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['elements nested without end', '<a>'.repeat(50_000) + '</a>'.repeat(50_000)],
    ['a name that would reach into prototypes', '<a><__proto__><x>1</x></__proto__></a>'],
  ];
  for (const [what, text] of refused) {
    it(`refuses ${what}`, () => assert.throws(() => parse(text), { code: 'MalformedXML' }));
  }

  it('refuses more than any request has', () => {
    const attributes = Array.from({ length: 20_000 }, (_, index) => `a${index} = 'x'`).join(' ');
    for (const text of [
      `<a>${'&#65;'.repeat(2_000_000)}</a>`,
      `<a>${'<b/>'.repeat(200_000)}</a>`,
      `<a ${attributes}/>`,
    ]) {
      assert.throws(() => parse(text), { code: 'MaxMessageLengthExceeded' });
    }
  });

  it('reads the longest list of parts that there is', () => {
    const part = '<Part><PartNumber>1</PartNumber><ETag>"e"</ETag><ChecksumSHA256>c=</ChecksumSHA256></Part>\n';
    assert.equal((parse(`<C>${part.repeat(10_000)}</C>`) as { Part: unknown[] }).Part.length, 10_000);
  });
});

describe('fromXml', () => {
  it('gives back what was written', async () => {
    const { output } = await operationOf('s3', 'ListObjectsV2');
    assert.ok(output.type === 'structure');
    const value = {
      IsTruncated: true,
      Contents: [
        { Key: 'a\r\n<&>"\'', LastModified: new Date(1_700_000_000_000), Size: 5, Owner: { ID: 'o' } },
        { Key: ' ', Size: 0, ChecksumAlgorithm: ['CRC32', 'SHA1'] },
      ],
      CommonPrefixes: [{ Prefix: 'p/' }],
    };
    const xml = `<R>${membersXml(output.members, value)}</R>`;
    assert.deepEqual(fromXml(output, parse(xml), ''), value);
  });

  it('writes and reads maps, and attributes', async () => {
    const { output: summary } = await operationOf('iam', 'GetAccountSummary');
    assert.ok(summary.type === 'structure');
    const counts = { SummaryMap: { Users: 1, __proto__x: 2 } };
    assert.deepEqual(fromXml(summary, parse(`<R>${membersXml(summary.members, counts)}</R>`), ''), counts);
    const { output: acl } = await operationOf('s3', 'GetBucketAcl');
    assert.ok(acl.type === 'structure');
    const grants = { Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'a' }, Permission: 'READ' }] };
    const xml = `<R>${membersXml(acl.members, grants)}</R>`;
    assert.match(xml, /<Grantee xmlns:xsi="[^"]+" xsi:type="CanonicalUser">/);
    assert.deepEqual(fromXml(acl, parse(xml), ''), grants);
  });

  it('refuses an element that stands twice, structure for text, and text for a number', async () => {
    const { input } = await operationOf('s3', 'DeleteObjects');
    assert.ok(input.type === 'structure');
    const { shape } = input.members.find(({ name }) => name === 'Delete')!;
    const wrong = [
      '<D><Quiet>true</Quiet><Quiet>true</Quiet></D>',
      '<D><Quiet>yes</Quiet></D>',
      '<D><Object><Key>k</Key><Size>big</Size></Object></D>',
      '<D><Object><Key>k</Key><Key>l</Key></Object></D>',
    ];
    for (const xml of wrong) {
      assert.throws(
        () => fromXml(shape, parse(xml), ''),
        ({ status }: ServiceError) => status === 400,
        xml,
      );
    }
  });
});
