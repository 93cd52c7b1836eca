import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ratioAxis} from '../../charts/log-marks.ts';
import type {DecidedRun} from '../decided-run.ts';
import {decidedRun} from '../test-decided-run.ts';
import {decisionCharts} from './decision-charts.ts';
import {cumulative} from './distribution.ts';

const chartOf = (run: DecidedRun, name: string) => {
  const chart = decisionCharts(run).find(one => one.name === name);
  if (chart === undefined) throw new Error(`no chart ${name}`);
  return chart;
};
const curveOf = (run: DecidedRun, name: string, label: string) => {
  const curve = chartOf(run, name).config.curves.find(one => one.label === label);
  if (curve === undefined) throw new Error(`${name} has no curve ${label}`);
  return curve;
};
const run = decidedRun();

describe('the charts of a decision', () => {
  test('are those that there is something for', () => {
    expect(decisionCharts(run).map(({name}) => name)).toEqual([
      ...['overview', 'forest-chat', 'forest-prefix', 'forest-embed', 'forest-rerank'],
      ...['ttft-chat', 'ttft-prefix', 'e2e-chat', 'e2e-prefix', 'e2e-embed', 'e2e-rerank'],
      ...['concurrency-capacity', 'memory', 'cache-prefix', 'timeline'],
    ]);
    const servers = run.records.baseline.engine.servers.map(server => ({...server, memory: null}));
    const bare = {sweeps: [], trials: [], engine: {...run.records.baseline.engine, servers}};
    expect(decisionCharts(decidedRun({baseline: bare, candidate: bare})).map(({kind}) => kind)).not.toContain('memory');
  });

  test('have a name that is a file name, whatever the plan calls its workloads', () => {
    const workloads = run.verdict.workloads.map(one => ({...one, name: `../${one.name}/x`}));
    for (const {name} of decisionCharts(decidedRun({verdict: {workloads}}))) expect(name).toMatch(/^[\w-]+$/);
  });

  test('have as many texts as points, and a table whose rows are as long as its head', () => {
    for (const {config, table} of decisionCharts(run)) {
      for (const {points, texts} of config.curves) if (texts !== undefined) expect(texts).toHaveLength(points.length);
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    }
  });

  test('are plain data', () => {
    const charts = decisionCharts(run);
    expect(JSON.parse(JSON.stringify(charts))).toEqual(charts);
  });
});

describe('the forest plot', () => {
  test('has a row for each metric, with the interval of the verdict', () => {
    const [primary] = run.verdict.workloads.find(({name}) => name === 'embed')?.metrics ?? [];
    const [low, high, end] = curveOf(run, 'forest-embed', '95 % interval').points;
    expect([low?.x, high?.x, end?.x]).toEqual([primary?.ratio?.low, primary?.ratio?.high, null]);
    expect(chartOf(run, 'forest-embed').description).toMatch(/Throughput, items\/s 0\.849 \[0\.838, 0\.861\]: fail\./);
  });

  test('shades the side on which a candidate fails: more latency, less throughput', () => {
    const {points} = curveOf(run, 'forest-embed', 'beyond the limit');
    const {min, max} = chartOf(run, 'forest-embed').config.x;
    expect(points.slice(0, 2).map(({x}) => x)).toEqual([1 / 1.1, min]);
    expect(points.slice(3, 5).map(({x}) => x)).toEqual([1.1, max]);
  });

  test('keeps a row for a metric that was not measured, and draws nothing in it', () => {
    const {config, table} = chartOf(run, 'forest-rerank');
    expect(config.y.marks).toHaveLength(3);
    expect(config.curves[0]?.points.filter(({y}) => y === 2)).toEqual([]);
    expect(table.rows[2]?.slice(0, 3)).toEqual(['E2E p99, ms', null, 'missing']);
  });
});

describe('a distribution', () => {
  test('of four values is 25 % at the smallest and 100 % at the largest', () => {
    expect(cumulative(Float64Array.of(10, 20, 30, 40))).toEqual([
      {x: 10, y: 25},
      {x: 20, y: 50},
      {x: 30, y: 75},
      {x: 40, y: 100},
    ]);
  });

  test('has at most 400 points, each of them an exact quantile', () => {
    fc.assert(
      fc.property(fc.float64Array({minLength: 1, maxLength: 3000, noNaN: true, min: 0.1, max: 1e6}), values => {
        const sorted = values.sort();
        const points = cumulative(sorted);
        expect(points.length).toBeLessThanOrEqual(400);
        for (const {x, y} of points) expect(x).toBe(sorted[Math.round(((y ?? Number.NaN) * sorted.length) / 100) - 1]);
      }),
    );
  });

  test('is of the valid A/B blocks alone', () => {
    // Of 7 pairs one candidate block is void: 7 and 6 blocks of 700 requests.
    expect(chartOf(run, 'e2e-embed').table.rows[0]).toEqual(['number of requests', '4900', '4200']);
  });

  test('does not say a P99 of fewer requests than certify it', () => {
    const {plan} = run.decision;
    const workloads = plan.workloads.map(one => ({...one, load: {...one.load, requests: 50}}));
    const few = decidedRun({decision: {plan: {...plan, workloads: workloads as typeof plan.workloads}}});
    expect(chartOf(few, 'ttft-chat').table.rows.find(([name]) => name === '99 %')).toEqual(['99 %', null, null]);
  });
});

describe('the other charts', () => {
  test('stack the parts of a server and leave out what is not told', () => {
    const [from, to] = curveOf(run, 'memory', 'KV pool (reserved)').points;
    expect([from, to]).toEqual([
      {x: 2994 / 1024, y: 0},
      {x: (2994 + 9216) / 1024, y: 0},
    ]);
    expect(chartOf(run, 'memory').table.rows[2]?.[2]).toBeNull(); // an embedder's pool
  });

  test('draw a server whole where the parts in its log are more than it held', () => {
    const {engine} = run.records.candidate;
    const servers = engine.servers.map(server =>
      server.role === 'chat' && server.memory !== null
        ? {...server, memory: {...server.memory, graphsMiB: 10_394, processMiB: 15_360, otherMiB: null}}
        : server,
    );
    const mixed = decidedRun({candidate: {engine: {...engine, servers}}});
    const row = chartOf(mixed, 'memory').table.rows[1];
    expect(row?.slice(0, 6)).toEqual(['chat, candidate', null, null, null, '15.0 GiB', '15.0 GiB']);
    expect(chartOf(mixed, 'memory').description).toContain('log names of chat of the candidate come to more');
    expect(curveOf(mixed, 'memory', 'other').points.filter(({y}) => y === 1)).toEqual([
      {x: 0, y: 1},
      {x: 15, y: 1},
    ]);
    expect(chartOf(run, 'memory').description).not.toContain('come to more');
  });

  test('have numbers on a ratio axis down to a thirtieth', () => {
    const {marks} = ratioAxis('ratio', [0.025, 0.14, 7.5]);
    expect(marks.map(({value}) => value)).toEqual([0.03, 0.1, 0.3, 1, 3, 10]);
  });

  test('add up the turns of all valid blocks', () => {
    expect(curveOf(run, 'cache-prefix', 'baseline').points.map(({x, y}) => [x, Math.round(y ?? -1)])).toEqual([
      [1, 0],
      [2, 81],
      [3, 84],
      [4, 87],
    ]);
  });

  test('say nothing of a turn that one block did not tell', () => {
    const trials = run.records.baseline.trials.map(trial => ({
      ...trial,
      turns: trial.turns.map(turn => (turn.turn === 2 ? {...turn, cachedPromptTokens: null} : turn)),
    }));
    expect(chartOf(decidedRun({baseline: {trials}}), 'cache-prefix').table.rows[1]?.[1]).toBeNull();
  });

  test('cross out void blocks where they ran, and put sittings one behind another', () => {
    const {config, table} = chartOf(run, 'timeline');
    expect(config.curves[0]).toMatchObject({label: 'void', colour: 'void'});
    expect(config.curves[0]?.points.filter(({x}) => x !== null)).toHaveLength(1);
    expect(table.rows.filter(row => row.at(-1) !== 'no')).toHaveLength(1);
    const blocks = run.decision.blocks.map((block, place) =>
      place < 40
        ? block
        : {
            ...block,
            sitting: 2,
            startMs: block.startMs - (run.decision.blocks[40]?.startMs ?? 0),
            endMs: block.endMs - (run.decision.blocks[40]?.startMs ?? 0),
          },
    );
    const two = chartOf(decidedRun({decision: {blocks}}), 'timeline');
    expect(two.description).toContain('in 2 sittings');
    expect(two.config.x.max).toBeCloseTo(config.x.max, 5);
  });

  test('throughput has a point for each level of either side', () => {
    expect(curveOf(run, 'concurrency-capacity', 'candidate').points.at(-1)).toEqual({x: 256, y: 17_900});
    expect(chartOf(run, 'concurrency-capacity').table.rows[0]).toEqual(['8', '2310', '2420']);
  });
});
