import type {Calibration} from '../calibration.ts';
import type {SimulatorConfig} from '../config.ts';
import type {Problem} from '../dialects/dialect.ts';
import {monotonicMs} from '../driver.ts';
import type {Cancel, ChatWork, Engine} from '../engine.ts';
import type {TokenEvent} from '../scheduler.ts';
import type {Bootstrap, Delivery, PdStats} from './bootstrap.ts';
import {startBootstrapServer} from './bootstrap-server.ts';
import {createDecodePart} from './decode-part.ts';
import {createLink} from './link.ts';
import {createPrefillPart} from './prefill-part.ts';
import {createRooms} from './rooms.ts';

/** Who asked, and hears what becomes of it. */
export interface Heard {
  token(event: TokenEvent): void;
  /** The prompt has been computed by the one and is at the other. */
  arrived(delivery: Delivery): void;
  /** Nothing more comes. */
  failed(problem: Problem): void;
}

/** A half of a prefill/decode pair. */
export interface Part {
  chat(work: ChatWork & {firstText: string}, bootstrap: Bootstrap, id: string, heard: Heard): Cancel;
  stats(): PdStats;
  /** To be called once the server listens on `httpPort`. The bootstrap port of a prefill server; null of a decode server. */
  listen(httpPort: number): Promise<number | null>;
  stop(): Promise<void>;
}

interface PartOptions {
  readonly config: SimulatorConfig;
  readonly engine: Engine;
  readonly calibration: Calibration;
  readonly pageTokens: number;
  readonly speed: number;
}

/** Null for a server that does all of the work itself. */
export const createPart = ({config, engine, calibration, pageTokens, speed}: PartOptions): Part | null => {
  if (config.part === undefined) return null;
  if (config.part === 'decode')
    return {...createDecodePart({engine, speed}), listen: async () => null, stop: async () => {}};
  const rooms = createRooms();
  const link = createLink({...config.link, speed, nowMs: monotonicMs});
  const {kvBytesPerToken} = calibration.memory;
  const stack = new AsyncDisposableStack();
  stack.defer(link.stop);
  return {
    ...createPrefillPart({engine, rooms, link, kvBytesPerToken, speed, nowMs: monotonicMs}),
    async listen(httpPort) {
      const {host, bootstrapPort: port} = config;
      const server = stack.use(await startBootstrapServer({host, port, rooms, pageTokens, httpPort: () => httpPort}));
      return server.port;
    },
    stop: () => stack.disposeAsync(),
  };
};
