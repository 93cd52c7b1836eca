import type {Endpoint} from '../engines/engine.ts';
import type {ExaminationContext} from '../examinations/examiner.ts';
import {pose, type Question} from '../examinations/pose.ts';
import type {Answer} from '../schema/answer.ts';
import type {Role, WorkloadRequest} from '../schema/request.ts';
import {seededRandom, shuffled} from '../workloads/random.ts';
import {refusalOf, scoresOf, streamOf, vectorsOf} from './keep.ts';
import {type BadQuestion, badQuestions, chatQuestions, rankingQuestions, textQuestions} from './questions.ts';
import type {ChatQuestion, ParityReply, RankingQuestion, TextQuestion} from './reply.ts';
import {shapeOf} from './stream.ts';

/** Pass 1 asks in order; pass 2 in another order and other company, since batches change what an engine computes. */
interface Pass {
  readonly number: 1 | 2;
  /** Texts in a request, in turn. */
  readonly batches: readonly number[];
  readonly inFlight: number;
}
const passes: readonly Pass[] = [
  {number: 1, batches: [8], inFlight: 2},
  {number: 2, batches: [1, 13, 3], inFlight: 8},
];

/** One server in one pass. */
interface Asking extends ExaminationContext<'parity'> {
  readonly endpoint: Endpoint;
  readonly pass: Pass;
}

/** One request, which answers one question or, for texts, several. */
type Work = () => Promise<readonly Answer[]>;

const questionTo = ({stack: {engine}, endpoint, pass}: Asking, role: Role, id: string, body: string): Question => ({
  id,
  pass: pass.number,
  about: role,
  method: 'POST',
  origin: endpoint.url,
  path: engine.path(role),
  contentType: 'application/json',
  body,
});

const bodyOf = ({stack: {engine}, endpoint}: Asking, request: WorkloadRequest): Record<string, unknown> =>
  engine.body(request, endpoint.model);

/** A refused batch is asked again text by text: one text that is too long is not to cost the others their answer. */
const askTexts = async (asking: Asking, batch: readonly TextQuestion[]): Promise<readonly Answer[]> => {
  const {stack, endpoint} = asking;
  const id = batch.map(text => text.id).join(' ');
  const request = {kind: 'embed', id, texts: batch.map(({text}) => text)} as const;
  const question = questionTo(asking, 'embed', id, JSON.stringify(bodyOf(asking, request)));
  let vectors: readonly (string | null)[] | null = null;
  let refusal: {refusal?: string} = {};
  const answer = await pose(question, asking, reply => {
    vectors = vectorsOf(stack.engine, endpoint, request, reply);
    refusal = refusalOf(stack.engine, reply);
  });
  if (batch.length > 1 && vectors === null) {
    const alone: Answer[] = [];
    for (const text of batch) alone.push(...(await askTexts(asking, [text])));
    return alone;
  }
  return batch.map((text, place) => {
    const reply: ParityReply = {kind: 'embed', input: text.text, vector: vectors?.[place] ?? null, ...refusal};
    return {...answer, id: text.id, reply};
  });
};

const askRanking = async (asking: Asking, {id, query, documents}: RankingQuestion): Promise<readonly Answer[]> => {
  const {stack, endpoint, seed, pass} = asking;
  const places = documents.map((_, place) => place);
  const sent = pass.number === 1 ? places : shuffled(seededRandom(seed, 'parity-documents', id), places);
  const request = {kind: 'rerank', id, query, documents: sent.map(place => documents[place] ?? '')} as const;
  const question = questionTo(asking, 'rerank', id, JSON.stringify(bodyOf(asking, request)));
  const answer = await pose(question, asking, (reply): ParityReply => {
    const scores = scoresOf(stack.engine, endpoint, request, reply);
    return {
      kind: 'rerank',
      input: JSON.stringify({query, documents}),
      scores: scores && places.map(place => scores[sent.indexOf(place)] ?? Number.NaN),
      ...refusalOf(stack.engine, reply),
    };
  });
  return [answer];
};

const askChat = async (
  asking: Asking,
  {id, messages, outputTokens, mayEnd}: ChatQuestion,
): Promise<readonly Answer[]> => {
  const request = {kind: 'chat', id, messages, outputTokens} as const;
  const {ignore_eos, ...rest} = bodyOf(asking, request);
  const body = mayEnd || ignore_eos === undefined ? rest : {...rest, ignore_eos};
  const question = questionTo(asking, 'chat', id, JSON.stringify(body));
  const answer = await pose(
    question,
    asking,
    (reply): ParityReply => ({
      kind: 'chat',
      input: messages.at(-1)?.content ?? '',
      stream: streamOf(asking.stack.engine, asking.endpoint, request, reply),
      ...refusalOf(asking.stack.engine, reply),
    }),
  );
  return [answer];
};

const askBadly = async (asking: Asking, {id, role, wrong, body}: BadQuestion): Promise<readonly Answer[]> => [
  await pose(
    questionTo(asking, role, id, body(asking.endpoint.model)),
    asking,
    (reply): ParityReply => ({
      kind: 'error',
      input: `${role}: ${wrong}`,
      shape: reply && shapeOf(reply.body),
    }),
  ),
];

const batched = <Item>(items: readonly Item[], sizes: readonly number[]): readonly (readonly Item[])[] => {
  const made: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += made.at(-1)?.length ?? 1)
    made.push(items.slice(start, start + (sizes[made.length % sizes.length] ?? 1)));
  return made;
};

const workOf = (asking: Asking): readonly Work[] => {
  const {stack, endpoint, spec, seed, pass} = asking;
  const {role} = endpoint;
  const ordered = <Item>(items: readonly Item[]): readonly Item[] =>
    pass.number === 1 ? items : shuffled(seededRandom(seed, 'parity-order', role), items);
  const good: Readonly<Record<Role, () => readonly Work[]>> = {
    embed: () =>
      batched(ordered(textQuestions(spec.texts, seed)), pass.batches).map(batch => () => askTexts(asking, batch)),
    rerank: () => ordered(rankingQuestions(spec.rankings, seed)).map(asked => () => askRanking(asking, asked)),
    chat: () => ordered(chatQuestions(spec.chats, seed)).map(asked => () => askChat(asking, asked)),
  };
  // The bad requests are in the engines' words; what the service makes of bad input in its own is for the contract suite.
  const bad = stack.engine.serving === null ? [] : badQuestions.filter(question => question.role === role);
  return [...good[role](), ...bad.map(question => () => askBadly(asking, question))];
};

/** Asks every server of the stack its questions twice. */
export const askParity = async (context: ExaminationContext<'parity'>): Promise<readonly Answer[]> => {
  const answers: Answer[] = [];
  const lane = async (work: Iterable<Work>) => {
    for (const next of work)
      for (const answer of await next()) {
        context.onAnswer(answer);
        answers.push(answer);
      }
  };
  for (const pass of passes)
    for (const endpoint of context.stack.servers) {
      const work = workOf({...context, endpoint, pass}).values(); // the lanes take from one iterator
      await Promise.all(Array.from({length: pass.inFlight}, () => lane(work)));
    }
  return answers;
};
