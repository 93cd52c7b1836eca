import {type Role, roleOf} from './request.ts';
import type {ExaminationKind, LoadStage, Stage} from './suite.ts';

/** The loads of a stage: one, several at the same time, or none. */
export const loadsOf = (stage: Stage): readonly LoadStage[] => {
  if ('examine' in stage) return [];
  return 'together' in stage ? stage.together : [stage];
};

const examined: Readonly<Record<ExaminationKind, readonly Role[]>> = {
  contract: ['chat', 'embed', 'rerank'],
  parity: ['chat', 'embed', 'rerank'],
  limits: ['embed', 'rerank'],
  sessions: ['chat'],
};

/** The servers of a stack that a stage talks to. */
export const rolesOf = (stage: Stage): readonly Role[] =>
  'examine' in stage
    ? examined[stage.examine.kind]
    : [...new Set(loadsOf(stage).map(({workload}) => roleOf(workload.kind)))];
