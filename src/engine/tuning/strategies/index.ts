import type { StrategyName } from '../../config/config';
import type { Strategy } from '../strategy';
import { basic } from './basic';
import { bayesian } from './bayesian';
import { conservative } from './conservative';
import { exhaustive } from './exhaustive';
import { mse } from './mse';
import { mseV2 } from './mseV2';
import { pareto } from './pareto';
import { random } from './random';

/** By the name the config and the command line know them by. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = { basic, conservative, mse, mse_v2: mseV2, exhaustive, random, bayesian, pareto };
