import type {ShardOutcome} from './shard.ts';

const never = {
  ...{lastSlotMs: Number.NEGATIVE_INFINITY, lastSentMs: Number.NEGATIVE_INFINITY, lastEndMs: Number.NEGATIVE_INFINITY},
  ...{
    firstDryMs: Number.POSITIVE_INFINITY,
    firstSentMs: Number.POSITIVE_INFINITY,
    firstEndMs: Number.POSITIVE_INFINITY,
  },
};

/** Of a shard that has sent nothing, so that its marks never were. */
export const emptyOutcome: ShardOutcome = {
  place: {index: 0, of: 1},
  host: 'stand-in',
  clock: {reference: 'peer', offsetMs: 0, errorMs: 0},
  ...{startedLateMs: 0, beganAtMs: 0, counts: {ok: 0, failed: 0}, dataSums: [0]},
  parts: [
    {
      ...{startedLateMs: 0, marks: {requests: 0, inFlightMs: 0, ...never}, open: null, inFlightMax: 0},
      health: {
        ...{loopLagP99Ms: null, loopLagMaxMs: null, scheduleLagP99Ms: null, cpuMs: 0},
        gcPauses: {count: 0, totalMs: 0, maxMs: 0},
        seconds: {
          ...{sent: [], ended: [], heldMean: [], loopLagMaxMs: [], gcPauseMs: [], connectionsRefused: []},
          scheduleLagMaxMs: null,
        },
      },
      prompts: {promptTokens: 0, cachedPromptTokens: 0, untold: 0},
      ...{http: 'net', connectionsOpened: 0, connectionsRefused: 0, switched: null},
    },
  ],
};
