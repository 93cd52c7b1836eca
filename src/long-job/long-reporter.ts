import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import type {Reporter, TestCase, TestModule} from 'vitest/node';
import {projectRoot} from '../root.ts';
import type {LongFile} from './long-page.ts';

/** Where the tests' outcomes lie until the page is written. */
export const outcomesFile = join(projectRoot, '.cache', 'long-tests.json');

const seconds = (one: TestCase | TestModule) => (one.diagnostic()?.duration ?? 0) / 1000;

/** Keeps what vitest's own JSON leaves out: the figures that tests told of themselves. vitest asks for a default export. */
export default class LongReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files: readonly LongFile[] = modules.map(module => ({
      file: relative(projectRoot, module.moduleId),
      seconds: seconds(module),
      tests: [...module.children.allTests()].map(one => ({
        title: one.name,
        seconds: seconds(one),
        passed: one.ok() && one.result().state === 'passed',
        figures: one.annotations().map(({message}) => message),
      })),
    }));
    mkdirSync(dirname(outcomesFile), {recursive: true});
    writeFileSync(outcomesFile, JSON.stringify(files));
  }
}
