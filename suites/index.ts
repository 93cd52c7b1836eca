import type {Suite} from '../src/schema/suite.ts';
import {capacity} from './capacity.ts';
import {chat} from './chat.ts';
import {embed} from './embed.ts';
import {prefix} from './prefix.ts';
import {rerank} from './rerank.ts';
import {saturate} from './saturate.ts';
import {smoke} from './smoke.ts';

/** What --suite takes. */
export const suites = {smoke, chat, embed, rerank, prefix, saturate, capacity} satisfies Record<string, Suite>;

export type SuiteName = keyof typeof suites;
