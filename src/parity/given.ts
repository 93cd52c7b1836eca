import {z} from 'zod';
import {CutoverError} from '../errors.ts';
import type {Answer} from '../schema/answer.ts';
import type {GivenAnswer} from './measure.ts';
import type {ParityReply} from './reply.ts';

const stream = z.object({
  pieces: z.array(z.string()),
  finishReason: z.string().nullable(),
  promptTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  shape: z.array(z.string()),
});

const parityReply = z.discriminatedUnion('kind', [
  z.object({kind: z.literal('embed'), input: z.string(), vector: z.base64().nullable()}),
  z.object({kind: z.literal('rerank'), input: z.string(), scores: z.array(z.number()).nullable()}),
  z.object({kind: z.literal('chat'), input: z.string(), stream: stream.nullable()}),
  z.object({kind: z.literal('error'), input: z.string(), shape: z.array(z.string()).nullable()}),
]) satisfies z.ZodType<ParityReply>;

/** The answers of a parity examination as they were read from its file. Throws RECORD_UNREADABLE for any other. */
export const givenAnswers = (answers: readonly Answer[]): readonly (GivenAnswer & {readonly pass: number})[] =>
  answers.map(({id, pass, status, reply}) => {
    const {success, data} = parityReply.safeParse(reply);
    if (success) return {id, pass, status, reply: data};
    throw new CutoverError('RECORD_UNREADABLE', `The answer to ${id} is not one of a parity examination`, {
      hint: 'Answers are not meant to be edited by hand: use the original file.',
    });
  });
