import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileMetricFilter, requiredLiteral } from './metric-filters.ts';

describe('compileMetricFilter', () => {
  const cases: [regex: string, line: string, value: number | undefined][] = [
    ['loss: ([0-9\\.]+)', 'step 4 loss: 0.25 lr 1', 0.25],
    ['train-error=(.*?);', 'a train-error=0.138318; b', 0.138318],
    ['.*\\[[0-9]+\\].*#011train-auc:([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*', '[7]#011train-auc:9.5e-1', 0.95],
    ['\\[[0-9]+\\]#011train-auc:(\\S+)', '[7]\ttrain-auc:0.5', 0.5],
    ['\\[[0-9]+\\]\\ttrain-auc:(\\S+)', '[7]\ttrain-auc:0.5', 0.5],
    ['(?i)LOSS=(\\S+)', 'loss=3', 3],
    ['(?P<v>[0-9]+)%', 'at 30%', 30],
    ['loss: (\\S+)', 'loss: nan', undefined],
    ['loss: (\\S*)', 'loss: ', undefined],
    ['loss: (\\S+)', 'gain: 4', undefined],
    ['a|b=([0-9])', 'b=4', 4],
  ];
  for (const [regex, line, value] of cases) {
    it(`finds ${value} by ${regex} in ${line}`, () => assert.equal(compileMetricFilter(regex)(line), value));
  }

  it('ends soon on a pattern that would take for ever elsewhere', () => {
    assert.equal(compileMetricFilter('(a+)+$')(`${'a'.repeat(5000)}!`), undefined);
  });

  it('says what it cannot do', () => {
    assert.throws(() => compileMetricFilter('a(?=b)'), /look-around/);
    assert.throws(() => compileMetricFilter('loss: [0-9]+'), /no group/);
    assert.throws(() => compileMetricFilter('loss: ([0-9+'), /cannot be used/);
  });
});

describe('requiredLiteral', () => {
  const cases: [regex: string, literal: string][] = [
    ['train-error=(.*?);', 'train-error='],
    ['.*\\[[0-9]+\\].*#011train-auc:([0-9]+).*', '#011train-auc:'],
    ['x.*#011train-auc:([-+]?[0-9]+(?:[eE][0-9]+)?).*', '#011train-auc:'],
    ['abc?(d)', 'ab'],
    ['abc{0,2}(d)', 'ab'],
    ['abc{x(d)', 'ab'],
    ['a|bcd', ''],
    ['(?i)loss=(.)', ''],
    ['\\x41bc(d)', ''],
    ['val\\.loss(d)', 'val.loss'],
    ['[^]]abc(.)', 'abc'],
    ['[[:alpha:]]x(.)', 'x'],
    ['\\d\\dxyz+(.)', 'xy'],
  ];
  for (const [regex, literal] of cases) {
    it(`is ${JSON.stringify(literal)} for ${regex}`, () => assert.equal(requiredLiteral(regex), literal));
  }
});
