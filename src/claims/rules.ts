import type {PlannedWorkload} from '../schema/plan.ts';
import {servedAtOnce} from './concurrent.ts';
import {takesItsPlace} from './drop-in.ts';
import type {DecidedEvidence} from './evidence.ts';
import {threeOnOneCard} from './fractions.ts';
import {repeatedSooner, warmedSooner} from './later-turns.ts';
import {shorterVectors} from './matryoshka.ts';
import {memoryOfPlans, memoryOfStack} from './memory.ts';
import {memoryBySize} from './model-sizes.ts';
import type {Rule} from './outcome.ts';
import {pageSizes} from './page-sizes.ts';
import {routedByCache} from './routed.ts';
import {separated} from './separated.ts';
import {lessMemoryShared} from './shared-memory.ts';
import {sizedRatio} from './sized-ratio.ts';
import {readyInTime} from './startup.ts';
import {uncachedByMessage} from './token-savings.ts';
import {restarted, unrecorded} from './unrehearsed.ts';
import {syncedBy} from './weight-sync.ts';

type Load = Pick<PlannedWorkload, 'workload' | 'load'>;

const isChat = ({workload}: Load) => workload.kind === 'chat';
const isShared = ({workload}: Load) => workload.kind === 'chat' && (workload.sharedPrefix ?? 0) > 0;
const isOpenChat = (of: Load) => isChat(of) && of.load.mode === 'open';
const isClosedChat = (of: Load) => isChat(of) && of.load.mode === 'closed';
const isConversation = ({workload}: Load) => workload.kind === 'prefix';

const llamaOnH100 = {
  what: 'an H100 with Llama 3.1 8B',
  holds: ({records}: DecidedEvidence) =>
    Object.values(records).every(
      ({machine, engine}) =>
        machine.gpus.some(({name}) => name.includes('H100')) &&
        engine.servers.some(({role, model}) => role === 'chat' && /llama[-_.]?3\.1.*8b/i.test(model)),
    ),
};

const unsynced = unrecorded('a change of weights under load');

/** How each claim is settled, by its id. */
export const rules: Readonly<Record<string, Rule>> = {
  'mem-tuned': memoryOfPlans,
  'mem-sglang': memoryOfStack,
  'thr-code': sizedRatio({metric: 'outputTokensPerSecond', concerns: isShared, rounding: 0.05}),
  'lat-multiturn': sizedRatio({metric: 'e2eP50Ms', concerns: isConversation, rounding: 0.005}),
  concurrent: servedAtOnce,
  dropin: takesItsPlace,
  fractions: threeOnOneCard,
  matryoshka: shorterVectors,
  rollback: unrecorded('a way back under load: that is for the rehearsal'),
  'pd-split': separated,
  'h100-throughput': sizedRatio({
    metric: 'outputTokensPerSecond',
    concerns: isClosedChat,
    rounding: 0.005,
    on: llamaOnH100,
  }),
  'h100-ttft': sizedRatio({metric: 'ttftP50Ms', concerns: isOpenChat, rounding: 0.005, on: llamaOnH100}),
  'h100-p99': sizedRatio({metric: 'e2eP99Ms', concerns: isOpenChat, rounding: 0.005, on: llamaOnH100}),
  'sync-lora': syncedBy({method: 'lora', seconds: [5, 10], cache: 'kept', otherwise: unsynced}),
  'sync-disk': syncedBy({method: 'disk', seconds: [10, 20], cache: 'kept', otherwise: unsynced}),
  'sync-restart': syncedBy({method: 'restart', seconds: [30, 60], cache: 'lost', otherwise: restarted}),
  startup: readyInTime,
  'cache-repeat': repeatedSooner,
  'cache-5x': lessMemoryShared,
  'kv-router': routedByCache,
  'page-size': pageSizes,
  'token-savings': uncachedByMessage,
  'warm-prefix': warmedSooner,
  fallback: unrecorded('a killed engine with another behind it: that is for the rehearsal'),
  'vram-by-size': memoryBySize,
};
