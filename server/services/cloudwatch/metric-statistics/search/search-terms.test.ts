import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MathError } from '../metric-math/math-error.ts';
import { parseSearch } from './search-terms.ts';

const metric = {
  namespace: 'AWS/SageMaker',
  name: 'Invocation4XXErrors',
  dimensions: { EndpointName: 'churn-model-v2', VariantName: 'AllTraffic' },
};

describe('a search for metrics', () => {
  const cases: [term: string, matches: boolean][] = [
    ['errors', true],
    ['invocation', false],
    ['Invocation4', true],
    ['churn', true],
    ['model-v2', true],
    ['churn-v2', false],
    ['SageMaker', true],
    ['variant', true],
    ['"AllTraffic"', true],
    ['"alltraffic"', false],
    ['"All"', false],
    ['MetricName="Invocation4XXErrors"', true],
    ['MetricName="Errors"', false],
    ['MetricName=Errors', true],
    ['EndpointName=(churn OR fraud) VariantName=AllTraffic', true],
    ['EndpointName=(fraud OR spam)', false],
    ['EndpointName=churn AND NOT VariantName="AllTraffic"', false],
    ['fraud OR churn errors', true],
    ['(fraud OR churn) latency', false],
    ['NOT latency', true],
    ['InstanceId=churn', false],
    ['Namespace="AWS/SageMaker"', true],
  ];
  for (const [term, matches] of cases) {
    it(`${term} ${matches ? 'finds' : 'does not find'} it`, () =>
      assert.equal(parseSearch(term).matches(metric), matches));
  }

  it('may name a namespace and the dimensions, with a comma behind or without', () => {
    for (const source of [
      '{AWS/SageMaker,EndpointName,"Variant Name"}',
      '{ AWS/SageMaker , EndpointName, "Variant Name" }, x',
    ]) {
      const { namespace, dimensions } = parseSearch(source);
      assert.deepEqual([namespace, dimensions], ['AWS/SageMaker', ['EndpointName', 'Variant Name']]);
    }
  });

  for (const wrong of ['', '{', '{}', '{a', 'a OR', '(a', 'a)', 'x=', 'a AND', '"open', '('.repeat(2000)]) {
    it(`cannot be ${wrong.slice(0, 20) || 'empty'}`, () => assert.throws(() => parseSearch(wrong), MathError));
  }
});
