import {z} from 'zod';
import {lengthSpec} from './length.ts';

const severalTurns = z.int().min(2).max(100);

/** How many contexts are kept in use: a number, or so many that their tokens are this multiple of the server's KV pool. */
const workingSet = z.union([
  z.int().min(1).max(10_000_000),
  z.strictObject({ofKvPool: z.number().positive().max(100)}),
]);

const chatLengths = {promptTokens: lengthSpec, outputTokens: lengthSpec};

/** Workload parameters. Sizes are in tokens or items. What a suite leaves to the server's size is a number in a record. */
export const workloadSpec = z.discriminatedUnion('kind', [
  /** Single questions about code. */
  z.strictObject({
    kind: z.literal('chat'),
    ...chatLengths,
    /** The share of a prompt's tokens that it has in common with others: the code that they ask about. Absent is 0. */
    sharedPrefix: z.number().min(0).max(0.95).optional(),
    /** How many such contexts there are; a request asks about one of them. Absent is 1. */
    contexts: z.int().min(1).max(1_000_000).optional(),
  }),
  /** Conversations: every turn resends all that was said before, byte for byte. */
  z.strictObject({
    kind: z.literal('prefix'),
    /** Tokens of the code context that all turns of a conversation share. */
    ...chatLengths,
    turns: severalTurns,
    /** Different continuations of one conversation: its last turn is asked so often, each time with another question. Absent is 1. */
    branches: z.int().min(1).max(100).optional(),
    /** Mean of the exponential pause between a reply and the next turn, cut at five times the mean. Absent is none. */
    thinkSeconds: z.number().min(0).max(3600).optional(),
    /** Whose replies stand in the history: scripted ones (the same bytes for every engine) where absent, or what the engine said. */
    history: z.literal('engine').optional(),
  }),
  /** The same prompt `times` times, one after the other; a turn is one of them. */
  z.strictObject({kind: z.literal('repeat'), ...chatLengths, times: severalTurns}),
  /** The first question about a context, as turn 2; where `warm`, turn 1 is a request of a few tokens for the context alone. */
  z.strictObject({kind: z.literal('warmed'), ...chatLengths, warm: z.boolean()}),
  /** All contexts asked about in turn, and then all again, `visits` times; a turn is one visit. */
  z.strictObject({
    kind: z.literal('revisit'),
    ...chatLengths,
    contexts: workingSet,
    visits: severalTurns,
    /** Each visit in an order of its own; absent: in turn. */
    order: z.literal('mixed').optional(),
  }),
  /** The prompts of a trace: lengths, outputs and which beginnings they share are the file's. */
  z.strictObject({
    kind: z.literal('trace'),
    /** Without its folder. */
    file: z.string(),
    sha256: z.string(),
    /** Requests in the whole file. */
    rows: z.int().min(1),
    /** Tokens that one of the file's hash ids stands for. */
    blockTokens: z.int().min(1),
  }),
  z.strictObject({
    kind: z.literal('embed'),
    /** Texts in one request. */
    batch: z.int().min(1).max(2048),
    /** Tokens of each text. */
    promptTokens: lengthSpec,
    /** Numbers of each vector; absent leaves it to the model. */
    dimensions: z.int().min(1).max(65_536).optional(),
    /** How the vectors are written in the reply; absent is 'float'. */
    encoding: z.enum(['float', 'base64']).optional(),
  }),
  z.strictObject({
    kind: z.literal('rerank'),
    /** Documents in one request. */
    batch: z.int().min(1).max(2048),
    /** Tokens of each document. */
    promptTokens: lengthSpec,
    /** Documents in the answer; absent is all of them. */
    topN: z.int().min(1).max(2048).optional(),
  }),
]);
export type WorkloadSpec = z.infer<typeof workloadSpec>;
export type WorkloadKind = WorkloadSpec['kind'];
export type Workload<Kind extends WorkloadKind> = Extract<WorkloadSpec, {kind: Kind}>;
