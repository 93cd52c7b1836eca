import {type XmlElement, xmlText} from './xml.ts';

/**
 * How a test case ends. GitLab and the JUnit actions of GitHub show 'failure' and 'error' as red and count them; 'skipped' is
 * grey and passes. So what a GO needs and does not have is an error, and only what a GO can do without is skipped.
 */
export type Ending = 'passed' | 'failure' | 'error' | 'skipped';

export interface TestCase {
  readonly name: string;
  readonly ending: Ending;
  /** Of whatever is not 'passed'. */
  readonly type: string;
  readonly reason: string;
}

interface TestRun {
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly suites: readonly {readonly name: string; readonly cases: readonly TestCase[]; readonly ms: number}[];
}

export const verdictEndings = {GO: 'passed', 'NO-GO': 'failure', INCONCLUSIVE: 'error', VOID: 'error'} as const;

const caseElement = ({name, ending, type, reason}: TestCase, classname: string): XmlElement => ({
  name: 'testcase',
  attributes: {classname, name},
  // GitLab shows the text and GitHub's actions the message, so that both have it.
  children: ending === 'passed' ? [] : [{name: ending, attributes: {type, message: reason}, children: [reason]}],
});

const countsOf = (cases: readonly TestCase[]) => {
  const count = (ending: Ending) => cases.filter(one => one.ending === ending).length;
  return {tests: cases.length, failures: count('failure'), errors: count('error')};
};

const seconds = (ms: number) => (ms / 1000).toFixed(3);

/** JUnit's XML, as CI servers read it. */
export const junitText = ({name, startedAt, suites}: TestRun): string =>
  xmlText({
    name: 'testsuites',
    attributes: {
      name,
      ...countsOf(suites.flatMap(({cases}) => cases)),
      time: seconds(suites.reduce((sum, {ms}) => sum + ms, 0)),
    },
    children: suites.map(({name: suite, cases, ms}) => ({
      name: 'testsuite',
      attributes: {
        name: suite,
        ...countsOf(cases),
        skipped: cases.filter(({ending}) => ending === 'skipped').length,
        time: seconds(ms),
        timestamp: startedAt.slice(0, 19),
      },
      children: cases.map(one => caseElement(one, `cutover.${suite}`)),
    })),
  });
