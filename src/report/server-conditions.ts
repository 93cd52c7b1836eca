import type {RunRecord} from '../schema/record.ts';
import {membersText} from './topology/members.ts';

type Server = RunRecord['engine']['servers'][number];

/** What numbers of a server go with, by name; null where it is not known. */
export const serverConditions: readonly (readonly [name: string, read: (server: Server) => string | number | null])[] =
  [
    ['version', ({facts}) => facts.version],
    ['model', ({model}) => model],
    ['servers', membersText],
    ['image', ({container}) => container?.image ?? null],
    ['image digest', ({container}) => container?.digest ?? container?.imageId ?? null],
    ['arguments', ({command}) => command?.join(' ') ?? null],
    ['KV pool, tokens', ({facts}) => facts.kvTokens],
    ['page, tokens', ({facts}) => facts.pageTokens],
    ['context, tokens', ({facts}) => facts.contextTokens],
  ];
