import {expect, test} from 'vitest';
import {runBlock} from './block.ts';
import {cells} from './cells.ts';
import {startNullEngine} from './null-engine.ts';

test.each(['whole', 'streamed'] as const)(
  'what is asked straight is answered, and measured whole or token by token: %s',
  async engine => {
    using nullEngine = await startNullEngine();
    for (const cell of cells.filter(one => one.engine === engine).slice(-1)) {
      const load = {parallel: 4};
      const {whole, firstToken, token, failed, sent} = await runBlock({
        url: nullEngine[engine],
        ...cell.straight,
        load,
        seconds: 0.2,
        seed: 1,
      });
      const measured = engine === 'whole' ? whole : firstToken;
      expect(failed).toBe(0);
      expect(measured.length).toBe(sent - 64); // without the warm-up
      expect(token.length > 0).toBe(engine === 'streamed');
      expect(Math.min(...measured, ...token)).toBeGreaterThan(0);
    }
  },
);
