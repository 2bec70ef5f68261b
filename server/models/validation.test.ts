import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConstraints } from './constraints.ts';
import { services } from './services.ts';
import { compileValidation } from './validation.ts';

const validate = compileValidation({
  inputs: { Op: 'Input' },
  shapes: {
    Input: {
      type: 'structure',
      required: ['Name'],
      members: {
        Name: 'Name',
        Text: 'Text',
        Words: 'Words',
        Count: 'Count',
        Mode: 'Mode',
        Items: 'Items',
        Map: 'Map',
        Self: 'Input',
        Id: 'Id',
      },
    },
    Name: { type: 'string', min: 1, max: 5, pattern: '[a-z]+' },
    Id: { type: 'string', pattern: '\\A\\S[\\p{Print}]*\\z' },
    Text: { type: 'string', pattern: '.*' },
    Words: { type: 'list', member: 'Name' },
    Count: { type: 'integer', min: 1, max: 3 },
    Mode: { type: 'string', enum: ['A', 'B'] },
    Items: { type: 'list', member: 'Input', max: 2 },
    Map: { type: 'map', key: 'Name', value: 'Count', max: 1 },
  },
});
const told = (path: string, value: string, what: string) => [
  `Value ${value} at '${path}' failed to satisfy constraint: Member must ${what}`,
];

describe('compileValidation', () => {
  const cases: [string, unknown, string[]][] = [
    ['accepts what fits', { Name: 'abc', Count: 2, Mode: 'A', Items: [{ Name: 'a' }], Map: { a: 1 } }, []],
    ['asks for required members', {}, told('name', 'null', 'not be null')],
    ['bounds lengths', { Name: 'abcdef' }, told('name', "'abcdef'", 'have length less than or equal to 5')],
    ['matches patterns whole', { Name: 'ab1' }, told('name', "'ab1'", 'satisfy regular expression pattern: [a-z]+')],
    ['reads patterns as Java does', { Name: 'a', Id: 'i-1 x' }, []],
    [
      'refuses what such a pattern excludes',
      { Name: 'a', Id: 'aé' },
      told('id', "'aé'", 'satisfy regular expression pattern: \\A\\S[\\p{Print}]*\\z'),
    ],
    ['bounds numbers', { Name: 'a', Count: 4 }, told('count', "'4'", 'have value less than or equal to 3')],
    ['wants whole numbers', { Name: 'a', Count: 1.5 }, told('count', "'1.5'", 'be a whole number')],
    ['knows enums', { Name: 'a', Mode: 'C' }, told('mode', "'C'", 'satisfy enum value set: [A, B]')],
    [
      'names list items',
      { Name: 'a', Items: [{ Name: '' }] },
      told('items.1.member.name', "''", 'have length greater than or equal to 1'),
    ],
    [
      'bounds lists',
      { Name: 'a', Items: [{ Name: 'a' }, { Name: 'a' }, { Name: 'a' }] },
      told('items', "'[{Name=a}, {Name=a}, {Name=a}]'", 'have length less than or equal to 2'),
    ],
    [
      'tells of a list of texts as a whole',
      { Name: 'a', Words: ['ab', 'c1'] },
      told(
        'words',
        "'[ab, c1]'",
        'satisfy constraint: [Member must have length less than or equal to 5, ' +
          'Member must have length greater than or equal to 1, ' +
          'Member must satisfy regular expression pattern: [a-z]+]',
      ),
    ],
    [
      'lets a dot stand for no line end',
      { Name: 'a', Text: 'a\nb' },
      told('text', "'a\nb'", 'satisfy regular expression pattern: .*'),
    ],
    ['goes into itself', { Name: 'a', Self: { Self: { Name: 'a' } } }, told('self.name', 'null', 'not be null')],
    [
      'checks keys and values of maps, and shows the map',
      { Name: 'a', Map: { '1': 9 } },
      [
        "Value '{1=9}' at 'map' failed to satisfy constraint: Map keys must satisfy constraint: " +
          '[Member must have length less than or equal to 5, Member must have length greater than or equal to 1, ' +
          'Member must satisfy regular expression pattern: [a-z]+]',
        "Value '{1=9}' at 'map' failed to satisfy constraint: Map value must satisfy constraint: " +
          '[Member must have value less than or equal to 3, Member must have value greater than or equal to 1]',
      ],
    ],
  ];
  for (const [behaviour, input, failures] of cases) {
    it(behaviour, () => assert.deepEqual(validate('Op', input), failures));
  }

  it('stops at ten failures and shows long values shortened', () => {
    const input = { Name: 'a', Items: [{ Items: Array(50).fill({}) }, { Name: 'x'.repeat(10_000) }] };
    const failures = validate('Op', input);
    assert.ok(failures.length <= 10);
    assert.ok(failures.every((failure) => failure.length < 600));
  });

  it('lets invocations carry the 25 MB that AWS documents, which its model does not know yet', () => {
    const runtime = compileValidation(loadConstraints(services.find(({ id }) => id === 'sagemaker-runtime')!));
    const failures = (bytes: number) => runtime('InvokeEndpoint', { EndpointName: 'e', Body: Buffer.alloc(bytes) });
    assert.deepEqual(failures(25 * 1024 * 1024), []);
    assert.match(failures(25 * 1024 * 1024 + 1).join(), /at 'body' .* length less than or equal to 26214400$/);
  });

  it('has facts for every served service', () => {
    for (const service of services) assert.ok(Object.keys(loadConstraints(service).inputs).length > 0, service.id);
  });
});
