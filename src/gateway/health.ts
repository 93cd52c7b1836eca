import {fetchText} from '../http/fetch-text.ts';
import type {Served} from './answers.ts';

const probeMs = 5000;

/** The page of GET /health: 200 while every server of the stack is ready, else 503. `framework` is the engine's name. */
export const healthOf = async ({engine, endpoints}: Served): Promise<{status: number; body: object}> => {
  const {method, path, ready} = engine.health;
  const origins = new Set(Object.values(endpoints).map(({url}) => url));
  const states = await Promise.all(
    [...origins].map(url => fetchText(url + path, {method, timeoutMs: probeMs}).then(ready, () => false)),
  );
  const healthy = states.every(state => state);
  const models = {
    llm: endpoints.chat?.model ?? null,
    embedding: endpoints.embed?.model ?? null,
    rerank: endpoints.rerank?.model ?? null,
  };
  return {
    status: healthy ? 200 : 503,
    body: {status: healthy ? 'healthy' : 'unhealthy', framework: engine.name, models},
  };
};
