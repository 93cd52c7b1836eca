import type {Endpoint, Engine} from '../engines/engine.ts';
import {readContent} from '../engines/serving.ts';
import {fetchText} from '../http/fetch-text.ts';

export interface Asked {
  readonly engine: Engine;
  readonly endpoint: Endpoint;
  /** Of the request: the endpoint's own, or an adapter's. */
  readonly model: string;
  readonly content: string;
  readonly outputTokens: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Told {
  readonly text: string;
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
}

/**
 * One greedy question, answered whole: it is asked for what is answered, not for how fast. Rejects with the reason in one sentence, and
 * with the signal's when that is aborted.
 */
export const ask = async ({engine, endpoint, model, content, outputTokens, ...how}: Asked): Promise<Told> => {
  const {stream_options: _, ...body} = engine.body(
    {kind: 'chat', id: 'probe', messages: [{role: 'user', content}], outputTokens},
    model,
  );
  const reply = await fetchText(endpoint.url + engine.path('chat'), {
    method: 'POST',
    json: {...body, stream: false},
    ...how,
  });
  if (reply.status >= 400) throw new Error(engine.readError(reply.body) ?? `status ${reply.status}`);
  const said: unknown = JSON.parse(reply.body);
  const text = readContent(said);
  if (text === null) throw new Error('the reply has no message');
  const {promptTokens, cachedPromptTokens} = engine.readUsage((said as {usage?: unknown}).usage, endpoint.facts);
  return {text, promptTokens, cachedTokens: cachedPromptTokens};
};
