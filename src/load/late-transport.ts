import {reasonOf} from '../errors.ts';
import type {Clock} from './clock.ts';
import type {Transport} from './transport.ts';

/** A transport that is still being made: what is sent meanwhile waits for it, and fails where it cannot be made. */
export const lateTransport = (http: Transport['http'], making: Promise<Transport>, clock: Clock): Transport => {
  let made: Transport | null = null;
  const ready = making.then(transport => {
    made = transport;
    return transport;
  });
  ready.catch(() => {}); // whoever waits for it hears of it
  return {
    http,
    switched: null,

    send(request, handlers) {
      if (made !== null) return made.send(request, handlers);
      let over = false;
      let hangUp = () => {
        over = true;
      };
      ready.then(
        transport => {
          if (!over) hangUp = transport.send(request, handlers);
        },
        (thrown: unknown) => {
          if (!over) handlers.onError({kind: 'connect', message: reasonOf(thrown)}, clock.now());
        },
      );
      return () => hangUp();
    },

    open: async (count, goOn) => (await ready).open(count, goOn),

    get connectionsOpened() {
      return made?.connectionsOpened ?? 0;
    },

    get connectionsRefused() {
      return made?.connectionsRefused ?? 0;
    },

    async close() {
      await ready.then(
        transport => transport.close(),
        () => {},
      );
    },
  };
};
