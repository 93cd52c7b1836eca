import type {Suite} from '../src/schema/suite.ts';
import {branches} from './branches.ts';
import {cacheRepeat} from './cache-repeat.ts';
import {calibration} from './calibration.ts';
import {capacity} from './capacity.ts';
import {chat} from './chat.ts';
import {chatShared} from './chat-shared.ts';
import {contract} from './contract.ts';
import {embed} from './embed.ts';
import {embedSizes} from './embed-sizes.ts';
import {eviction} from './eviction.ts';
import {goodput} from './goodput.ts';
import {limits} from './limits.ts';
import {mixed} from './mixed.ts';
import {outage} from './outage.ts';
import {parity} from './parity.ts';
import {pdRatios} from './pd-ratios.ts';
import {prefix} from './prefix.ts';
import {rerank} from './rerank.ts';
import {rerankSizes} from './rerank-sizes.ts';
import {routers} from './routers.ts';
import {saturate} from './saturate.ts';
import {sessions} from './sessions.ts';
import {smoke} from './smoke.ts';
import {timeSharing} from './time-sharing.ts';
import {trace} from './trace.ts';
import {warmPrefix} from './warm-prefix.ts';
import {weightSync} from './weight-sync.ts';

/** What --suite takes. */
export const suites = {
  smoke,
  chat,
  'chat-shared': chatShared,
  branches,
  'cache-repeat': cacheRepeat,
  'warm-prefix': warmPrefix,
  eviction,
  embed,
  'embed-sizes': embedSizes,
  rerank,
  'rerank-sizes': rerankSizes,
  prefix,
  sessions,
  saturate,
  mixed,
  capacity,
  goodput,
  calibration,
  trace,
  routers,
  'pd-ratios': pdRatios,
  contract,
  parity,
  limits,
  'weight-sync': weightSync,
  'time-sharing': timeSharing,
  outage,
} satisfies Record<string, Suite>;

export type SuiteName = keyof typeof suites;
