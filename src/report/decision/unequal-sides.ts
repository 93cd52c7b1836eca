import {arms} from '../../schema/block.ts';
import type {DecidedRun} from './decided-run.ts';

/** `qwen2.5-coder-1.5b` of a path or of a name with its organisation: the same model may lie in different folders. */
const modelName = (model: string) => model.split('/').at(-1) ?? model;

/** What the sides differ in beside the engine, as far as it is known: whoever reads a ratio has to know it first. */
export const unequalSides = ({records}: Pick<DecidedRun, 'records'>): readonly string[] => {
  const {baseline, candidate} = records;
  const models = baseline.engine.servers.flatMap(({role, model}) => {
    const other = candidate.engine.servers.find(server => server.role === role);
    return other === undefined || modelName(other.model).toLowerCase() === modelName(model).toLowerCase()
      ? []
      : [`The ${role} model is ${modelName(model)} on the baseline and ${modelName(other.model)} on the candidate.`];
  });
  const stacks = arms.flatMap(arm => records[arm].engine.stack ?? []);
  const plans =
    stacks.length === 0
      ? []
      : [
          `Each side has limits of its own (launch plan ${stacks.join(' and ')}), such as how many requests it runs at once: the ratios are of these too. Their arguments are among the conditions.`,
        ];
  return [...models, ...plans];
};
