import type {StackServer} from '../../schema/stack.ts';
import type {SimulatorConfig} from '../../simulator/config.ts';

/** What a plan's server comes to as a simulated engine: its model, its half of the work, and what its flags let it do. Other flags of a real engine mean nothing here. */
export const simulatedConfig = (
  {model, part, bootstrapPort, arguments: flags}: StackServer,
  dialect: SimulatorConfig['dialect'],
): Partial<SimulatorConfig> & Pick<SimulatorConfig, 'dialect'> => {
  const name = flags['served-model-name'];
  const backend = flags['disaggregation-transfer-backend'];
  const mode = flags['disaggregation-mode'] ?? part;
  const pageTokens = flags['page-size'];
  return {
    ...{dialect, model: typeof name === 'string' ? name : model, modelPath: model},
    ...(mode === 'prefill' || mode === 'decode' ? {part: mode} : {}),
    ...(bootstrapPort === undefined ? {} : {bootstrapPort}),
    ...(typeof backend === 'string' ? {transferBackend: backend} : {}),
    ...(typeof pageTokens === 'number' ? {pageTokens} : {}),
    lora: flags['enable-lora'] === true,
    sleeps: flags['enable-memory-saver'] === true || flags['enable-sleep-mode'] === true,
  };
};
