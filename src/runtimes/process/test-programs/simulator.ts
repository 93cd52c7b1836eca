/** The simulated engine, started with a real engine's arguments. */
import {parseArgs} from 'node:util';
import {simulatorConfig} from '../../../simulator/config.ts';
import {startSimulator} from '../../../simulator/server.ts';

const {values} = parseArgs({options: {port: {type: 'string'}, model: {type: 'string'}}, strict: false});
await startSimulator(simulatorConfig.parse({dialect: 'vllm', port: Number(values.port), model: values.model}));
