import {expect, test} from 'vitest';
import {refuseOtherProgram} from './same-program.ts';

const own = {version: '0.2.0', sources: 'aaaaaaaaaaaa'};

test('a pod of the same cutover is taken', () => {
  expect(() => refuseOtherProgram({...own}, own)).not.toThrow();
});

test.each([
  [{...own, version: '0.1.0'}, 'cutover 0.1.0 (sources aaaaaaaaaaaa)'],
  [{...own, sources: 'bbbbbbbbbbbb'}, 'cutover 0.2.0 (sources bbbbbbbbbbbb)'],
  [undefined, 'a cutover that does not tell its version yet'],
])('one of another is refused, with both: case %#', (said, theirs) => {
  expect(() => refuseOtherProgram(said, own)).toThrow(
    expect.objectContaining({
      code: 'SHARDS_DID_NOT_START',
      message: `its image has ${theirs}, and this is cutover 0.2.0 (sources aaaaaaaaaaaa)`,
      hint: expect.stringContaining('npm run load-image'),
    }),
  );
});
