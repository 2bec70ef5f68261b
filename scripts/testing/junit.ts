import { XMLParser } from 'fast-xml-parser';
import type { Failure, Tally } from './tally.ts';

interface Problem {
  readonly message?: string;
  readonly '#text'?: string;
}

interface TestCase {
  readonly classname?: string;
  readonly name?: string;
  readonly failure?: Problem[];
  readonly error?: Problem[];
  readonly skipped?: unknown;
}

const lists = ['testsuite', 'testcase', 'failure', 'error'];
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  isArray: (name) => lists.includes(name),
});

const failureOf = (test: TestCase, problem: Problem): Failure => ({
  name: test.name ?? 'a test',
  at: test.classname ?? '',
  text: problem['#text'] ?? problem.message ?? '',
});

/** What the tests of a JUnit report, as pytest writes it, gave. */
export function testCases(xml: string): Tally {
  const suites: { testcase?: TestCase[] }[] = parser.parse(xml).testsuites?.testsuite ?? [];
  const tests = suites.flatMap(({ testcase = [] }) => testcase);
  const problems = tests.map((test) =>
    [...(test.failure ?? []), ...(test.error ?? [])].map((one) => failureOf(test, one)),
  );
  return {
    passed: tests.filter((test, i) => problems[i]?.length === 0 && test.skipped === undefined).length,
    skipped: tests.filter(({ skipped }) => skipped !== undefined).length,
    failures: problems.flatMap((each) => each.slice(0, 1)),
  };
}
