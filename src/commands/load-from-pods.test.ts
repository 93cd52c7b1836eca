import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type HostsHere, openHostsHere} from '../load/shards/test-hosts-here.ts';
import type {Options} from '../options.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Terminal} from '../terminal.ts';
import {bench} from './bench.ts';
import {begin, chat, decideHere, embed, optionsOf, patience, read, tiny} from './decide/test-decide.ts';
import {readRun} from './test-cutover.ts';

/** What --load-on k8s says; its servers here are on this machine alone, which the words themselves may not be. */
const onPods: Partial<Options> = {loadOn: 'k8s', shards: 3, loadImage: 'never-pulled'};

/** Sets of three shards in this process. */
const hostsIn = (folder: string) => {
  const opened: HostsHere[] = [];
  const openHosts = async () => {
    const hosts = await openHostsHere(join(folder, `hosts-${opened.length}`), 3);
    opened.push(hosts);
    return hosts;
  };
  return {opened, openHosts};
};

interface Benched {
  readonly change?: Partial<Options>;
  readonly openHosts?: () => Promise<HostsHere>;
  readonly show?: (line: string) => void;
}

const words = '--runtime embedded --engine sglang --suite chat --rate 60 --requests 60 --warmup 3 --repetitions 3';
const few = '--prompt-tokens 64 --output-tokens 4';

const benchOf = async (folder: string, {change, openHosts, show = () => {}}: Benched) => {
  const argv = ['bench', ...words.split(' '), ...few.split(' '), '--out', folder];
  const notes: string[] = [];
  const terminal: Terminal = {
    out() {},
    note: line => notes.push(line),
    warn: line => notes.push(line),
    progress: {show, finish() {}},
  };
  const {failure} = await bench({
    options: {...optionsOf(argv), ...change, engine: 'sglang'},
    ...{argv, version: '1.2.3', terminal, reportsDir: folder, interrupted: new AbortController().signal},
    ...(openHosts !== undefined && {openHosts}),
  });
  return {failure, notes, ...(await readRun(folder))};
};

test(
  'a run on pods leaves the record of a run from here, but for who put the load on; a lost pod voids its trial alone',
  async () => {
    await using folder = await temporaryFolder();
    const {opened, openHosts} = hostsIn(folder.path);
    const lines: string[] = [];
    const here = await benchOf(join(folder.path, 'here'), {});
    const there = await benchOf(join(folder.path, 'there'), {
      ...{change: onPods, openHosts},
      show(line) {
        lines.push(line);
        if (/trial 2 of 3 · [1-9]\d*\/60/.test(line)) opened[0]?.hosts[1]?.die('evicted');
      },
    });

    expect([here.failure, there.failure]).toEqual([null, null]);
    expect(Object.keys(there.record)).toEqual(Object.keys(here.record));
    const [first, lost, last] = there.record.trials;
    const [alone] = here.record.trials;
    expect(Object.keys(first ?? {})).toEqual(Object.keys(alone ?? {}));
    expect(alone?.shards).toBeNull();
    for (const trial of [first, last]) {
      expect(trial).toMatchObject({
        counts: {ok: 60, failed: 0},
        shards: {of: 3, parts: [{index: 0}, {index: 1}, {index: 2}]},
      });
      expect(trial?.findings.map(({code}) => code)).not.toContain('shard-missing');
    }
    expect(first).toMatchObject({dataHash: alone?.dataHash, workload: alone?.workload, load: alone?.load});
    expect(lost?.shards).toMatchObject({of: 3, parts: [{index: 0}, {index: 2}]});
    expect(lost?.findings).toContainEqual(expect.objectContaining({code: 'shard-missing', severity: 'void'}));
    const samplesOf = (run: typeof here, trial: number) => run.samples.filter(sample => sample.trial === trial);
    const ids = (run: typeof here) => samplesOf(run, 0).map(({id}) => id);
    expect(ids(there).toSorted()).toEqual(ids(here).toSorted());
    expect(samplesOf(there, 1)).toHaveLength((lost?.counts.ok ?? 0) + (lost?.counts.failed ?? 0));
    // What this machine's client costs says nothing of the pods'.
    expect([here.record.clientOverhead === null, there.record.clientOverhead]).toEqual([false, null]);

    expect(opened).toHaveLength(2);
    expect(there.notes).toContain(
      'Lost while it was measured: shard 2 of 3 (host 1): evicted. This load is void; the next one gets new shards.',
    );
    expect(lines.some(line => line.includes('0 of 3 shards ready · warm-up'))).toBe(true);
    expect(lines.some(line => /^chat · trial 1 of 3 · 3 of 3 shards done · 60\/60/.test(line))).toBe(true);
  },
  patience,
);

test(
  'all blocks of a decision are put on by the same pods',
  async () => {
    await using folder = await temporaryFolder();
    const {opened, openHosts} = hostsIn(folder.path);
    const out = join(folder.path, 'decision');
    const wide = {...embed, load: {...embed.load, concurrency: 3}};
    const plan = {...tiny, workloads: [chat, wide], aaPairs: 2};
    const said = await decideHere([...begin, '--out', out], {plan, openHosts, change: onPods});
    expect(said.thrown).toBeNull();
    const {decision, records} = await read(out);
    expect(decision.status).toBe('complete');
    const trials = Object.values(records).flatMap(record => record.trials);
    expect(trials.length).toBeGreaterThan(4);
    for (const {shards, counts} of trials) {
      expect(counts).toMatchObject({ok: 4, failed: 0});
      expect(shards?.parts.map(({index}) => index)).toEqual([0, 1, 2]);
    }
    expect(opened).toHaveLength(1);
    const loads = opened[0]?.hosts.map(({orders}) => orders.filter(({kind}) => kind === 'start').length);
    expect(loads).toEqual([trials.length, trials.length, trials.length]);
  },
  patience,
);
