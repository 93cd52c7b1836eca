import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {build} from 'esbuild';
import {expect, test} from 'vitest';
import {projectRoot} from '../../root.ts';
import {hashOfSources, programVersion, sourcesOfProgram} from './program-version.ts';

test("the program's sources are those that a bundle of it is made of, and nothing else", async () => {
  const {metafile} = await build({
    ...{entryPoints: ['src/load/shards/program.ts'], absWorkingDir: projectRoot, metafile: true, write: false},
    ...{bundle: true, packages: 'external', platform: 'node', format: 'esm', outfile: 'shard.mjs', logLevel: 'error'},
  });
  expect([...(await sourcesOfProgram()).keys()].sort()).toEqual(Object.keys(metafile.inputs).sort());
});

test('what a program tells of itself is the version of package.json and a hash of those', async () => {
  const {version} = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {version: string};
  const sources = await hashOfSources();
  expect(sources).toMatch(/^[0-9a-f]{12}$/);
  expect(await programVersion()).toEqual({version, sources});
});
