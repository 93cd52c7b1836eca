import {expect, test} from 'vitest';
import type {LoadShard, PodLoad, Rehearsal} from '../../schema/rehearsal.ts';
import {evidenceOf} from './evidence.ts';
import {judgeRehearsal} from './judge-rehearsal.ts';
import {isRehearsal, judged, linesOf, rehearsalOf, steadyRequests} from './test-rehearsal.ts';

/** Of a clock that is read so often that it cannot run off by 0.01 ms in between. */
const clocksWithin = (errorMs: number): LoadShard['clocks'] =>
  Array.from({length: 5601}, (_, at) => ({atMs: 4000 + at * 20, offsetMs: 1, errorMs}));

const shard = (pod: string, change: Partial<LoadShard> = {}, errorMs = 0.39): LoadShard => ({
  ...{pod, node: 'n1', journal: 'client.1.1.jsonl', lost: null, clocks: clocksWithin(errorMs)},
  ...change,
});
const from = (...shards: LoadShard[]): Rehearsal => {
  const load: PodLoad = {sitting: 1, image: 'i', namespace: 'n', job: 'j', startMs: 4500, shards};
  return rehearsalOf({podLoads: [load]});
};
const checkOf = ({checks}: Awaited<ReturnType<typeof judged>>, code: string, of = 'both') =>
  checks.find(check => check.code === code && check.of === of);
const both = ({migration, rollback}: Awaited<ReturnType<typeof judged>>) => [migration.verdict, rollback.verdict];

test('all journals here, by clocks that are known well: it is judged as a load of this machine is', async () => {
  const rehearsal = from(shard('a'), shard('b'));
  expect(isRehearsal(rehearsal)).toBe(true);
  const verdict = await judged(rehearsal);
  expect(both(verdict)).toEqual(['GO', 'GO']);
  expect(checkOf(verdict, 'load-whole')?.detail).toBe('The journals of all 2 load pods are here.');
  expect(checkOf(verdict, 'load-clocks')?.detail).toBe(
    'The clocks of the load pods are known within 0.4 ms (limit 100 ms).',
  );
});

test('a journal that is gone, or that nobody has brought, voids both verdicts and is named', async () => {
  const lost = await judged(
    from(shard('a'), shard('b', {journal: null, lost: 'shard 2 of 2 (pod b) was lost: evicted'})),
  );
  expect(both(lost)).toEqual(['VOID', 'VOID']);
  expect(lost.migration.reasons[0]).toContain('shard 2 of 2 (pod b) was lost: evicted.');
  const unfetched = await judged(from(shard('a', {journal: null}), shard('b')));
  expect(unfetched.rollback.reasons[0]).toContain('the journal of shard 1 of 2 (pod a) in sitting 1 is not here');
});

test('a load that never began has sent nothing, and no journal of it is missed', async () => {
  const rehearsal = from(shard('a'));
  const [load] = rehearsal.podLoads ?? [];
  if (load === undefined) throw new TypeError();
  const never = {...load, startMs: null, shards: [shard('b', {journal: null})]};
  expect(both(await judged({...rehearsal, podLoads: [never, load]}))).toEqual(['GO', 'GO']);
});

test('a clock that is known too badly to tell stages apart leaves both verdicts open', async () => {
  const verdict = await judged(from(shard('a'), shard('b', {}, 140)));
  expect(both(verdict)).toEqual(['INCONCLUSIVE', 'INCONCLUSIVE']);
  expect(checkOf(verdict, 'load-clocks')?.detail).toMatch(/within 140 ms \(limit 100 ms\): in which stage/);
});

test('what a clock may have done between two readings that are far apart counts as well', async () => {
  const [first, last] = [
    {atMs: 4000, offsetMs: 1, errorMs: 0.1},
    {atMs: 604_000, offsetMs: 2, errorMs: 0.4},
  ];
  const verdict = await judged(from(shard('a', {clocks: [first, last]})));
  expect(checkOf(verdict, 'load-clocks')).toMatchObject({
    outcome: 'inconclusive',
    detail: expect.stringContaining('150.4 ms'),
  });
});

test('where no downtime is allowed, no clock excuses one', async () => {
  const requests = steadyRequests(10).map(request =>
    request.sentMs >= 50_400 && request.sentMs < 50_420 ? {...request, outcome: 'failed' as const} : request,
  );
  const {plan, ...rehearsal} = from(shard('a', {}, 30));
  const limits = {...plan.limits, downtimeMs: 0};
  const verdict = await judged({...rehearsal, plan: {...plan, limits}}, requests);
  expect(checkOf(verdict, 'downtime', 'migration')).toMatchObject({outcome: 'fail'});
});

test('a downtime nearer to its limit than two clocks can tell is neither kept nor broken', async () => {
  // Down from 50,400 to 50,910 ms; the limit is 500.
  const requests = steadyRequests(10).map(request =>
    request.sentMs >= 50_400 && request.sentMs < 50_900 ? {...request, outcome: 'failed' as const} : request,
  );
  const outcome = async (errorMs: number) =>
    checkOf(await judged(from(shard('a', {}, errorMs)), requests), 'downtime', 'migration');
  expect(await outcome(0.1)).toMatchObject({outcome: 'fail'});
  const unknown = await outcome(30);
  expect(unknown).toMatchObject({outcome: 'inconclusive'});
  expect(unknown?.detail).toContain('the clocks of the load pods are known within 30 ms each');
});

test('an answer of the gateway at the moment in which the client gave up, as far as two clocks tell, is no difference', async () => {
  const requests = steadyRequests().map((request, at) => (at === 7 ? {...request, outcome: 'lost' as const} : request));
  const {client, gateway} = linesOf(requests);
  const served = gateway.map(line => (line.outcome === 'gone' ? {...line, outcome: 'served' as const} : line));
  const verdictOf = async (errorMs: number) =>
    judgeRehearsal(await evidenceOf({rehearsal: from(shard('a', {}, errorMs)), client, gateway: served, memory: []}));
  expect((await verdictOf(0.1)).accounts.agree).toBe(false);
  const within = await verdictOf(0.3);
  expect([within.accounts.agree, within.accounting.lost]).toEqual([true, 1]);
});

test('what pods sent after their harness was killed is judged as all else is: none of it was cut off, and none goes unwritten', async () => {
  const [first] = from(shard('a')).podLoads ?? [];
  const rehearsal = rehearsalOf({
    ...{podLoads: first === undefined ? [] : [first]},
    sittings: [
      {startedAt: '', startMs: 0, endMs: null},
      {startedAt: '', startMs: 60_000, endMs: 120_000},
    ],
  });
  const {client, gateway} = linesOf(steadyRequests().map(request => ({...request, id: `s1-${request.id.slice(2)}`})));
  const stranger = {...gateway[0], id: 's1-99999', receivedMs: 59_990} as (typeof gateway)[number];
  const verdict = judgeRehearsal(await evidenceOf({rehearsal, client, gateway: [...gateway, stranger], memory: []}));
  expect(verdict.accounts.differences).toEqual([
    expect.stringContaining('the gateway took, and the client never sent'),
  ]);
});
