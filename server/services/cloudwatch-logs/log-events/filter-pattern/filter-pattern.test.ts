import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileFilterPattern } from './index.ts';

type Case = [pattern: string, message: string, matches: boolean];

const ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
const EVENT = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  cluster: { name: 'c' },
  'a b': 1,
  latency: 1.5e3,
  ok: true,
  bad: false,
  code: '404',
});

const groups: Record<string, Case[]> = {
  terms: [
    ['', 'anything', true],
    ['ERROR', '[ERROR 400] BAD REQUEST', true],
    ['ERROR', 'error 400', false],
    ['ERROR ARGUMENTS', '[ERROR] MISSING ARGUMENTS', true],
    ['ERROR ARGUMENTS', '[ERROR] MISSING', false],
    ['"INTERNAL SERVER ERROR"', '500 INTERNAL SERVER ERROR', true],
    ['"INTERNAL SERVER ERROR"', '500 SERVER INTERNAL ERROR', false],
    ['?ERROR ?ARGUMENTS', 'BAD ARGUMENTS', true],
    ['?ERROR ?ARGUMENTS', 'fine', false],
    ['?ERROR ?"time out"', 'a time out', true],
    ['INFO ?ERROR', 'INFO only', true],
    ['INFO ?ERROR', 'ERROR only', false],
    ['ERROR -ARGUMENTS', 'ERROR REQUEST', true],
    ['ERROR -ARGUMENTS', 'ERROR ARGUMENTS', false],
    ['-"exit code 0"', 'exit code 0', false],
    ['-"exit code 0"', 'exit code 1', true],
    ['"say \\"hi\\""', 'they say "hi"', true],
    ['%[A-Z]{3}-[0-9]+%', 'see ABC-12', true],
    ['%[A-Z]{3}-[0-9]+%', 'see abc-12', false],
    ['%ERROR|WARN%', 'WARN x', true],
    ['?%a+b% ?zzz', 'xaab', true],
    ['überlauf', 'ein überlauf', true],
  ],
  'JSON conditions': [
    ['{ $.eventType = "UpdateTrail" }', EVENT, true],
    ['{ $.eventType = "UpdateTrail" }', `  ${EVENT}\n`, true],
    ['{ $.a EXISTS }', '[1] {"a": 1}', false],
    ['{ $.a EXISTS }', '{"a": 1} and more', false],
    ['{ $[0] = 7 }', '[7]', true],
    ['{$.eventType=UpdateTrail}', EVENT, true],
    ['{ $.eventType != "UpdateTrail" }', EVENT, false],
    ['{ $.missing != "UpdateTrail" }', EVENT, false],
    ['{ $.sourceIPAddress = 111.111.* }', EVENT, true],
    ['{ $.sourceIPAddress != 123.123.* }', EVENT, true],
    ['{ $.eventType = "*Trail" }', EVENT, true],
    ['{ $.eventType = "U*d*T*l" }', EVENT, true],
    ['{ $.eventType = "Trail*" }', EVENT, false],
    ['{ $.eventType = %^Up.*il$% }', EVENT, true],
    ['{ $.arrayKey[0] = "value" }', EVENT, true],
    ['{ $.arrayKey[1] = "value" }', EVENT, false],
    ['{ $.arrayKey[9] = "value" }', EVENT, false],
    ['{ $.arrayKey[*] = "another value" }', EVENT, true],
    ['{ $.objectList[1].id = 2 }', EVENT, true],
    ['{ $.objectList[*].id > 1 }', EVENT, true],
    ['{ $.objectList[*].id > 2 }', EVENT, false],
    ['{ $.arrayKey = "value" }', EVENT, false],
    ['{ $.latency >= 1500 }', EVENT, true],
    ['{ $.latency < 1.5e3 }', EVENT, false],
    ['{ $.latency = 1500 }', EVENT, true],
    ['{ $.latency > -1 }', EVENT, true],
    ['{ $.code = 404 }', EVENT, true],
    ['{ $.code = "4*" }', EVENT, true],
    ['{ $.SomeObject IS NULL }', EVENT, true],
    ['{ $.cluster IS NULL }', EVENT, false],
    ['{ $.SomeOtherObject NOT EXISTS }', EVENT, true],
    ['{ $.SomeObject NOT EXISTS }', EVENT, false],
    ['{ $.ok IS TRUE }', EVENT, true],
    ['{ $.bad IS FALSE }', EVENT, true],
    ['{ $.bad IS TRUE }', EVENT, false],
    ["{ $['a b'] = 1 }", EVENT, true],
    ['{ $.["a b"] = 1 }', EVENT, true],
    ['{ $.cluster.name = "c" && $.latency > 1 }', EVENT, true],
    ['{ $.cluster.name = "d" || $.latency > 1 }', EVENT, true],
    ['{ $.cluster.name = "d" || ($.latency > 1 && $.ok IS FALSE) }', EVENT, false],
    ['{ ($.cluster.name = "d" && $.ok IS TRUE) || $.latency > 1 }', EVENT, true],
    ['{ $.a = 1 || $.cluster.name = "c" && $.ok IS FALSE }', EVENT, false],
    ['{ $.constructor EXISTS }', EVENT, false],
    ['{ $.a = 1 }', 'not JSON', false],
    ['{ $.a = 1 }', '{"a": 1', false],
    ['{ $.a = 1 }', '  {"a": 1}\n', true],
    ['{ $.a.b.c = 1 }', '{"a": 1}', false],
  ],
  'words one by one': [
    ['[ip, id, user, timestamp, request, status_code, size]', ACCESS, true],
    ['[ip, id, user, timestamp, request, status_code]', ACCESS, false],
    ['[ip, id, user, timestamp, request, status_code = 404, size]', ACCESS, true],
    ['[ip, id, user, timestamp, request, status_code = 4*, size > 1000]', ACCESS, true],
    ['[ip, id, user, timestamp, request, status_code = 4*, size > 2000]', ACCESS, false],
    ['[..., status_code = 404, size]', ACCESS, true],
    ['[ip = 127.0.0.1, ...]', ACCESS, true],
    ['[ip = 127.0.0.1, ..., size < 10]', ACCESS, false],
    ['[..., request = "*.html*", status_code = 404 || status_code = 410, size]', ACCESS, true],
    ['[..., (code != 200 && code != 404), size]', ACCESS, false],
    ['[ip, , user = frank, ...]', ACCESS, true],
    ['[w1 = ERROR, w2]', 'ERROR failed', true],
    ['[w1 = ERROR, w2]', 'ERROR failed badly', false],
    ['[w1 = %ERR|WARN%, ...]', 'WARN a b c', true],
    ['[w1 != ERROR]', 'INFO', true],
    ['[level, ...]', '', false],
    ['[a, b]', '[not closed', true],
    ['[a, b]', '"x y"z w', false],
  ],
};

for (const [name, cases] of Object.entries(groups)) {
  describe(`a filter pattern of ${name}`, () => {
    for (const [pattern, message, matches] of cases) {
      it(`${pattern} ${matches ? 'matches' : 'does not match'} ${message.slice(0, 60)}`, () => {
        assert.equal(compileFilterPattern(pattern)(message), matches);
      });
    }
  });
}

describe('a filter pattern that is none', () => {
  const cases: [pattern: string, says: RegExp][] = [
    ['error:', /Invalid character\(s\) in term 'error:'/],
    ['a-b', /Invalid character\(s\) in term 'a-b'/],
    ['"never closed', /never closed/],
    ['%(a)%', /groups are not allowed/],
    ['%[a%', /no regular expression/],
    ['{ $.a }', /comparison is missing/],
    ['{ a = 1 }', /'\$' is missing/],
    ['{ $ = 1 }', /property is missing/],
    ['{ $.a = }', /value is missing/],
    ['{ $.a = 1', /'}' is missing/],
    ['{ ($.a = 1 }', /'\)' is missing/],
    ['{ $.a > "text" }', /compares numbers only/],
    ['{ $.a = 1 } x', /nothing may follow/],
    ['[a, ..., b, ...]', /may stand once/],
    ['[a', /']' is missing/],
    ['[= 1 &&]', /field name is missing|']' is missing/],
  ];
  for (const [pattern, says] of cases) {
    it(`${pattern} is refused`, () => {
      assert.throws(() => compileFilterPattern(pattern), { code: 'InvalidParameterException', message: says });
    });
  }
});

describe('a filter pattern on hostile messages', () => {
  const cases: [pattern: string, message: string][] = [
    ['[a, b]', '[ '.repeat(300_000)],
    ['[a, b]', '" '.repeat(300_001)],
    ['[a, b]', `${'[ '.repeat(300_000)}]x`],
    ['%a*a*a*a*a*c$%', `${'a'.repeat(300_000)}b`],
    ['{ $.a = "*a*a*a*a*b" }', JSON.stringify({ a: 'a'.repeat(300_000) })],
    ['{ $.a = 1 }', '['.repeat(300_000)],
  ];
  for (const [pattern, message] of cases) {
    it(`${pattern} comes to an end on ${message.slice(0, 10)}…`, () => {
      assert.equal(compileFilterPattern(pattern)(message), false);
    });
  }
});
