import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {projectRoot} from '../../root.ts';
import {stageNames} from '../../schema/rehearsal.ts';
import {scenarioNames} from '../../schema/scenario-names.ts';
import {
  coveringCells,
  coveringKills,
  coveringManyRequests,
  coveringRestarts,
  everyCell,
  everyKill,
  everyManyRequests,
  everyRestart,
} from './test-cells.ts';

const plans = readdirSync(join(projectRoot, 'suites', 'rehearsals'));
const strategies = plans.map(file => file.replace('.yaml', '')).sort();
const scenarios = scenarioNames.filter(name => name !== 'docker-restarts');
const distinct = <T>(values: readonly T[]) => [...new Set(values)].sort();

describe('what .ci/long plays', () => {
  test('is each strategy with each scenario, and with a restart of Docker', () => {
    expect(distinct(everyCell.map(({strategy, scenario}) => `${strategy} ${scenario}`))).toEqual(
      strategies.flatMap(strategy => scenarios.map(scenario => `${strategy} ${scenario}`)).sort(),
    );
    expect(distinct(everyRestart)).toEqual(strategies);
  });

  test('is a kill in every stage, and in some by every strategy', () => {
    expect(distinct(everyKill.map(({stage}) => stage))).toEqual([...stageNames].sort());
    expect(distinct(everyKill.map(({strategy}) => strategy))).toEqual(strategies);
  });
});

describe('what .ci/run plays of it', () => {
  test.for([
    ['cells', coveringCells, everyCell],
    ['kills', coveringKills, everyKill],
    ['restarts', coveringRestarts, everyRestart],
    ['many requests', coveringManyRequests, everyManyRequests],
  ] as const)('%s: each once, and each of the whole', ([, covering, every]) => {
    expect(new Set(covering.map(one => JSON.stringify(one))).size).toBe(covering.length);
    expect(every).toEqual(expect.arrayContaining([...covering]));
  });

  test('has every scenario, and every strategy with three or more', () => {
    expect(distinct(coveringCells.map(({scenario}) => scenario))).toEqual([...scenarios].sort());
    for (const kind of strategies)
      expect(coveringCells.filter(({strategy}) => strategy === kind).length).toBeGreaterThanOrEqual(3);
  });

  test('kills with every strategy, in five stages or more, one of them given up', () => {
    expect(distinct(coveringKills.map(({strategy}) => strategy))).toEqual(strategies);
    expect(distinct(coveringKills.map(({stage}) => stage)).length).toBeGreaterThanOrEqual(5);
    expect(coveringKills.map(({end}) => end)).toContain('--abort');
  });

  test('cuts over without a fault by every strategy that may lose nothing, in a cell or with many requests', () => {
    const without = coveringCells.filter(({scenario}) => scenario === 'none').map(({strategy}) => strategy);
    expect([...without, ...coveringManyRequests]).toEqual(expect.arrayContaining([...everyManyRequests]));
  });

  test('restarts Docker also where the baseline is up beside the candidate', () => {
    expect(coveringRestarts).toContain('shadow');
  });
});
