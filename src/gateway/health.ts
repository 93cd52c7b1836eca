import {fetchText} from '../http/fetch-text.ts';
import type {Target} from './target.ts';

const probeMs = 5000;

/**
 * The page of GET /health: 200 while every server of the stack is ready, else 503. `framework` is the engine's name, and 'none'
 * while the service is being moved.
 */
export const healthOf = async (target: Target | null): Promise<{status: number; body: object}> => {
  const {engine, endpoints} = target ?? {engine: null, endpoints: {}};
  const origins = new Set(Object.values(endpoints).map(({url}) => url));
  const states = await Promise.all(
    engine === null
      ? [false]
      : [...origins].map(url =>
          fetchText(url + engine.health.path, {method: engine.health.method, timeoutMs: probeMs}).then(
            engine.health.ready,
            () => false,
          ),
        ),
  );
  const healthy = states.every(state => state);
  const models = {
    llm: endpoints.chat?.model ?? null,
    embedding: endpoints.embed?.model ?? null,
    rerank: endpoints.rerank?.model ?? null,
  };
  return {
    status: healthy ? 200 : 503,
    body: {status: healthy ? 'healthy' : 'unhealthy', framework: engine?.name ?? 'none', models},
  };
};
