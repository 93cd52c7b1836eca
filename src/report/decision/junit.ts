import type {Verdict, WorkloadVerdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';
import type {ExportFile} from '../format.ts';
import {type Ending, junitText, type TestCase, verdictEndings} from '../junit.ts';
import type {DecidedRun} from './decided-run.ts';
import {intervalText} from './metric-words.ts';

const verdictCase = ({verdict, reasons}: Verdict): TestCase => ({
  name: 'verdict',
  ending: verdictEndings[verdict],
  type: verdict,
  reason: reasons.join('\n'),
});

const ratioText = (ratio: WorkloadVerdict['metrics'][number]['ratio']) =>
  ratio === null ? '' : `\nCandidate ÷ baseline ${intervalText({ratio})}`;

/** A metric without a margin is shown in reports and is nothing to pass. */
const metricCases = ({metrics: judged}: WorkloadVerdict): TestCase[] =>
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
const gateCases = ({decision, verdict}: DecidedRun, {name: workload, outcome}: WorkloadVerdict): TestCase[] => {
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

const answerCases = ({answers}: Verdict): TestCase[] =>
  answers.map(({role, required, outcome, detail}) => {
    const missing: Ending = outcome === 'differs' ? 'failure' : 'error';
    return {
      name: `answers of ${role}${required ? '' : ' (not required)'}`,
      ending: outcome === 'same' ? 'passed' : required ? missing : 'skipped',
      type: outcome,
      reason: detail,
    };
  });

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
  const content = junitText({name: `cutover ${decision.plan.name}`, startedAt: decision.startedAt, suites});
  return [{name: 'junit.xml', content}];
};
