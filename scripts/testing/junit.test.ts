import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testCases } from './junit.ts';

describe('testCases', () => {
  it('counts each test once, also one that fails and then breaks while it is taken down', () => {
    const tally = testCases(`<?xml version="1.0" encoding="utf-8"?>
      <testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4">
        <testcase classname="tests.test_a" name="test_one" time="0.1"/>
        <testcase classname="tests.test_a" name="test_two" time="0.1"><skipped message="no GPU">why</skipped></testcase>
        <testcase classname="tests.test_a" name="test_three" time="0.1">
          <failure message="assert 1 == 2">E  assert 1 == 2</failure><error message="teardown">later</error>
        </testcase>
        <testcase classname="" name="tests.test_b" time="0.0"><error message="collection failure">ImportError &lt;x&gt;</error></testcase>
      </testsuite></testsuites>`);
    assert.deepEqual([tally.passed, tally.skipped], [1, 1]);
    assert.deepEqual(tally.failures, [
      { name: 'test_three', at: 'tests.test_a', text: 'E  assert 1 == 2' },
      { name: 'tests.test_b', at: '', text: 'ImportError <x>' },
    ]);
  });

  it('reads a report of no tests', () => {
    assert.deepEqual(testCases('<testsuites><testsuite name="pytest" tests="0"/></testsuites>').passed, 0);
  });
});
