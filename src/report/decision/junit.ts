import type {Verdict, WorkloadVerdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';
import type {ExportFile} from '../format.ts';
import type {DecidedRun} from './decided-run.ts';
import {intervalText} from './metric-words.ts';
import {type XmlElement, xmlText} from './xml.ts';

/**
 * How a test case ends. GitLab and the JUnit actions of GitHub show 'failure' and 'error' as red and count them; 'skipped' is
 * grey and passes. So what a GO needs and does not have is an error, and only what a GO can do without is skipped.
 */
type Ending = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly name: string;
  readonly ending: Ending;
  /** Of whatever is not 'passed'. */
  readonly type: string;
  readonly reason: string;
}

const verdictEndings = {GO: 'passed', 'NO-GO': 'failure', INCONCLUSIVE: 'error', VOID: 'error'} as const;

const verdictCase = ({verdict, reasons}: Verdict): Case => ({
  name: 'verdict',
  ending: verdictEndings[verdict],
  type: verdict,
  reason: reasons.join('\n'),
});

const ratioText = (ratio: WorkloadVerdict['metrics'][number]['ratio']) =>
  ratio === null ? '' : `\nCandidate ÷ baseline ${intervalText({ratio})}`;

/** A metric without a margin is shown in reports and is nothing to pass. */
const metricCases = ({metrics: judged}: WorkloadVerdict): Case[] =>
  judged
    .filter(({marginShare}) => marginShare !== null)
    .map(({metric, rank, outcome, reason, ratio}) => {
      const undecided: Ending = rank === 'primary' || outcome === 'missing' ? 'error' : 'skipped';
      return {
        name: `${metrics[metric].title} (${rank})`,
        ending: outcome === 'pass' ? 'passed' : outcome === 'fail' ? 'failure' : undecided,
        type: outcome,
        reason: `${reason}${ratioText(ratio)}`,
      };
    });

/** A block that a gate closed is made again: it is an error only where that left the workload undecided. */
const gateCases = ({decision, verdict}: DecidedRun, {name: workload, outcome}: WorkloadVerdict): Case[] => {
  const blocks = decision.blocks.filter(block => block.workload === workload);
  const codes = [...new Set(blocks.flatMap(block => block.void))];
  if (codes.length === 0) {
    const none: Ending = blocks.length === 0 ? 'error' : 'passed';
    return [{name: 'gates', ending: none, type: 'missing', reason: 'no block of this workload was measured'}];
  }
  const decided = outcome === 'pass' || outcome === 'fail';
  const ending: Ending = verdict.statistics === 'VOID' && !decided ? 'error' : 'skipped';
  return codes.map(code => ({
    name: `gate ${code}`,
    ending,
    type: 'void',
    reason: `${blocks.filter(block => block.void.includes(code)).length} of ${blocks.length} blocks are void: ${code}`,
  }));
};

const answerCases = ({answers}: Verdict): Case[] =>
  answers.map(({role, required, outcome, detail}) => {
    const missing: Ending = outcome === 'differs' ? 'failure' : 'error';
    return {
      name: `answers of ${role}${required ? '' : ' (not required)'}`,
      ending: outcome === 'same' ? 'passed' : required ? missing : 'skipped',
      type: outcome,
      reason: detail,
    };
  });

const caseElement = ({name, ending, type, reason}: Case, classname: string): XmlElement => ({
  name: 'testcase',
  attributes: {classname, name},
  // GitLab shows the text and GitHub's actions the message, so that both have it.
  children: ending === 'passed' ? [] : [{name: ending, attributes: {type, message: reason}, children: [reason]}],
});

const countsOf = (cases: readonly Case[]) => {
  const count = (ending: Ending) => cases.filter(one => one.ending === ending).length;
  return {tests: cases.length, failures: count('failure'), errors: count('error')};
};

const seconds = (ms: number) => (ms / 1000).toFixed(3);

/** One suite a workload, one for the answers and one for the verdict itself, which is red unless it is GO. */
export const renderJunit = async (run: DecidedRun): Promise<readonly ExportFile[]> => {
  const {decision, verdict} = run;
  const msOf = (workload: string) =>
    decision.blocks
      .filter(block => block.workload === workload)
      .reduce((sum, {startMs, endMs}) => sum + endMs - startMs, 0);
  const suites = [
    {name: 'verdict', cases: [verdictCase(verdict)], ms: 0},
    ...verdict.workloads.map(workload => ({
      name: `workload ${workload.name}`,
      cases: [...metricCases(workload), ...gateCases(run, workload)],
      ms: msOf(workload.name),
    })),
    ...(verdict.answers.length === 0 ? [] : [{name: 'answers', cases: answerCases(verdict), ms: 0}]),
  ];
  const root: XmlElement = {
    name: 'testsuites',
    attributes: {
      name: `cutover ${decision.plan.name}`,
      ...countsOf(suites.flatMap(({cases}) => cases)),
      time: seconds(suites.reduce((sum, {ms}) => sum + ms, 0)),
    },
    children: suites.map(({name, cases, ms}) => ({
      name: 'testsuite',
      attributes: {
        name,
        ...countsOf(cases),
        skipped: cases.filter(({ending}) => ending === 'skipped').length,
        time: seconds(ms),
        timestamp: decision.startedAt.slice(0, 19),
      },
      children: cases.map(one => caseElement(one, `cutover.${name}`)),
    })),
  };
  return [{name: 'junit.xml', content: xmlText(root)}];
};
