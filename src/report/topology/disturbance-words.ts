import type {Disturbance, DisturbanceSpec, DisturbanceStep, KeptCache, OutageResult} from '../../schema/disturbance.ts';
import type {Trial} from '../../schema/trial.ts';
import {shownNumber} from '../number.ts';
import type {Fact} from '../run-facts.ts';

/** Below a second in milliseconds. */
const timeText = (ms: number): string =>
  ms < 1000 ? `${shownNumber(ms, 'ms')} ms` : `${shownNumber(ms / 1000, 's')} s`;

const methods = {
  lora: 'new weights as an adapter',
  disk: 'new weights from another folder',
  restart: 'new weights by a restart',
} as const;

/** `new weights from another folder, cache to be emptied`: what was done, in a few words. */
export const disturbanceText = (spec: DisturbanceSpec): string => {
  switch (spec.kind) {
    case 'weights': {
      const flush = spec.flush === null ? '' : `, cache to be ${spec.flush ? 'emptied' : 'kept'}`;
      return methods[spec.method] + flush;
    }
    case 'sleep':
      return `GPU memory given back for ${spec.asleepSeconds} s`;
    case 'outage':
      return `${spec.member} killed, and started again after ${spec.downSeconds} s`;
  }
};

const stepText = ({what, member, request, startMs, endMs, said, ok}: DisturbanceStep): string => {
  const whom = member === null || what.includes(member) ? '' : ` at ${member}`;
  const how = request === null ? '' : ` (${request})`;
  const end = `took ${timeText(endMs - startMs)}`;
  return `${(startMs / 1000).toFixed(1)} s: ${what}${whom}${how}: ${ok ? end : `NOT DONE after ${timeText(endMs - startMs)}: ${said ?? 'no reason given'}`}`;
};

const effectTexts = ({spec, effectMs, probe}: Disturbance): string[] => {
  if (spec.kind !== 'weights') return [];
  if (effectMs !== null)
    return [`${timeText(effectMs)} from the call to the end of the first answer that only the new weights give`];
  return [
    probe?.apart === false
      ? 'not known: what the old and the new weights answer is not told apart'
      : 'not known: the new weights gave no answer',
  ];
};

const requestsText = ({during: {ok, failed, delayed}, before, delayedBeyondMs}: Disturbance): string => {
  const limit = before.ok < 100 ? 'the longest' : 'the P99';
  const late =
    delayed === null || delayedBeyondMs === null
      ? 'none ended before to tell delayed ones by'
      : `${delayed} delayed (E2E above ${timeText(delayedBeyondMs)}, ${limit} of before)`;
  return `${ok + failed} in flight meanwhile: ${failed} failed, ${late}`;
};

/** Of the whole trial: failures are kept by kind and not by when they were. */
const errorTexts = ({failures}: Trial): string[] =>
  failures.map(({kind, count, firstMessage}) => `${count} × ${kind}: ${firstMessage}`);

const tokensText = (tokens: number | null) => (tokens === null ? 'not told' : String(tokens));

const keptText = ({of, promptTokens, beforeTokens, afterTokens, cache}: KeptCache): string => {
  const whole = promptTokens === null ? '' : ` of ${promptTokens} tokens`;
  return `asked of the ${of} weights, a prompt${whole} had ${tokensText(beforeTokens)} cached before, ${tokensText(afterTokens)} after: ${cache ?? 'not known'}`;
};

/** Of what is given back the least tells, of what is taken the most. */
const wayTo = (spec: DisturbanceSpec) => (spec.kind === 'weights' && spec.method !== 'restart' ? 'up to' : 'down to');

const memoryTexts = ({memory, spec}: Disturbance): string[] => {
  if (memory === null) return [];
  const {from, beforeMiB, duringMiB, afterMiB} = memory;
  const shown = (mib: number) => `${Math.round(mib)} MiB`;
  const between = duringMiB === null ? '' : `, ${wayTo(spec)} ${shown(duringMiB)} meanwhile`;
  return [`${shown(beforeMiB)} before${between}, ${shown(afterMiB)} after (${from})`];
};

/** From the kill until the member had finished a request again; null if it did not, or does not tell. */
export const untilServedMs = ({startMs, endMs, outage}: Disturbance): number | null =>
  outage === null || outage.servedAgainMs === null ? null : endMs - startMs + outage.servedAgainMs;

const awayText = ({member, routedAwayMs}: OutageResult): string => {
  if (routedAwayMs === null) return 'no request failed until it was back';
  return routedAwayMs === 0
    ? 'only requests failed that were on their way to it'
    : `the last request that failed was sent ${timeText(routedAwayMs)} after the kill of ${member}`;
};

/** Why the one that came back got nothing. sglang_router 0.3.2 was seen to do so with cache_aware, and had no other prompts of this load to give it. */
const goneElsewhere = (policy: string | null): string => {
  switch (policy) {
    case 'cache_aware':
    case 'kv':
      return ': a router that goes by prompts keeps sending the known ones to whom they went meanwhile';
    case 'manual':
      return ': a router that goes by sessions leaves them where they went meanwhile';
    default:
      return ': why is not known';
  }
};

const backText = (
  disturbance: Disturbance,
  {readyMs, servedAgainMs, members, member}: OutageResult,
  policy: string | null,
): string => {
  if (readyMs === null) return 'it did not come back';
  const wholeMs = untilServedMs(disturbance);
  const ready = `ready ${timeText(readyMs)} after its start`;
  if (wholeMs !== null && servedAgainMs !== null)
    return `${ready}, served again ${timeText(servedAgainMs)} later: ${timeText(wholeMs)} after the kill`;
  const none = members.find(({name}) => name === member)?.after === 0;
  return `${ready}, ${none ? `and finished no request until the trial ended${goneElsewhere(policy)}` : 'when it served again is not told'}`;
};

const finishedText = ({members}: OutageResult): string =>
  members
    .map(({name, before, during, after}) => `${name} ${[before, during, after].map(tokensText).join(', ')}`)
    .join('; ');

/** All that was seen of one disturbance and is no table, in the order in which it is asked. `policy` is the router's. */
export const disturbanceFacts = (trial: Trial, disturbance: Disturbance, policy: string | null): readonly Fact[] => {
  const {steps, kept, probe, outage} = disturbance;
  const facts = (name: string, texts: readonly string[]): Fact[] => texts.map(text => ({name, text}));
  return [
    ...facts('done at', steps.map(stepText)),
    ...facts('effect', effectTexts(disturbance)),
    ...facts('requests', [requestsText(disturbance)]),
    ...facts('client errors', errorTexts(trial)),
    ...(outage === null
      ? []
      : [
          ...facts('routed away', [awayText(outage)]),
          ...facts('back', [backText(disturbance, outage, policy)]),
          ...facts('finished', [`${finishedText(outage)} (until the kill, until it was ready again, from then on)`]),
        ]),
    ...facts('cache', kept.map(keptText)),
    ...facts('memory', memoryTexts(disturbance)),
    ...facts(
      'probe',
      probe === null
        ? []
        : [
            `${probe.asked} times ${probe.outputTokens} tokens, ${probe.failed} refused or broken${probe.longestGapMs === null ? '' : `, at most ${timeText(probe.longestGapMs)} between two answers`}`,
          ],
    ),
  ];
};
