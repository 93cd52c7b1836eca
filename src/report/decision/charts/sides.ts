import type {Arm} from '../../../schema/block.ts';
import {engineText} from '../../run-facts.ts';
import type {DecidedRun} from '../decided-run.ts';

/** `vLLM 0.26.0 (vllm-tuned)`. */
export const sideText = ({records}: DecidedRun, arm: Arm): string => {
  const {engine} = records[arm];
  return `${engineText(engine)}${engine.stack === null ? '' : ` (${engine.stack})`}`;
};
